import type { Branch, Checkpoint } from '../checkpoint/checkpoint';
import { stringLiteral } from '../checkpoint/pythonText';
import { parseDevice } from '../edit/deviceNames';
import { writeMapLocation } from '../edit/mapLocation';
import { Reach } from '../edit/python/reach';
import { moduleOf, optimizerOf, scalarsOf, stateDictOf } from './contents';
import { allSnippetKinds, SnippetError, type SnippetChoice, type SnippetKind } from './kinds';
import { assign, call, comment, dict, layOut, prefixed, type Code } from './layout';
import { loadLines, stateDictLines, weightsOnlyLines, type Lines, type LoadOptions } from './loading';
import { placeholderModel, type ModelCode } from './modelCode';
import { obstacleOf } from './obstacles';
import { canMake, optimizerLines } from './optimizerCode';
import { PythonText } from './pythonText';

export interface SnippetOptions {
  /** As the script names the file. */
  readonly fileName: string;
  /** Where tensors are to go, as torch names it: `cuda:1`. Without it `cpu` for loading, the GPU at hand for moving. */
  readonly device?: string;
  /** What the weights are loaded into; without it a line that the person fills in. */
  readonly model?: ModelCode;
}

/** Every kind, with the reason where this file cannot have it. */
export function snippetKinds(checkpoint: Checkpoint, { device }: Pick<SnippetOptions, 'device'> = {}): SnippetChoice[] {
  return allSnippetKinds.map((kind) => ({ kind, unavailable: obstacleOf(checkpoint, kind, device) }));
}

/**
 * Python for exactly this file, that runs as pasted.
 * @throws SnippetError where the file cannot have it.
 */
export function snippet(checkpoint: Checkpoint, kind: SnippetKind, options: SnippetOptions): string {
  const obstacle = obstacleOf(checkpoint, kind, options.device);
  if (obstacle !== null) {
    throw new SnippetError(kind, obstacle);
  }
  return new Snippet(checkpoint, options).of(kind).toString();
}

const toCpu = '"cpu"';

/** The snippets of one file. */
class Snippet {
  private readonly text = new PythonText();
  private readonly stateDict: Branch | null;
  private readonly module: Branch | null;
  private readonly model: ModelCode;

  constructor(
    private readonly checkpoint: Checkpoint,
    private readonly options: SnippetOptions,
  ) {
    this.stateDict = stateDictOf(checkpoint);
    this.module = moduleOf(checkpoint);
    this.model = options.model ?? placeholderModel;
  }

  of(kind: SnippetKind): PythonText {
    switch (kind) {
      case 'load-state-dict':
        return this.stateDict === null ? this.stateDictOfModule() : this.loadModel().add('model.eval()');
      case 'load-filtered':
        return this.loadFiltered();
      case 'load-not-strict':
        return this.loadNotStrict();
      case 'load-checkpoint':
        return this.loadCheckpoint();
      case 'load-model':
        return this.loadPickled(toCpu).add('model.eval()');
      case 'save-parameters':
        return this.saveParameters();
      case 'save-checkpoint':
        return this.saveCheckpoint();
      case 'save-model':
        return this.saveModel();
      case 'map-location-string':
      case 'map-location-device':
      case 'map-location-dict':
      case 'map-location-lambda':
      case 'map-location-none':
        return this.mapped(this.mapLocation(kind));
      case 'weights-only':
        return this.text.add(weightsOnlyLines(this.checkpoint, this.options.fileName) ?? '');
      case 'mmap-assign':
        return this.mapFile();
      case 'to-device':
        return this.moveToDevice();
      case 'cuda':
        return this.moveToCuda();
    }
  }

  /** The model with the file's weights in it, called `model`; of a file without any, what it holds. */
  private loadModel(mapLocation: Code | null = toCpu): PythonText {
    if (this.stateDict === null) {
      return this.module === null ? this.loadWhole(mapLocation) : this.loadPickled(mapLocation);
    }
    return this.loadStateDict(this.stateDict, { mapLocation }).add(
      this.modelLines(),
      'model.load_state_dict(state_dict)',
    );
  }

  /** Makes the model; one that stands beside its state dict is taken from the file. */
  private modelLines(): Lines {
    if (this.options.model === undefined && this.module !== null && this.stateDict !== null) {
      const found = new Reach(this.checkpoint, 'ckpt').at(this.module.path);
      return { imports: [], lines: [comment(`Needs the class ${this.module.type}.`), assign('model', found)] };
    }
    return { imports: this.model.imports, lines: [assign('model', this.model.expression)] };
  }

  private loadStateDict(branch: Branch, options: LoadOptions & { readonly keepAll?: boolean }): PythonText {
    return this.text.add(stateDictLines(this.checkpoint, branch, this.options.fileName, options));
  }

  private loadWhole(mapLocation: Code | null): PythonText {
    return this.text.add(loadLines(this.checkpoint, this.options.fileName, 'ckpt', { mapLocation }));
  }

  /** The module that stands in the file itself. */
  private loadPickled(mapLocation: Code | null): PythonText {
    const { checkpoint, module } = this;
    const { fileName } = this.options;
    const type = module?.type ?? '';
    const needed =
      checkpoint.container.kind === 'torchscript' ? [] : [comment(`Needs the class ${type}, under this very name.`)];
    if (module === null || module.path.length === 0) {
      return this.text.add(...needed, loadLines(checkpoint, fileName, 'model', { mapLocation }));
    }
    const found = new Reach(checkpoint, 'ckpt').at(module.path);
    return this.text.add(...needed, loadLines(checkpoint, fileName, 'ckpt', { mapLocation }), assign('model', found));
  }

  private stateDictOfModule(): PythonText {
    return this.loadPickled(toCpu).add('state_dict = model.state_dict()');
  }

  /** `state_dict` and `model`, not yet loaded. */
  private apart(): PythonText {
    const branch = this.stateDict ?? this.module;
    if (branch !== null) {
      this.loadStateDict(branch, { mapLocation: toCpu });
    }
    return this.text;
  }

  private loadFiltered(): PythonText {
    const matching: Code = {
      open: '{',
      items: ['key: value', 'for key, value in state_dict.items()', 'if key in own and value.shape == own[key].shape'],
      close: '}',
      isExpression: true,
    };
    return this.apart()
      .add(this.modelLines(), 'own = model.state_dict()', assign('matching', matching))
      .add('print(f"{len(matching)} of {len(own)} keys match")', 'assert matching, "no key matches by name and shape"')
      .add('own.update(matching)', 'model.load_state_dict(own)');
  }

  private loadNotStrict(): PythonText {
    return this.apart()
      .add(
        this.modelLines(),
        comment('strict=False still refuses a tensor of another shape, and says nothing when nothing fits.'),
        'result = model.load_state_dict(state_dict, strict=False)',
      )
      .add(
        'print("not in the file:", result.missing_keys)',
        'print("not in the model:", result.unexpected_keys)',
        'assert len(result.unexpected_keys) < len(state_dict), "nothing was loaded"',
      );
  }

  private loadCheckpoint(): PythonText {
    return this.restored().add(
      comment('To go on training instead, leave these lines out and call model.train().'),
      ...freezeLines,
    );
  }

  /** Model, optimizer and the numbers beside them. */
  private restored(): PythonText {
    const { checkpoint, stateDict, module } = this;
    const optimizer = optimizerOf(checkpoint);
    if (stateDict === null) {
      this.loadPickled(toCpu);
    } else {
      this.loadStateDict(stateDict, { mapLocation: toCpu, keepAll: true }).add(
        this.modelLines(),
        'model.load_state_dict(state_dict)',
      );
    }
    const branch = stateDict ?? module;
    if (optimizer !== null && branch !== null) {
      this.text.add(optimizerLines(checkpoint, branch, optimizer));
    }
    const reach = new Reach(checkpoint, 'ckpt');
    return this.text.add(...scalarsOf(checkpoint).map(({ name, path }) => assign(name, reach.at(path))));
  }

  private saveParameters(): PythonText {
    return this.loadModel()
      .add(
        comment('Recommended: the file holds tensors alone, and loads into any class with these keys.'),
        layOut(call('torch.save', 'model.state_dict()', this.output('params'))),
      )
      .import('import torch');
  }

  private saveCheckpoint(): PythonText {
    const scalars = this.canRestore() ? scalarsOf(this.checkpoint) : [];
    if (this.canRestore()) {
      this.restored();
    } else {
      this.loadModel().add('optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)', 'epoch = 0');
    }
    const names = scalars.length === 0 ? ['epoch'] : scalars.map(({ name }) => name);
    const items = [
      '"model_state_dict": model.state_dict()',
      '"optimizer_state_dict": optimizer.state_dict()',
      ...names.map((name) => `${stringLiteral(name)}: ${name}`),
    ];
    return this.text
      .import('import torch')
      .add(assign('checkpoint', dict(items)), layOut(call('torch.save', 'checkpoint', this.output('checkpoint'))));
  }

  /** Whether the file holds an optimizer that Python can make again. */
  private canRestore(): boolean {
    const [branch, optimizer] = [this.stateDict ?? this.module, optimizerOf(this.checkpoint)];
    const isCheckpoint = obstacleOf(this.checkpoint, 'load-checkpoint') === null;
    return isCheckpoint && branch !== null && optimizer !== null && canMake(this.checkpoint, branch, optimizer);
  }

  private saveModel(): PythonText {
    const output = this.output('model');
    return this.loadModel()
      .import('import torch')
      .add(
        comment(
          'Not recommended: the file names the class and its module, and breaks when either is renamed; ' +
            'loading it takes weights_only=False, which runs what a file says.',
        ),
        layOut(call('torch.save', 'model', output)),
        assign('model', call('torch.load', output, 'weights_only=False')),
      );
  }

  /** The file's name with a word behind its stem: what is tried out must not write over the file. */
  private output(word: string): string {
    const stem = this.options.fileName.replace(/(?:\.pth)?\.[^./\\]+$/, '');
    return stringLiteral(`${stem}_${word}.pt`);
  }

  private mapLocation(kind: Extract<SnippetKind, `map-location-${string}`>): Code | null {
    const device = this.options.device ?? 'cpu';
    const all = { kind: 'all', device } as const;
    switch (kind) {
      case 'map-location-string':
        return writeMapLocation('string', all);
      case 'map-location-device':
        return writeMapLocation('device', all);
      case 'map-location-dict': {
        const others = [...this.checkpoint.summary.devices.keys()].filter((tag) => tag !== device);
        return dict(others.map((tag) => `${stringLiteral(tag)}: ${stringLiteral(device)}`));
      }
      case 'map-location-lambda':
        return writeMapLocation(parseDevice(device)?.type === 'cpu' ? 'storage' : 'cuda', all);
      case 'map-location-none':
        return null;
    }
  }

  /** A model is on the CPU when it is made, wherever the weights are that are copied into it. */
  private mapped(mapLocation: Code | null): PythonText {
    const device = this.options.device ?? 'cpu';
    this.loadModel(mapLocation);
    return mapLocation === null || device === 'cpu' || this.stateDict === null
      ? this.text
      : this.text.import('import torch').add(`model.to(torch.device(${stringLiteral(device)}))`);
  }

  private mapFile(): PythonText {
    const { stateDict } = this;
    if (stateDict !== null) {
      this.loadStateDict(stateDict, { mapLocation: toCpu, mmap: true });
    }
    return this.text
      .import('import torch', ...this.model.imports)
      .add(
        comment('The model takes no memory until it is given the tensors, and those stay in the file until used.'),
        'with torch.device("meta"):',
        layOut(prefixed('model = ', this.model.expression), 4),
        'model.load_state_dict(state_dict, assign=True)',
      );
  }

  private moveToDevice(): PythonText {
    const { device = 'cuda' } = this.options;
    const choice = parseDevice(device)?.type === 'cuda' ? ' if torch.cuda.is_available() else "cpu"' : '';
    return this.loadModel()
      .import('import torch')
      .add(`device = torch.device(${stringLiteral(device)}${choice})`, 'model.to(device)')
      .add(...predictLines('    data = data.to(device)  # returns a copy: data itself stays where it is'));
  }

  private moveToCuda(): PythonText {
    const index = parseDevice(this.options.device ?? 'cuda')?.index ?? null;
    const argument = index === null ? '' : String(index);
    return this.loadModel()
      .import('import torch')
      .add('use_cuda = torch.cuda.is_available()', 'if use_cuda:', `    model.cuda(${argument})`)
      .add(...predictLines('    if use_cuda:', `        data = data.cuda(${argument})  # returns a copy`));
  }
}

const freezeLines: readonly string[] = [
  'for parameter in model.parameters():',
  '    parameter.requires_grad = False',
  'model.eval()',
];

function predictLines(...move: readonly string[]): readonly string[] {
  return ['def predict(data):', ...move, '    with torch.no_grad():', '        return model(data)'];
}
