import { findAliases, type Aliases } from '../checkpoint/aliases';
import type { Branch, Checkpoint, Entry, Import, OptimizerInfo } from '../checkpoint/checkpoint';
import type { RemovedEntry, StateChanges } from '../edit/changes';

/**
 * What the rows of a tree are made from: what a checkpoint holds, and what is gone from it, in the places where it was.
 * Entries and branches have the numbers that `TreeColumns` gives them: those of the checkpoint, then those that are gone.
 */
export interface Shown {
  /** By place, from top to bottom. */
  readonly entries: readonly Entry[];
  /** Number of the entry at each place, and the place of each number. */
  readonly numberAt: Uint32Array;
  readonly placeOf: Uint32Array;
  /** By number; `first` and `end` are numbers of entries. */
  readonly branches: readonly Branch[];
  readonly optimizers: readonly OptimizerInfo[];
  readonly imports: readonly Import[];
  /** By place. */
  readonly aliases: Aliases;
  /** Numbers from there on mean what is gone. */
  readonly entryCount: number;
  readonly branchCount: number;
}

export function shownOf(checkpoint: Checkpoint, changes: StateChanges | null): Shown {
  return changes === null || changes.removed.length === 0
    ? withoutRemoved(checkpoint)
    : withRemoved(checkpoint, changes);
}

function withoutRemoved({ entries, branches, optimizers, imports }: Checkpoint): Shown {
  const places = Uint32Array.from(entries.keys());
  return {
    entries,
    numberAt: places,
    placeOf: places,
    branches,
    optimizers,
    imports,
    aliases: findAliases(entries),
    entryCount: entries.length,
    branchCount: branches.length,
  };
}

function withRemoved(checkpoint: Checkpoint, { removed, removedBranches }: StateChanges): Shown {
  const { entries, branches, optimizers, imports } = checkpoint;
  const entryCount = entries.length;
  const gone = removed.map(({ entry, path }) => (entry.path === path ? entry : { ...entry, path }));
  const placeOf = placesOf(entryCount, removed);
  const numberAt = new Uint32Array(placeOf.length);
  const shown = new Array<Entry>(placeOf.length);
  [...entries, ...gone].forEach((entry, number) => {
    const place = placeOf[number] ?? 0;
    numberAt[place] = number;
    shown[place] = entry;
  });
  const goneBranches = removedBranches.map(({ branch, path }) => {
    const { first, end } = branch;
    return { ...branch, path, first: first + entryCount, end: end + entryCount };
  });
  // Which entries its parameters were is no longer of use: only how many there are.
  const goneOptimizers = removedBranches.flatMap(({ optimizer, path }) =>
    optimizer === null ? [] : [{ ...optimizer, path, parameters: optimizer.parameters.map(() => null), buffers: [] }],
  );
  return {
    entries: shown,
    numberAt,
    placeOf,
    branches: [...branches, ...goneBranches],
    optimizers: [...optimizers, ...goneOptimizers],
    imports,
    aliases: aliasesOf(entries, gone, placeOf),
    entryCount,
    branchCount: branches.length,
  };
}

/** By number of entry: each that is gone stands in front of the one that it names. */
function placesOf(entryCount: number, removed: readonly RemovedEntry[]): Uint32Array {
  const places = new Uint32Array(entryCount + removed.length);
  const order = [...removed.keys()].sort((a, b) => (removed[a]?.at ?? 0) - (removed[b]?.at ?? 0) || a - b);
  let next = 0;
  let place = 0;
  for (let index = 0; index <= entryCount; index++) {
    for (let at = order[next]; at !== undefined && (removed[at]?.at ?? 0) <= index; at = order[++next]) {
      places[entryCount + at] = place++;
    }
    if (index < entryCount) {
      places[index] = place++;
    }
  }
  return places;
}

/** What is gone shares with what is gone alone: sums of what is there stay whole. */
function aliasesOf(entries: readonly Entry[], gone: readonly Entry[], placeOf: Uint32Array): Aliases {
  const aliases: Aliases = { shared: new Uint8Array(placeOf.length), first: new Uint32Array(placeOf.length) };
  const fill = ({ shared, first }: Aliases, places: Uint32Array): void => {
    places.forEach((place, index) => {
      aliases.shared[place] = shared[index] ?? 0;
      aliases.first[place] = places[first[index] ?? 0] ?? 0;
    });
  };
  fill(findAliases(entries), placeOf.subarray(0, entries.length));
  fill(findAliases(gone), placeOf.subarray(entries.length));
  return aliases;
}
