import { children } from '../../../src/core/tree/rows';
import type { TreeIndex } from './treeIndex';

/** What decides which rows are shown. */
export interface Visibility {
  /** Every row, parents before children (tree), or the entries (flat list). */
  readonly sequence: Uint32Array;
  readonly flat: boolean;
  /** Per row: 1 for what may be shown; null when nothing is filtered. */
  readonly kept: Uint8Array | null;
  readonly expanded: Uint8Array;
  /** Removed rows are left out. */
  readonly withoutRemoved: boolean;
}

/** The rows that are shown, in order, and where each stands. Buffers are kept between updates. */
export class VisibleRows {
  readonly #buffer: Uint32Array;
  readonly #position: Int32Array;
  #length = 0;

  constructor(private readonly index: TreeIndex) {
    this.#buffer = new Uint32Array(index.count);
    this.#position = new Int32Array(index.count).fill(-1);
  }

  get length(): number {
    return this.#length;
  }

  /** −1 outside the list. */
  at(position: number): number {
    return position >= 0 && position < this.#length ? (this.#buffer[position] ?? -1) : -1;
  }

  /** −1 when the row is not shown. */
  positionOf(row: number): number {
    return this.#position[row] ?? -1;
  }

  /** A view on the rows shown, valid until the next update. */
  get rows(): Uint32Array {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Position of the last row shown below `row`, its own where there is none. */
  lastBelow(row: number): number {
    const depth = this.index.depth[row] ?? 0;
    let low = this.positionOf(row);
    // Rows below it are deeper and stand together: the first position that is not is found by halving.
    let high = Math.min(this.#length, low + this.index.end(row) - row);
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      const at = this.at(middle);
      if ((this.index.depth[at] ?? 0) > depth && at > row && at < this.index.end(row)) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  update({ sequence, flat, kept, expanded, withoutRemoved }: Visibility): void {
    this.#position.fill(-1);
    this.#length = 0;
    for (let at = 0; at < sequence.length;) {
      const row = sequence[at] ?? 0;
      const whole = flat ? 1 : this.index.end(row) - row;
      if ((kept !== null && kept[row] === 0) || (withoutRemoved && this.index.isRemoved(row))) {
        at += whole;
        continue;
      }
      this.#position[row] = this.#length;
      this.#buffer[this.#length++] = row;
      at += expanded[row] === 1 ? 1 : whole;
    }
  }
}

/**
 * What a first look at the file shows: level by level while everything shown stays within `most` rows. Where not even the
 * first level does, what holds most of the tensors is opened, so that the look meets weights.
 */
export function expandForFirstLook(index: TreeIndex, expanded: Uint8Array, most: number): void {
  expandToFit(index, expanded, most);
  const branches = children(index.columns, -1).filter((row) => index.isBranch(row));
  const tensors = (row: number): number => index.columns.tensors[row] ?? 0;
  const [first] = branches;
  if (first !== undefined && !branches.some((row) => expanded[row] === 1)) {
    expanded[branches.reduce((main, row) => (tensors(row) > tensors(main) ? row : main), first)] = 1;
  }
}

function expandToFit(index: TreeIndex, expanded: Uint8Array, most: number): void {
  let level = children(index.columns, -1);
  let shown = level.length;
  while (level.length > 0 && shown <= most) {
    const branches = level.filter((row) => index.isBranch(row));
    const next = branches.flatMap((row) => children(index.columns, row));
    shown += next.length;
    if (shown > most) {
      return;
    }
    for (const row of branches) {
      expanded[row] = 1;
    }
    level = next;
  }
}
