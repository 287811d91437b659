import type { Path } from '../../core/checkpoint/checkpoint';
import { elementText } from '../../core/checkpoint/path';
import { rowIndex, type RowIndex } from '../rowPaths';
import type { ShownState } from './editPanel';

/**
 * What rows stand for: entries and branches, and for a group that only dotted keys make, these keys. A row below another
 * one adds nothing; rows of entries that are gone are left out.
 */
export function pathsOf(shown: ShownState, rows: readonly number[]): Path[] {
  const index = rowIndex(shown);
  return outermost(shown, rows).flatMap((row) => pathsOfRow(index, row));
}

/** Rows of what is there, in the order of the tree, without those below another one. */
export function outermost(shown: ShownState, rows: readonly number[]): number[] {
  const { tree } = shown;
  const index = rowIndex(shown);
  const found: number[] = [];
  let end = 0;
  for (const row of Uint32Array.from(rows).sort()) {
    const isThere = row < tree.count && !index.isRemoved(row);
    if (row >= end && isThere) {
      found.push(row);
      end = tree.end[row] ?? row + 1;
    }
  }
  return found;
}

function pathsOfRow(index: RowIndex, row: number): Path[] {
  const { path, prefix } = index.path(row);
  const branch = index.branch(row);
  if (prefix !== null) {
    return keysBelow(index, row, path);
  }
  // A key `a` and dotted keys `a.b` beside it are one group. A module has its parameters that way, and takes them along.
  return branch === undefined || branch.role === 'module'
    ? [path]
    : [path, ...keysBelow(index, row, path.slice(0, -1)).filter((key) => key.at(-1) !== path.at(-1))];
}

/** Keys right below a dict that rows from `row` on show, or show something of. */
function keysBelow({ tree, checkpoint }: RowIndex, row: number, dict: Path): Path[] {
  const found = new Map<string, Path>();
  for (let below = row; below < (tree.end[row] ?? row); below++) {
    const entry = checkpoint.entries[tree.entry[below] ?? -1];
    const element = entry?.path[dict.length];
    if (entry !== undefined && element !== undefined) {
      const id = typeof element === 'string' ? element : `\0${elementText(element)}`;
      if (!found.has(id)) {
        found.set(id, entry.path.slice(0, dict.length + 1));
      }
    }
  }
  return [...found.values()];
}
