import { asCall, asText, dictEntries, lookUp } from '../checkpoint/arguments';
import type { Branch, Checkpoint, Path } from '../checkpoint/checkpoint';
import { keyOf } from '../checkpoint/path';
import { stateDictOf } from '../edit/moduleDicts';
import { SlotReader } from '../edit/slots';
import { startState } from '../edit/state';
import { isNode, type Value } from '../pickle/values';
import { MatchError, type Source, type SourceKey, type Target } from './match';

/** Names under which people keep the state dict of a checkpoint, the likeliest first. */
export const usualNames: ReadonlySet<string> = new Set([
  'model_state_dict',
  'state_dict',
  'model',
  'module',
  'net',
  'weight',
]);

/**
 * The file's own state dict or module: the root where it is one, else the one that there is under a usual name.
 * @throws MatchError `no-state-dict`, `several-state-dicts`
 */
export function ownStateDict(checkpoint: Checkpoint): Path {
  const candidates = stateDictPaths(checkpoint);
  const root = candidates.find((path) => path.length === 0);
  if (root !== undefined) {
    return root;
  }
  const usual = candidates.filter((path) => path.length === 1 && usualNames.has(keyOf(path)));
  const [first, second] = usual;
  if (first === undefined && isMostlyTensors(checkpoint)) {
    return [];
  }
  if (first === undefined) {
    throw new MatchError('no-state-dict', candidates.map(keyOf));
  }
  if (second !== undefined) {
    throw new MatchError('several-state-dicts', usual.map(keyOf));
  }
  return first;
}

/** Whether a state dict stands at the root with a few values beside its tensors: `_extra_state`, an epoch. */
function isMostlyTensors({ branches, entries }: Checkpoint): boolean {
  const root = branches.find(({ path }) => path.length === 0);
  const isMapping = root?.type === 'dict' || root?.type === 'collections.OrderedDict';
  const direct = isMapping ? entries.filter(({ kind, path }) => kind === 'tensor' && path.length === 1).length : 0;
  return direct > 0 && 2 * direct >= entries.filter(({ path }) => path.length === 1).length;
}

/** Paths of all that can be matched: state dicts and modules, in file order. */
export function stateDictPaths({ branches, kind, container }: Checkpoint): readonly Path[] {
  if (container.kind === 'safetensors' || (kind === 'state-dict' && branches.length === 0)) {
    return [[]];
  }
  return branches.flatMap(({ path, role }) => (role === 'state-dict' || role === 'module' ? [path] : []));
}

/**
 * The keys of a state dict or module of a file, as `load_state_dict` would be given them.
 * @throws MatchError `not-a-state-dict`, and as `ownStateDict`.
 */
export function sourceOf(checkpoint: Checkpoint, path: Path = ownStateDict(checkpoint)): Source {
  const branch = checkpoint.branches.find((one) => isSamePath(one.path, path));
  const isRoot = path.length === 0;
  if (branch === undefined && !isRoot) {
    throw new MatchError('not-a-state-dict', [keyOf(path)]);
  }
  const isModule = branch?.role === 'module';
  const keys = keysBelow(checkpoint, path, branch, isModule);
  if (!keys.some(({ shape }) => shape !== null)) {
    throw new MatchError('not-a-state-dict', [keyOf(path)]);
  }
  return { path, isModule, keys, versions: versionsOf(checkpoint, branch) };
}

/** A checkpoint as what is loaded into. */
export function checkpointTarget(source: Source, name: string, resource: string): Target {
  const keys = source.keys.map(({ key, shape, dtype }) => ({ key, shape, dtype }));
  return { kind: 'checkpoint', name, keys, tensors: { resource, path: source.path } };
}

function keysBelow(
  { entries }: Checkpoint,
  path: Path,
  branch: Branch | undefined,
  isModule: boolean,
): readonly SourceKey[] {
  const keys: SourceKey[] = [];
  const first = branch?.first ?? 0;
  let last: string | null = null;
  for (let entry = first; entry < (branch?.end ?? entries.length); entry++) {
    const found = entries[entry];
    const key = found?.path[path.length];
    const isTensor = found?.kind === 'tensor' && found.path.length === path.length + 1;
    // Attributes of the dict (`_metadata`) and the metadata of a .safetensors are no keys.
    if (found === undefined || typeof key !== 'string' || (key.startsWith('.') && !isTensor)) {
      continue;
    }
    if (isModule ? isTensor && (found.role === 'parameter' || found.role === 'buffer') : key !== last) {
      const { shape, dtype } = found.kind === 'tensor' && isTensor ? found : { shape: null, dtype: null };
      keys.push({ key, shape, dtype, entry });
    }
    last = key;
  }
  return keys;
}

/** Versions of the modules: those of a state dict stand in its `_metadata`, those of a module in its classes. */
function versionsOf(checkpoint: Checkpoint, branch: Branch | undefined): Source['versions'] {
  if (branch === undefined) {
    return null;
  }
  if (branch.role !== 'module') {
    return versionsIn(branch.node);
  }
  const reader = new SlotReader(startState(checkpoint));
  const module = asCall(branch.node);
  return module !== null && reader.isModule(module) ? versionsIn(stateDictOf(module, reader)) : null;
}

/** `_metadata` of a state dict: an OrderedDict has it as an attribute; a plain dict has none. */
function versionsIn(stateDict: Value): Source['versions'] {
  const state = isNode(stateDict) ? asCall(stateDict)?.state : undefined;
  const metadata = dictEntries(lookUp(dictEntries(state) ?? [], '_metadata'));
  if (metadata === null) {
    return null;
  }
  const versions = new Map<string, number | null>();
  for (let index = 0; index + 1 < metadata.length; index += 2) {
    const name = asText(metadata[index]);
    const version = lookUp(dictEntries(metadata[index + 1]) ?? [], 'version');
    if (name !== null) {
      versions.set(name, typeof version === 'number' ? version : null);
    }
  }
  return versions;
}

function isSamePath(a: Path, b: Path): boolean {
  return a.length === b.length && JSON.stringify(a) === JSON.stringify(b);
}
