import { safeGlobals, safeGlobalsCode } from '../audit/safeGlobals';
import type { Branch, Checkpoint } from '../checkpoint/checkpoint';
import { stringLiteral } from '../checkpoint/pythonText';
import { Reach } from '../edit/python/reach';
import { wrapperOf } from './contents';
import { assign, call, comment, layOut, list, prefixed, type Code } from './layout';
import type { SnippetObstacle } from './kinds';

/** Python in the making: what it imports, and its lines. */
export interface Lines {
  readonly imports: readonly string[];
  readonly lines: readonly string[];
}

/** What loading is asked for beside the file. */
export interface LoadOptions {
  /** Python for `map_location`; null leaves it out. */
  readonly mapLocation: Code | null;
  readonly mmap?: boolean;
}

const torchContainers: ReadonlySet<string> = new Set(['zip', 'legacy', 'tar', 'torchscript', 'safetensors']);

/** Why no Python loads the file; null where some does. */
export function loadObstacle({ container, imports }: Checkpoint): SnippetObstacle | null {
  if (container.compression !== null) {
    return { code: 'compressed' };
  }
  if (!torchContainers.has(container.kind)) {
    return { code: 'container', container: container.kind };
  }
  const names = imports.filter(({ verdict, unread }) => verdict === 'dangerous' && !unread).map(({ name }) => name);
  return names.length > 0 ? { code: 'dangerous', names } : null;
}

/**
 * Python that loads the file.
 * @param name what the script calls the loaded object.
 */
export function loadLines(checkpoint: Checkpoint, fileName: string, name: string, options: LoadOptions): Lines {
  const file = stringLiteral(fileName);
  switch (checkpoint.container.kind) {
    case 'safetensors':
      return flatLoad(file, name, options);
    case 'torchscript': {
      const location = options.mapLocation === null ? [] : [prefixed('map_location=', options.mapLocation)];
      return { imports: ['import torch'], lines: [assign(name, call('torch.jit.load', file, ...location))] };
    }
    default:
      return torchLoad(checkpoint, file, name, options);
  }
}

function flatLoad(file: string, name: string, { mapLocation }: LoadOptions): Lines {
  const device = mapLocation === null ? [] : [prefixed('device=', mapLocation)];
  return {
    imports: ['from safetensors.torch import load_file'],
    lines: [assign(name, call('load_file', file, ...device))],
  };
}

function torchLoad(checkpoint: Checkpoint, file: string, name: string, { mapLocation, mmap }: LoadOptions): Lines {
  const allowed = allowedNames(checkpoint);
  const load = call(
    'torch.load',
    file,
    ...(mapLocation === null ? [] : [prefixed('map_location=', mapLocation)]),
    ...(mmap === true ? ['mmap=True'] : []),
    `weights_only=${allowed === null ? 'False' : 'True'}`,
  );
  const before = allowed === null ? trustLines : allowed.length > 0 ? safeLines(allowed) : noLines;
  return { imports: ['import torch', ...before.imports], lines: [...before.lines, assign(name, load)] };
}

const noLines: Lines = { imports: [], lines: [] };

/** The file holds an object of a class: it takes more than names to rebuild that. */
const trustLines: Lines = {
  imports: [],
  lines: [comment('weights_only=False runs what the file says: only for files that you trust.')],
};

function safeLines(names: readonly string[]): Lines {
  const { modules, items } = safeGlobalsCode(names);
  return {
    imports: modules.map((module) => `import ${module}`),
    lines: [layOut(call('torch.serialization.add_safe_globals', list(items)))],
  };
}

/**
 * Names that are to be allowed for `weights_only=True`, none for most files. Null where that is not enough, and for a file
 * that holds a whole module: allowing dozens of layers by name is no way to load one.
 */
function allowedNames(checkpoint: Checkpoint): readonly string[] | null {
  if (checkpoint.weightsOnly.loads) {
    return [];
  }
  return checkpoint.branches.some(({ role }) => role === 'module') ? null : safeGlobals(checkpoint);
}

/** `weights_only=True` with whatever names the file needs; null where they are not enough. */
export function weightsOnlyLines(checkpoint: Checkpoint, fileName: string): Lines | null {
  const names = checkpoint.weightsOnly.loads ? [] : safeGlobals(checkpoint);
  if (names === null) {
    return null;
  }
  const before = names.length > 0 ? safeLines(names) : noLines;
  const load = call('torch.load', stringLiteral(fileName), 'weights_only=True');
  return { imports: ['import torch', ...before.imports], lines: [...before.lines, assign('ckpt', load)] };
}

/**
 * Python that loads the file and leaves its state dict, without a wrapper's prefix, in `state_dict`.
 * @param branch the state dict, or a module of which it is taken.
 * @param keepAll whether the rest of the file is kept in `ckpt`.
 */
export function stateDictLines(
  checkpoint: Checkpoint,
  branch: Branch,
  fileName: string,
  options: LoadOptions & { readonly keepAll?: boolean },
): Lines {
  const isWhole = branch.path.length === 0 && branch.role !== 'module';
  const name = isWhole && options.keepAll !== true ? 'state_dict' : 'ckpt';
  const load = loadLines(checkpoint, fileName, name, options);
  const found = new Reach(checkpoint, 'ckpt').at(branch.path);
  const taken = branch.role === 'module' ? `${found}.state_dict()` : found;
  const prefix = wrapperOf(checkpoint, branch);
  const strip = prefix === null ? noLines : stripLines(prefix);
  return {
    imports: [...load.imports, ...strip.imports],
    lines: [...load.lines, ...(name === 'ckpt' ? [assign('state_dict', taken)] : []), ...strip.lines],
  };
}

function stripLines(prefix: string): Lines {
  return {
    imports: ['from torch.nn.modules.utils import consume_prefix_in_state_dict_if_present'],
    lines: [layOut(call('consume_prefix_in_state_dict_if_present', 'state_dict', stringLiteral(prefix)))],
  };
}
