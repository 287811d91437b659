import type { Entry } from '../checkpoint/checkpoint';
import { isNode, type PyNode } from '../pickle/values';
import { Candidates, OriginIndex } from './candidates';
import { top, type Nesting } from './nesting';
import { haveOneOrigin } from './origin';
import { isSameContent } from './sameContent';

/** Tensors below a container that are asked where they come from, when it is not known again by itself. */
const maxWitnesses = 8;

/**
 * Which entry and which container of a state was which of another one. Each is the counterpart of one at most. Containers
 * are known by identity, by what is in them, or by where they are; then entries within them.
 */
export class Matching {
  /** Container before, by container after; −1 for none. */
  readonly holderFrom: Int32Array;
  /** Entry before, by entry after; −1 for none. */
  readonly entryFrom: Int32Array;
  /** Container after, by container before. */
  readonly holderTo: Int32Array;
  /** Entry after, by entry before. */
  readonly entryTo: Int32Array;
  /** Entries after whose content is that of their counterpart. */
  readonly unchanged: Uint8Array;
  private readonly origins: OriginIndex;
  private readonly nodesAfter = new Set<PyNode>();
  private readonly nodesBefore = new Map<PyNode, Candidates>();

  constructor(
    private readonly before: Nesting,
    private readonly after: Nesting,
  ) {
    this.holderFrom = new Int32Array(after.count).fill(-1);
    this.holderTo = new Int32Array(before.count).fill(-1);
    this.entryFrom = new Int32Array(after.entries.length).fill(-1);
    this.entryTo = new Int32Array(before.entries.length).fill(-1);
    this.unchanged = new Uint8Array(after.entries.length);
    this.origins = new OriginIndex(before.entries);
    this.matchHolders();
    this.matchEntries();
  }

  private matchHolders(): void {
    const { before, after } = this;
    for (let holder = 0; holder < before.count; holder++) {
      const node = before.nodeOf(holder);
      if (isNode(node) && !before.isTopAgain(holder)) {
        const known = this.nodesBefore.get(node) ?? new Candidates();
        known.add(holder);
        this.nodesBefore.set(node, known);
      }
    }
    for (let holder = 0; holder < after.count; holder++) {
      const node = after.nodeOf(holder);
      if (isNode(node)) {
        this.nodesAfter.add(node);
      }
    }
    // A branch comes before those below it: what it was is known when they are reached.
    for (let holder = 0; holder < after.count; holder++) {
      const from = after.isTopAgain(holder) ? -1 : this.counterpartOf(holder);
      if (from !== -1) {
        this.holderFrom[holder] = from;
        this.holderTo[from] = holder;
      }
    }
  }

  private counterpartOf(holder: number): number {
    const { before, after } = this;
    const parentFrom = holder === top ? -1 : (this.holderFrom[after.parent[holder] ?? -1] ?? -1);
    const placed = holder === top ? top : parentFrom === -1 ? -1 : before.childAt(parentFrom, after.childKey(holder));
    const node = after.nodeOf(holder);
    const isFree = placed !== -1 && this.holderTo[placed] === -1;
    if (isFree && before.nodeOf(placed) === node) {
      return placed;
    }
    const identical = isNode(node) ? this.nodesBefore.get(node)?.find(this.isFree, () => true) : undefined;
    if (identical !== undefined) {
      return identical;
    }
    const witnessed = this.witnessed(holder, placed);
    if (witnessed !== null) {
      return witnessed;
    }
    const placedNode = placed === -1 ? null : before.nodeOf(placed);
    // What stood there lives on elsewhere.
    const isElsewhere = isNode(placedNode) && this.nodesAfter.has(placedNode);
    return isFree && !isElsewhere ? placed : -1;
  }

  /** The container that the first tensor below one comes from; −1 for none, null where no tensor tells. */
  private witnessed(holder: number, placed: number): number | null {
    const { before, after } = this;
    const branch = after.branchOf(holder);
    const first = branch?.first ?? 0;
    const end = branch?.end ?? after.entries.length;
    const firstBefore = placed === -1 ? -1 : (before.branchOf(placed)?.first ?? 0);
    let asked = 0;
    for (let index = first; index < end && asked < maxWitnesses; index++) {
      const entry = after.entries[index];
      if (entry?.kind !== 'tensor') {
        continue;
      }
      asked++;
      const height = heightAbove(after, after.holderOf[index] ?? top, holder);
      const likely = firstBefore === -1 ? -1 : firstBefore + (index - first);
      const namesake = before.entries[likely];
      const candidates =
        namesake?.kind === 'tensor' && haveOneOrigin(namesake, entry) ? [likely] : this.origins.of(entry).few;
      if (candidates.length > 0) {
        const holders = candidates
          .map((each) => containerAbove(before, before.holderOf[each] ?? top, height))
          .filter((each) => each !== -1 && this.isFree(each));
        return holders.includes(placed) ? placed : (holders[0] ?? -1);
      }
    }
    return null;
  }

  private readonly isFree = (holderBefore: number): boolean => this.holderTo[holderBefore] === -1;

  private readonly isLeft = (entryBefore: number): boolean => this.entryTo[entryBefore] === -1;

  private matchEntries(): void {
    const { after } = this;
    /** What had the key of an entry that was not found by what it is. */
    const namesakes = new Map<number, number>();
    for (let holder = 0; holder < after.count; holder++) {
      const from = this.holderFrom[holder] ?? -1;
      if (from !== -1) {
        this.matchByKey(holder, from, namesakes);
      }
    }
    const open: number[] = [];
    for (let index = 0; index < after.entries.length; index++) {
      if (this.entryFrom[index] === -1) {
        open.push(index);
      }
    }
    this.matchTensors(open);
    this.matchValues(open);
    for (const [index, from] of namesakes) {
      if (this.entryFrom[index] === -1 && this.entryTo[from] === -1) {
        this.match(index, from);
      }
    }
  }

  private match(index: number, from: number): void {
    const [was, is] = [this.before.entries[from], this.after.entries[index]];
    this.entryFrom[index] = from;
    this.entryTo[from] = index;
    this.unchanged[index] = was !== undefined && is !== undefined && isSameContent(was, is) ? 1 : 0;
  }

  /** Entries that are what they were under the same key, in most files one behind the other. */
  private matchByKey(holder: number, from: number, namesakes: Map<number, number>): void {
    const { before, after } = this;
    let likely = before.firstEntry[from] ?? -1;
    for (let index = after.firstEntry[holder] ?? -1; index !== -1; index = after.nextEntry[index] ?? -1) {
      const key = after.entryKey(index);
      const found = likely !== -1 && before.entryKey(likely) === key ? likely : before.entryAt(from, key);
      const was = before.entries[found];
      const is = after.entries[index];
      if (was === undefined || is === undefined || this.entryTo[found] !== -1) {
        continue;
      }
      likely = before.nextEntry[found] ?? -1;
      if (isSameContent(was, is)) {
        this.entryFrom[index] = found;
        this.entryTo[found] = index;
        this.unchanged[index] = 1;
      } else if (was.kind === 'tensor' && is.kind === 'tensor' && haveOneOrigin(was, is)) {
        this.entryFrom[index] = found;
        this.entryTo[found] = index;
      } else {
        namesakes.set(index, found);
      }
    }
  }

  /** Tensors under other keys, by where their numbers come from. */
  private matchTensors(open: readonly number[]): void {
    const { before, after } = this;
    for (const index of open) {
      const entry = after.entries[index];
      if (entry?.kind !== 'tensor') {
        continue;
      }
      const from = this.holderFrom[after.holderOf[index] ?? top] ?? -1;
      const found = this.origins.of(entry).find(this.isLeft, (each) => before.holderOf[each] === from);
      if (found !== undefined) {
        this.match(index, found);
      }
    }
  }

  /** Values under other keys of the same container, in order. */
  private matchValues(open: readonly number[]): void {
    const { after } = this;
    const freeIn = new Map<number, ReadonlyMap<string, Candidates>>();
    for (const index of open) {
      const entry = after.entries[index];
      const from = this.holderFrom[after.holderOf[index] ?? top] ?? -1;
      if (entry?.kind !== 'value' || from === -1) {
        continue;
      }
      const free = freeIn.get(from) ?? this.freeValues(from);
      freeIn.set(from, free);
      const found = free.get(textOf(entry))?.find(this.isLeft, (each) => this.isSameAs(each, entry));
      if (found !== undefined && this.isSameAs(found, entry)) {
        this.match(index, found);
      }
    }
  }

  private isSameAs(index: number, entry: Entry): boolean {
    const was = this.before.entries[index];
    return was !== undefined && isSameContent(was, entry);
  }

  private freeValues(from: number): ReadonlyMap<string, Candidates> {
    const { before } = this;
    const free = new Map<string, Candidates>();
    for (let index = before.firstEntry[from] ?? -1; index !== -1; index = before.nextEntry[index] ?? -1) {
      const entry = before.entries[index];
      if (entry?.kind === 'value' && this.isLeft(index)) {
        const known = free.get(textOf(entry)) ?? new Candidates();
        known.add(index);
        free.set(textOf(entry), known);
      }
    }
    return free;
  }
}

function textOf(entry: Entry): string {
  return entry.kind === 'value' ? `${entry.type} ${entry.repr}` : '';
}

function heightAbove(nesting: Nesting, from: number, holder: number): number {
  let height = 0;
  for (let at = from; at !== holder && at !== -1; at = nesting.parent[at] ?? -1) {
    height++;
  }
  return height;
}

/** −1 when there are not so many. */
function containerAbove(nesting: Nesting, from: number, height: number): number {
  let at = from;
  for (let step = 0; step < height && at !== -1; step++) {
    at = nesting.parent[at] ?? -1;
  }
  return at;
}
