import type { Branch, Entry, OptimizerInfo, Path, PathElement } from '../checkpoint/checkpoint';
import { isNode, NodeKind, type Value } from '../pickle/values';
import { stepOf } from './find';
import { Matching } from './matching';
import { Nesting, top } from './nesting';
import type { EditState } from './state';

/** What became of an entry that is still there. */
export interface EntryChange {
  /** `modified` too when it was renamed besides. */
  readonly kind: 'added' | 'modified' | 'renamed';
  /** What it was; null for what was added. */
  readonly before: Entry | null;
  /** Where it was, when that is under another key; an item of a sequence that only moved up is where it was. */
  readonly oldPath: Path | null;
}

/** An entry that is gone. */
export interface RemovedEntry {
  /** As it was. */
  readonly entry: Entry;
  /** Where it would be now: what it stood in may have another key. */
  readonly path: Path;
  /** Index of the entry that it stands in front of; the number of entries for behind the last. */
  readonly at: number;
}

/** A container that is gone. */
export interface RemovedBranch {
  /** As it was; `first` and `end` are indexes into `StateChanges.removed`. */
  readonly branch: Branch;
  /** Where it would be now. */
  readonly path: Path;
  /** What the optimizer was, where it was one. */
  readonly optimizer: OptimizerInfo | null;
}

/** What differs between two states, as far as a list of entries shows it. Order is no difference. */
export interface StateChanges {
  /** By index into the entries after; absent for those that are what they were. */
  readonly entries: ReadonlyMap<number, EntryChange>;
  readonly removed: readonly RemovedEntry[];
  readonly removedBranches: readonly RemovedBranch[];
  /** Types that branches had, by index into the branches after, where they have others now. */
  readonly oldTypes: ReadonlyMap<number, string>;
}

/** Nothing differs. */
export function isUnchanged({ entries, removed, oldTypes }: StateChanges): boolean {
  return entries.size === 0 && removed.length === 0 && oldTypes.size === 0;
}

/**
 * What became of the entries of a state. A tensor is known again by the bytes that it comes from, a value by its place or by
 * being the same in the same container.
 */
export function changesBetween(before: EditState, after: EditState): StateChanges {
  if (before.checkpoint === after.checkpoint) {
    return { entries: new Map(), removed: [], removedBranches: [], oldTypes: new Map() };
  }
  const [was, is] = [new Nesting(before.checkpoint), new Nesting(after.checkpoint)];
  const matching = new Matching(was, is);
  const removals = new Removals(was, is, matching, before.checkpoint.optimizers);
  return {
    entries: entryChanges(was, is, matching),
    removed: removals.entries,
    removedBranches: removals.branches,
    oldTypes: oldTypes(was, is, matching),
  };
}

function entryChanges(was: Nesting, is: Nesting, matching: Matching): Map<number, EntryChange> {
  const paths = new OldPaths(was, is, matching);
  const changes = new Map<number, EntryChange>();
  for (let index = 0; index < is.entries.length; index++) {
    const from = matching.entryFrom[index] ?? -1;
    const entry = was.entries[from];
    if (entry === undefined) {
      changes.set(index, { kind: 'added', before: null, oldPath: null });
      continue;
    }
    const oldPath = paths.ofEntry(index, from);
    if (matching.unchanged[index] === 0) {
      changes.set(index, { kind: 'modified', before: entry, oldPath });
    } else if (oldPath !== null) {
      changes.set(index, { kind: 'renamed', before: entry, oldPath });
    }
  }
  return changes;
}

function oldTypes(was: Nesting, is: Nesting, matching: Matching): Map<number, string> {
  const types = new Map<number, string>();
  is.branches.forEach(({ type, path }, index) => {
    const from = matching.holderFrom[path.length === 0 ? top : index + 1] ?? -1;
    const old = from === -1 ? undefined : was.branchOf(from)?.type;
    if (old !== undefined && old !== type) {
      types.set(index, old);
    }
  });
  return types;
}

/** Where containers and entries were, as far as that is another place than where they are. */
class OldPaths {
  /** By container; null where it is where it was. */
  private readonly ofHolder: (Path | null)[] = [];

  constructor(
    private readonly was: Nesting,
    private readonly is: Nesting,
    private readonly matching: Matching,
  ) {
    for (let holder = 0; holder < is.count; holder++) {
      const from = matching.holderFrom[holder] ?? -1;
      this.ofHolder.push(
        from === -1
          ? null
          : this.oldPath(is.pathOf(holder), is.parent[holder] ?? -1, was.pathOf(from), was.parent[from] ?? -1),
      );
    }
  }

  ofEntry(index: number, from: number): Path | null {
    const path = this.is.entries[index]?.path ?? [];
    const old = this.was.entries[from]?.path ?? [];
    return this.oldPath(path, this.is.holderOf[index] ?? top, old, this.was.holderOf[from] ?? top);
  }

  private oldPath(path: Path, holder: number, old: Path, oldHolder: number): Path | null {
    const isWithin = oldHolder !== -1 && this.matching.holderFrom[holder] === oldHolder;
    if (!isWithin || !this.isRightIn(path, holder)) {
      return isSamePath(path, old) ? null : old;
    }
    const above = this.ofHolder[holder] ?? null;
    const [key, oldKey] = [path.at(-1) ?? '', old.at(-1) ?? ''];
    const stays = stepOf(key) === stepOf(oldKey) || this.isShifted(holder, key, oldKey) || isItem(key, oldKey);
    if (above === null && stays) {
      return null;
    }
    return [...(above ?? this.is.pathOf(holder)), stays ? key : oldKey];
  }

  /** Parameters of submodules have their whole names below the outermost module. */
  private isRightIn(path: Path, holder: number): boolean {
    return path.length === this.is.pathOf(holder).length + 1;
  }

  /** An index says how many stand before, and is no name. */
  private isShifted(holder: number, key: PathElement, oldKey: PathElement): boolean {
    return typeof key === 'number' && typeof oldKey === 'number' && isSequence(this.is.nodeOf(holder));
  }
}

/** An attribute that became a key of the same name, as its object became a dict. */
function isItem(key: PathElement, oldKey: PathElement): boolean {
  return typeof key === 'string' && oldKey === `.${key}`;
}

function isSequence(node: Value): boolean {
  if (!isNode(node)) {
    return false;
  }
  switch (node.kind) {
    case NodeKind.List:
    case NodeKind.Tuple:
    case NodeKind.Set:
      return true;
    default:
      return node.kind === NodeKind.Call && node.entries === undefined;
  }
}

function isSamePath(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((element, depth) => isSameStep(element, b[depth]));
}

function isSameStep(a: Path[number], b: Path[number] | undefined): boolean {
  return a === b || (b !== undefined && stepOf(a) === stepOf(b));
}

/** What is gone, and where it would stand now. */
class Removals {
  readonly entries: RemovedEntry[] = [];
  readonly branches: RemovedBranch[] = [];
  /** Where each container is, or would be. */
  private readonly paths: Path[] = [];

  constructor(
    private readonly was: Nesting,
    private readonly is: Nesting,
    private readonly matching: Matching,
    private readonly optimizers: readonly OptimizerInfo[],
  ) {
    for (let holder = 0; holder < was.count; holder++) {
      this.paths.push(this.pathNow(holder));
    }
    const firstOf = this.listEntries();
    this.listBranches(firstOf);
  }

  private pathNow(holder: number): Path {
    const to = this.matching.holderTo[holder] ?? -1;
    return to !== -1 ? this.is.pathOf(to) : this.moved(this.was.pathOf(holder), this.was.parent[holder] ?? top);
  }

  /** A path with what its container is called now. */
  private moved(path: Path, holder: number): Path {
    const [old, now] = [this.was.pathOf(holder), this.paths[holder] ?? []];
    return path.length !== old.length + 1 || isSamePath(old, now) ? path : [...now, ...path.slice(-1)];
  }

  /** @returns by entry before, how many were removed before it. */
  private listEntries(): Uint32Array {
    const { was, is, matching } = this;
    const removedBefore = new Uint32Array(was.entries.length + 1);
    let at = 0;
    was.entries.forEach((entry, index) => {
      removedBefore[index] = this.entries.length;
      const to = matching.entryTo[index] ?? -1;
      if (to !== -1) {
        at = to + 1;
        return;
      }
      const holder = was.holderOf[index] ?? top;
      const within = matching.holderTo[holder] ?? -1;
      // Not before its container, which keeps its place.
      const first = within === -1 ? 0 : (is.branchOf(within)?.first ?? 0);
      this.entries.push({ entry, path: this.moved(entry.path, holder), at: Math.max(at, first) });
    });
    removedBefore[was.entries.length] = this.entries.length;
    return removedBefore;
  }

  private listBranches(removedBefore: Uint32Array): void {
    this.was.branches.forEach((branch, index) => {
      const holder = branch.path.length === 0 ? top : index + 1;
      const first = removedBefore[branch.first] ?? 0;
      const end = removedBefore[branch.end] ?? 0;
      if (this.matching.holderTo[holder] === -1 && end > first) {
        const optimizer = this.optimizers.find(({ path }) => path === branch.path) ?? null;
        this.branches.push({ branch: { ...branch, first, end }, path: this.paths[holder] ?? branch.path, optimizer });
      }
    });
  }
}
