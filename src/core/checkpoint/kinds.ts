import type { Branch, CheckpointKind, Entry, Path } from './checkpoint';

function isRoot(path: Path): boolean {
  return path.length === 0;
}

const sequenceTypes = new Set(['list', 'tuple', 'set', 'frozenset', 'collections.deque']);

/** What the file is as a whole, the first that holds (cli.md). */
export function checkpointKind(entries: readonly Entry[], branches: readonly Branch[]): CheckpointKind {
  const root = branches.find((branch) => isRoot(branch.path));
  if (root === undefined) {
    return entries.length === 1 && entries[0]?.kind === 'tensor' ? 'tensor' : 'other';
  }
  if (entries.some(({ path }) => path[0] === 'pytorch-lightning_version')) {
    return 'lightning';
  }
  if (root.role !== null) {
    return root.role;
  }
  if (sequenceTypes.has(root.type)) {
    const isTensors = entries.every(({ kind, path }) => kind === 'tensor' && path.length === 1);
    return isTensors ? 'tensors' : 'other';
  }
  const isMapping = root.type === 'dict' || root.type.startsWith('collections.');
  return isMapping && branches.some(({ role }) => role !== null) ? 'training-checkpoint' : 'other';
}

// DataParallel and DistributedDataParallel, torch.compile, FSDP, DeepSpeed, Lightning, and the averages of timm and others.
const wrapperPrefixes = [
  'module.',
  '_orig_mod.',
  '_fsdp_wrapped_module.',
  '_forward_module.',
  'model.',
  'ema_model.',
  'ema.',
];

// `torch.optim.swa_utils.AveragedModel` counts beside the model that it wraps.
const countersBeside = new Set(['n_averaged', 'num_updates', 'decay']);

/** The prefix that wrappers left on every one of the keys: `module.`, `_orig_mod.module.`; null when there is none. */
export function wrapperPrefix(keys: readonly string[]): string | null {
  const relevant = keys.filter((key) => !countersBeside.has(key));
  const first = relevant[0];
  if (first === undefined) {
    return null;
  }
  let prefix = '';
  for (;;) {
    const rest = first.slice(prefix.length);
    const next = wrapperPrefixes.find((candidate) => rest.startsWith(candidate) && rest.length > candidate.length);
    if (next === undefined || !relevant.every((key) => key.startsWith(prefix + next))) {
      return prefix === '' ? null : prefix;
    }
    prefix += next;
  }
}

/** The state dict or module that the file is mainly about: the one with most tensors, the first of equals. */
export function mainStateDict(branches: readonly Branch[]): Branch | null {
  let main: Branch | null = null;
  for (const branch of branches) {
    const isOutermost = branch.role === 'state-dict' || branch.role === 'module';
    if (isOutermost && (main === null || branch.end - branch.first > main.end - main.first)) {
      main = branch;
    }
  }
  return main;
}

/** Keys of the tensors right below a state dict or module. */
export function stateDictKeys(entries: readonly Entry[], branch: Branch): string[] {
  const keys: string[] = [];
  for (const entry of entries.slice(branch.first, branch.end)) {
    const last = entry.path[branch.path.length];
    if (entry.kind === 'tensor' && entry.path.length === branch.path.length + 1 && typeof last === 'string') {
      keys.push(last);
    }
  }
  return keys;
}
