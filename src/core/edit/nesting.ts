import type { Branch, Checkpoint, Entry, Path } from '../checkpoint/checkpoint';
import type { Value } from '../pickle/values';
import { stepOf } from './find';

/** The top of a checkpoint, whether a container stands there or not. */
export const top = 0;

/**
 * Which container each entry and each branch of a checkpoint stands in. Containers are numbered: `top`, then branch 0 as 1
 * and so on; a branch that is the whole file is `top` itself.
 */
export class Nesting {
  /** Container of each entry. */
  readonly holderOf: Uint32Array;
  /** Container of each container; −1 for the top. */
  readonly parent: Int32Array;
  /** The entries right in a container, as linked lists in file order; −1 ends one. */
  readonly firstEntry: Int32Array;
  readonly nextEntry: Int32Array;
  /** The containers right in a container, likewise. */
  readonly firstChild: Int32Array;
  readonly nextChild: Int32Array;
  readonly count: number;
  readonly entries: readonly Entry[];
  readonly branches: readonly Branch[];
  /** The branch that is the whole file; −1 when none is. */
  private readonly topBranch: number;
  private readonly entryKeys = new Map<number, ReadonlyMap<string | number, number>>();
  private readonly childKeys = new Map<number, ReadonlyMap<string | number, number>>();

  constructor({ entries, branches }: Checkpoint) {
    this.entries = entries;
    this.branches = branches;
    this.count = branches.length + 1;
    this.topBranch = branches.findIndex(({ path }) => path.length === 0);
    this.holderOf = new Uint32Array(entries.length);
    this.parent = new Int32Array(this.count).fill(-1);
    this.firstEntry = new Int32Array(this.count).fill(-1);
    this.nextEntry = new Int32Array(entries.length).fill(-1);
    this.firstChild = new Int32Array(this.count).fill(-1);
    this.nextChild = new Int32Array(this.count).fill(-1);
    this.link();
  }

  private link(): void {
    const { entries, branches } = this;
    const lastEntry = new Int32Array(this.count).fill(-1);
    const lastChild = new Int32Array(this.count).fill(-1);
    const open: { readonly holder: number; readonly end: number }[] = [];
    let next = 0;
    for (let index = 0; index < entries.length; index++) {
      for (let last = open.at(-1); last !== undefined && last.end <= index; last = open.at(-1)) {
        open.pop();
      }
      for (let branch = branches[next]; branch !== undefined && branch.first <= index; branch = branches[next]) {
        const holder = branch.path.length === 0 ? top : next + 1;
        if (holder !== top) {
          append(open.at(-1)?.holder ?? top, holder, this.firstChild, this.nextChild, lastChild);
          this.parent[holder] = open.at(-1)?.holder ?? top;
        }
        open.push({ holder, end: branch.end });
        next++;
      }
      const holder = open.at(-1)?.holder ?? top;
      this.holderOf[index] = holder;
      append(holder, index, this.firstEntry, this.nextEntry, lastEntry);
    }
  }

  /** Whether a number is that of the branch which is the top already. */
  isTopAgain(holder: number): boolean {
    return holder !== top && holder - 1 === this.topBranch;
  }

  branchOf(holder: number): Branch | undefined {
    return this.branches[holder === top ? this.topBranch : holder - 1];
  }

  nodeOf(holder: number): Value {
    return this.branchOf(holder)?.node ?? null;
  }

  pathOf(holder: number): Path {
    return holder === top ? [] : (this.branches[holder - 1]?.path ?? []);
  }

  /** The entry right in a container that a key leads to; −1 when none does. */
  entryAt(holder: number, key: string | number): number {
    return keyed(holder, this.entryKeys, this.firstEntry, this.nextEntry, (at) => this.entryKey(at)).get(key) ?? -1;
  }

  /** The container right in a container that a key leads to; −1 when none does. */
  childAt(holder: number, key: string | number): number {
    return keyed(holder, this.childKeys, this.firstChild, this.nextChild, (at) => this.childKey(at)).get(key) ?? -1;
  }

  /** What tells an entry from its siblings. */
  entryKey(index: number): string | number {
    const path = this.entries[index]?.path ?? [];
    return siblingKey(path, this.holderOf[index] === top ? 0 : -1);
  }

  childKey(holder: number): string | number {
    return siblingKey(this.pathOf(holder), this.parent[holder] === top ? 0 : -1);
  }
}

/** The last step; of what stands right at the top all of its path (`.metadata` of a `.safetensors` is no branch). */
function siblingKey(path: Path, above: number): string | number {
  const last = path.at(-1);
  return above === 0 && path.length > 1 ? `\0${JSON.stringify(path)}` : last === undefined ? '' : stepOf(last);
}

function append(holder: number, item: number, first: Int32Array, next: Int32Array, last: Int32Array): void {
  const before = last[holder] ?? -1;
  if (before === -1) {
    first[holder] = item;
  } else {
    next[before] = item;
  }
  last[holder] = item;
}

/** A key that is set twice: the last counts, as for a path. */
function keyed(
  holder: number,
  known: Map<number, ReadonlyMap<string | number, number>>,
  first: Int32Array,
  next: Int32Array,
  keyAt: (item: number) => string | number,
): ReadonlyMap<string | number, number> {
  let keys = known.get(holder);
  if (keys === undefined) {
    const made = new Map<string | number, number>();
    for (let at = first[holder] ?? -1; at !== -1; at = next[at] ?? -1) {
      made.set(keyAt(at), at);
    }
    keys = made;
    known.set(holder, made);
  }
  return keys;
}
