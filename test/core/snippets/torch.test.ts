import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { allSnippetKinds, type SnippetKind } from '../../../src/core/snippets/kinds';
import { snippet, snippetKinds } from '../../../src/core/snippets/snippets';
import { loadFile } from '../../support/checkpoint';
import { python, runPython, withTorch } from '../../support/torch';

interface Answer {
  readonly error?: string;
  /** What was moved to which GPU. */
  readonly moves: readonly string[];
  /** Devices that torch.load restored storages on, the CPU aside. */
  readonly storages: readonly string[];
  /** Whether the model has what was saved. */
  readonly equal?: boolean;
  readonly training?: boolean;
  readonly trainable?: boolean;
  readonly meta?: boolean;
  readonly optimizer?: string;
  readonly epoch?: number;
  readonly best?: number;
  readonly predicted?: readonly number[];
  readonly inputs?: readonly string[];
  readonly printed: readonly string[];
  readonly saved: Readonly<Record<string, string | readonly string[]>>;
}

const folder = mkdtempSync(join(tmpdir(), 'snippets-'));
const codes: Record<string, { readonly file: string; readonly code: string; readonly cuda: boolean }> = {};
const available = new Map<string, readonly SnippetKind[]>();
let answers: Readonly<Record<string, Answer>> = {};

const nameOf = (file: string, kind: SnippetKind, device?: string): string => [file, kind, device ?? ''].join(' ');

beforeAll(async () => {
  if (python() === null) {
    return;
  }
  await runPython('snippet_cases.py', ['make', folder]);
  for (const file of readdirSync(folder).filter((name) => !/\.py$|^__/.test(name))) {
    const { checkpoint } = await loadFile(join(folder, file));
    available.set(
      file,
      snippetKinds(checkpoint).flatMap(({ kind, unavailable }) => (unavailable === null ? [kind] : [])),
    );
    for (const device of [undefined, 'cuda:0', 'cuda:1']) {
      for (const { kind, unavailable } of snippetKinds(checkpoint, device === undefined ? {} : { device })) {
        if (unavailable === null) {
          const code = snippet(checkpoint, kind, { fileName: file, ...(device !== undefined && { device }) });
          codes[nameOf(file, kind, device)] = { file, code, cuda: device !== undefined };
        }
      }
    }
  }
  const input = JSON.stringify(codes);
  answers = (await runPython('snippet_cases.py', ['run', folder], { input, timeout: 120_000 })) as typeof answers;
}, 180_000);
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function answer(file: string, kind: SnippetKind, device?: string): Answer | undefined {
  return answers[nameOf(file, kind, device)];
}

function codeOf(file: string, kind: SnippetKind, device?: string): string {
  return codes[nameOf(file, kind, device)]?.code ?? '';
}

describe('each snippet runs as pasted', () => {
  withTorch('every kind, on every file that it is offered for, leaves what was saved', () => {
    const failed = Object.entries(answers).flatMap(([name, { error }]) => (error === undefined ? [] : [[name, error]]));
    expect(failed).toEqual([]);
    expect(Object.keys(answers)).toEqual(Object.keys(codes));
    expect(new Set([...available.values()].flat())).toEqual(new Set(allSnippetKinds));
    const wrong = Object.entries(answers).filter(([, { equal }]) => equal === false);
    expect(wrong).toEqual([]);
    expect(Object.values(answers).filter(({ equal }) => equal === true).length).toBeGreaterThan(150);
  });

  withTorch('no line is longer than black lets it be', () => {
    const long = Object.values(codes).flatMap(({ code }) => code.split('\n').filter((line) => line.length > 88));
    expect(long).toEqual([]);
  });

  withTorch('a file offers what it can give', () => {
    expect(available.get('net.pkl')).not.toContain('load-checkpoint');
    expect(available.get('net.pkl')).not.toContain('mmap-assign');
    expect(available.get('net_params.pkl')).not.toContain('load-model');
    expect(available.get('flat.safetensors')).not.toContain('weights-only');
    expect(available.get('legacy.pth.tar')).not.toContain('mmap-assign');
    expect(available.get('gpu.pt')).toContain('map-location-dict');
    expect(available.get('script.pt')).not.toContain('map-location-lambda');
  });
});

describe('what people do by hand', () => {
  withTorch('seed.S8 the whole model, and why not', () => {
    const save = codeOf('net.pkl', 'save-model');
    expect(save).toMatch(/^# Not recommended: the file names the class and its module/m);
    expect(answer('net.pkl', 'save-model')).toMatchObject({ saved: { 'net_model.pt': 'Net' } });
    expect(codeOf('net.pkl', 'load-model')).toMatch(/^# Needs the class my_models\.Net/m);
    expect(answer('net.pkl', 'load-model')).toMatchObject({ equal: true, training: false });
    expect(answer('with_model.pkl', 'load-model')).toMatchObject({ equal: true });
  });

  withTorch('seed.S9 the parameters alone', () => {
    expect(answer('net_params.pkl', 'save-parameters')).toMatchObject({
      saved: { 'net_params_params.pt': 'OrderedDict' },
    });
    expect(codeOf('net_params.pkl', 'load-state-dict')).toBe(
      [
        'import torch',
        'from my_project import Net  # your class',
        '',
        'state_dict = torch.load("net_params.pkl", map_location="cpu", weights_only=True)',
        '',
        'model = Net()',
        'model.load_state_dict(state_dict)',
        '',
        'model.eval()',
        '',
      ].join('\n'),
    );
    expect(answer('net_params.pkl', 'load-state-dict')).toMatchObject({ equal: true, training: false });
  });

  withTorch('seed.S10 a checkpoint restored: model, optimizer, epoch, then frozen', () => {
    const restored = { equal: true, epoch: 17, best: 0.5, optimizer: 'SGD [6]', training: false, trainable: false };
    expect(answer('checkpoint.pkl', 'load-checkpoint')).toMatchObject(restored);
    expect(answer('with_model.pkl', 'load-checkpoint')).toMatchObject(restored);
    expect(codeOf('checkpoint.pkl', 'load-checkpoint')).toContain('# A guess: the file does not name');
    expect(codeOf('with_model.pkl', 'load-checkpoint')).toContain('model = ckpt["model"]\n');
    expect(codeOf('with_model.pkl', 'load-checkpoint')).toContain('torch.optim.SGD(model.parameters())');
    // Parameters in two groups, as training had them, under the names that the wrapper's prefix stood before.
    expect(answer('ddp.ckpt', 'load-checkpoint')).toMatchObject({ equal: true, epoch: 3, optimizer: 'AdamW [2, 4]' });
    expect(answer('checkpoint.pkl', 'save-checkpoint')?.saved).toEqual({
      'checkpoint_checkpoint.pt': ['best', 'epoch', 'model_state_dict', 'optimizer_state_dict'],
    });
    expect(answer('net_params.pkl', 'save-checkpoint')?.saved).toEqual({
      'net_params_checkpoint.pt': ['epoch', 'model_state_dict', 'optimizer_state_dict'],
    });
  });

  withTorch('seed.S11 saved on a GPU, loaded on a CPU', () => {
    for (const kind of ['map-location-string', 'map-location-device'] as const) {
      expect(answer('gpu.pt', kind)).toMatchObject({ equal: true, storages: [], moves: [] });
    }
    expect(codeOf('gpu.pt', 'map-location-string')).toContain('map_location="cpu"');
    expect(codeOf('gpu.pt', 'map-location-device')).toContain('map_location=torch.device("cpu")');
  });

  withTorch('seed.S12 saved on a GPU, loaded on a GPU: the model is moved, and its inputs', () => {
    expect(answer('gpu.pt', 'to-device', 'cuda:0')).toMatchObject({
      equal: true,
      moves: ['module cuda:0'],
      inputs: ['tensor cuda:0'],
      predicted: [1, 4],
    });
    expect(answer('gpu.pt', 'to-device')).toMatchObject({ equal: true, moves: [], inputs: [], predicted: [1, 4] });
  });

  withTorch('seed.S13 saved on a CPU, loaded on the GPU of that number', () => {
    expect(codeOf('net_params.pkl', 'map-location-string', 'cuda:1')).toContain('map_location="cuda:1"');
    expect(answer('net_params.pkl', 'map-location-string', 'cuda:1')).toMatchObject({
      equal: true,
      storages: ['cuda:1'],
      moves: ['module cuda:1'],
    });
  });

  withTorch('seed.S14 map_location in each of its forms', () => {
    const restored = (kind: SnippetKind, device?: string): readonly string[] | undefined =>
      answer('spread.pt', kind, device)?.storages;
    expect(restored('map-location-device', 'cuda:0')).toEqual(['cuda:0']);
    expect(restored('map-location-lambda')).toEqual([]);
    expect(codeOf('spread.pt', 'map-location-lambda')).toContain('map_location=lambda storage, loc: storage,');
    expect(restored('map-location-lambda', 'cuda:1')).toEqual(['cuda:1']);
    expect(codeOf('spread.pt', 'map-location-lambda', 'cuda:1')).toContain('lambda storage, loc: storage.cuda(1)');
    expect(codeOf('gpu.pt', 'map-location-dict', 'cuda:0')).toContain('map_location={"cuda:1": "cuda:0"}');
    expect(answer('gpu.pt', 'map-location-dict', 'cuda:0')?.storages).toEqual(['cuda:0']);
    expect(restored('map-location-none')).toEqual(['cuda:0', 'cuda:1']);
    expect(codeOf('spread.pt', 'map-location-none')).not.toContain('map_location');
  });

  withTorch('seed.S16 moved by .cuda() under an if, and by .to(device)', () => {
    expect(answer('net_params.pkl', 'cuda', 'cuda:1')).toMatchObject({
      moves: ['module cuda:1'],
      inputs: ['tensor cuda:1'],
    });
    expect(answer('net_params.pkl', 'cuda')).toMatchObject({ moves: [], inputs: [], predicted: [1, 4] });
    expect(codeOf('net_params.pkl', 'cuda')).toContain('if use_cuda:\n    model.cuda()\n');
    expect(codeOf('net_params.pkl', 'to-device')).toContain(
      'device = torch.device("cuda" if torch.cuda.is_available() else "cpu")\nmodel.to(device)\n',
    );
  });

  withTorch('weights_only with the names that the file needs, mmap on the meta device, filtered and not strict', () => {
    expect(codeOf('ddp.ckpt', 'weights-only')).toContain('add_safe_globals([argparse.Namespace])');
    expect(answer('net_params.pkl', 'mmap-assign')).toMatchObject({ equal: true, meta: false });
    expect(answer('checkpoint.pkl', 'load-filtered')?.printed).toEqual(['9 of 9 keys match']);
    expect(answer('checkpoint.pkl', 'load-not-strict')?.printed).toEqual([
      'not in the file: []',
      'not in the model: []',
    ]);
  });
});
