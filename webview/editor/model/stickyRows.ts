import type { TreeView } from './treeView';

/** What the sticky area needs to know of the rows shown. */
export interface StickyTree {
  /** The row at a position, −1 outside. */
  rowAt(position: number): number;
  positionOf(row: number): number;
  /** From the top down, without the row itself. */
  ancestors(row: number): readonly number[];
  /** Position of the last row shown below `row`. */
  lastBelow(row: number): number;
}

export function shownTree({ visible, index }: TreeView): StickyTree {
  return {
    rowAt: (position) => visible.at(position),
    positionOf: (row) => visible.positionOf(row),
    ancestors: (row) => index.ancestors(row),
    lastBelow: (row) => visible.lastBelow(row),
  };
}

export interface StickyRow {
  readonly row: number;
  /** Pixels from the top of the tree; less than its slot while its branch is leaving. */
  readonly top: number;
}

/** Ancestors of the first row under the sticky area, at most `most`, at `scrollTop` pixels. */
export function stickyRows(tree: StickyTree, scrollTop: number, rowHeight: number, most: number): readonly StickyRow[] {
  const sticky: StickyRow[] = [];
  while (sticky.length < most) {
    const slot = sticky.length * rowHeight;
    const under = tree.rowAt(Math.floor((scrollTop + slot) / rowHeight));
    const row = under < 0 ? undefined : chainTo(tree, under)[sticky.length];
    // A row that stands exactly in its slot needs no copy.
    if (row === undefined || tree.positionOf(row) * rowHeight >= scrollTop + slot) {
      break;
    }
    const bottom = (tree.lastBelow(row) + 1) * rowHeight - scrollTop;
    const top = Math.min(slot, bottom - rowHeight);
    const leaving = top < slot;
    if (tree.lastBelow(row) === tree.positionOf(row) || bottom <= slot) {
      break;
    }
    sticky.push({ row, top });
    if (leaving) {
      break;
    }
  }
  return sticky;
}

function chainTo(tree: StickyTree, row: number): readonly number[] {
  return [...tree.ancestors(row), row];
}
