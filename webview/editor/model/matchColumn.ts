import { MatchStatus } from '../../../src/protocol/match';
import type { TreeIndex } from './treeIndex';

/** What the match says of a row: of a group, of all keys below it. */
export interface MatchedRow {
  /** Keys that are part of the match. */
  readonly keys: number;
  readonly loads: number;
  readonly shape: number;
  readonly unused: number;
}

/** Sums for the tree's column Match, made once for each match. */
export class MatchColumn {
  readonly #loads: Uint32Array;
  readonly #shape: Uint32Array;
  readonly #unused: Uint32Array;

  constructor(
    private readonly index: TreeIndex,
    rows: Uint8Array,
  ) {
    this.#loads = countsBefore(rows, MatchStatus.Loads);
    this.#shape = countsBefore(rows, MatchStatus.Shape);
    this.#unused = countsBefore(rows, MatchStatus.Unused);
  }

  row(row: number): MatchedRow {
    const end = this.index.end(row);
    const between = (counts: Uint32Array): number => (counts[end] ?? 0) - (counts[row] ?? 0);
    const loads = between(this.#loads);
    const shape = between(this.#shape);
    const unused = between(this.#unused);
    return { keys: loads + shape + unused, loads, shape, unused };
  }
}

/** How many rows before each one have a status, and behind the last one all. */
function countsBefore(rows: Uint8Array, status: MatchStatus): Uint32Array {
  const counts = new Uint32Array(rows.length + 1);
  for (let row = 0; row < rows.length; row++) {
    counts[row + 1] = (counts[row] ?? 0) + (rows[row] === status ? 1 : 0);
  }
  return counts;
}
