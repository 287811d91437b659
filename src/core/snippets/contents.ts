import type { Branch, Checkpoint, OptimizerInfo, Path } from '../checkpoint/checkpoint';
import { mainStateDict, stateDictKeys } from '../checkpoint/kinds';
import { keyOf } from '../checkpoint/path';
import { usualNames } from '../match/source';

/**
 * The state dict that a file is about: the root, else the one under the likeliest name, else the largest. Null where there
 * is none; a whole module counts as none.
 */
export function stateDictOf(checkpoint: Checkpoint): Branch | null {
  return flatStateDict(checkpoint) ?? likeliest(checkpoint.branches.filter(({ role }) => role === 'state-dict'));
}

/** The state dict or module at a path; null where there is none. */
export function weightsAt(checkpoint: Checkpoint, path: Path): Branch | null {
  const wanted = JSON.stringify(path);
  const isMeant = (branch: Branch): boolean => branch.role !== null && JSON.stringify(branch.path) === wanted;
  return (path.length === 0 ? flatStateDict(checkpoint) : null) ?? checkpoint.branches.find(isMeant) ?? null;
}

/** A `.safetensors` is a state dict as a whole, without a node of its own. */
function flatStateDict({ branches, entries, kind }: Checkpoint): Branch | null {
  const isFlat = branches.length === 0 && kind === 'state-dict';
  return isFlat ? { path: [], type: 'dict', role: 'state-dict', first: 0, end: entries.length, node: null } : null;
}

/** The module that a file is about, chosen likewise. */
export function moduleOf({ branches }: Checkpoint): Branch | null {
  return likeliest(branches.filter(({ role }) => role === 'module'));
}

function likeliest(found: readonly Branch[]): Branch | null {
  const named = [...usualNames].map((name) => found.find(({ path }) => path.length === 1 && path[0] === name));
  return (
    found.find(({ path }) => path.length === 0) ?? named.find((branch) => branch !== undefined) ?? mainStateDict(found)
  );
}

/** The optimizer that a checkpoint would go on with: the first. */
export function optimizerOf({ optimizers }: Checkpoint): OptimizerInfo | null {
  return optimizers[0] ?? null;
}

/** The prefix that a wrapper left on every key of a state dict; null when there is none. */
export function wrapperOf({ entries, wrapper }: Checkpoint, branch: Branch): string | null {
  const has = wrapper !== null && stateDictKeys(entries, branch).every((key) => key.startsWith(wrapper));
  return has ? wrapper : null;
}

export interface Scalar {
  /** Also what the script calls it. */
  readonly name: string;
  readonly path: Path;
}

const scalarTypes: ReadonlySet<string> = new Set(['int', 'float', 'str', 'bool']);
/** Names that Python or the script itself has. */
const taken: ReadonlySet<string> = new Set(
  'ckpt device model optimizer parameter parameters result state_dict torch False None True and as def del elif else for from if import in is not or'.split(
    ' ',
  ),
);
/** A script that restores dozens of settings helps nobody. */
const mostScalars = 8;

/** Numbers and texts beside the weights, such as `epoch`, that a script can restore by their names. */
export function scalarsOf({ entries }: Checkpoint): readonly Scalar[] {
  return entries
    .filter(({ kind, path }) => kind === 'value' && path.length === 1 && /^[A-Za-z_]\w*$/.test(keyOf(path)))
    .flatMap((entry) => {
      const name = keyOf(entry.path);
      const fits = entry.kind === 'value' && scalarTypes.has(entry.type) && !taken.has(name);
      return fits ? [{ name, path: entry.path }] : [];
    })
    .slice(0, mostScalars);
}
