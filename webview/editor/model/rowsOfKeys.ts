import { children } from '../../../src/core/tree/rows';
import type { TreeIndex } from './treeIndex';

type LabelOf = (row: number) => string;

/** Keys that go on below one row, or at the top. */
interface Level {
  readonly parent: number;
  /** Characters of the keys that stand above, with the dot behind them. */
  readonly start: number;
  readonly keys: readonly string[];
}

/** Rows by key, found from the top down: only what stands above a wanted key is looked at. */
export function rowsOfKeys(index: TreeIndex, wanted: Iterable<string>): Map<string, number> {
  return find(index, wanted, (row) => index.label(row));
}

/** The same by the keys that the rows had when the file was saved. */
export function rowsOfSavedKeys(index: TreeIndex, wanted: Iterable<string>): Map<string, number> {
  return find(index, wanted, (row) => index.savedLabel(row));
}

function find(index: TreeIndex, wanted: Iterable<string>, labelOf: LabelOf): Map<string, number> {
  const rowOf = new Map<string, number>();
  const levels: Level[] = [{ parent: -1, start: 0, keys: [...wanted] }];
  for (let level = levels.pop(); level !== undefined && level.keys.length > 0; level = levels.pop()) {
    const rows = children(index.columns, level.parent);
    const keysOf = keysByLabel(level, new Set(rows.map((row) => labelOf(row).length)));
    const { start } = level;
    for (const row of rows) {
      const label = labelOf(row);
      const below: string[] = [];
      for (const key of keysOf(label)) {
        if (key.length > start + label.length) {
          below.push(key);
        } else if (isBetter(index, rowOf.get(key))) {
          rowOf.set(key, row);
        }
      }
      if (below.length > 0 && index.isBranch(row)) {
        levels.push({ parent: row, start: start + label.length + 1, keys: below });
      }
    }
  }
  return rowOf;
}

/** A removed row and one that is there can have the same key: the latter is meant. */
function isBetter(index: TreeIndex, known: number | undefined): boolean {
  return known === undefined || index.isRemoved(known);
}

/** The keys that a label of one of these lengths stands in. Labels have dots of their own, so that a key may fit several. */
function keysByLabel({ start, keys }: Level, lengths: ReadonlySet<number>): (label: string) => readonly string[] {
  const fitting = new Map<string, string[]>();
  for (const key of keys) {
    for (const length of lengths) {
      const end = start + length;
      if (end === key.length || key[end] === '.') {
        const label = key.slice(start, end);
        const others = fitting.get(label);
        if (others === undefined) {
          fitting.set(label, [key]);
        } else {
          others.push(key);
        }
      }
    }
  }
  const known = new Set([...fitting.keys()].map(({ length }) => length));
  // Labels are hashed only where they may be one of them.
  return (label) => (known.has(label.length) ? (fitting.get(label) ?? []) : []);
}
