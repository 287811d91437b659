import type { TreeView } from '../model/treeView';

/** The start that all shown keys share, up to a dot and without the last segment of any. */
export function prefixOf({ visible, index }: TreeView): string {
  const first = index.filterKeys[visible.at(0)] ?? '';
  let length = first.lastIndexOf('.') + 1;
  for (const row of visible.rows) {
    const key = index.filterKeys[row] ?? '';
    if (length === 0) {
      break;
    }
    while (length > 0 && !key.startsWith(first.slice(0, length))) {
      length = first.lastIndexOf('.', length - 2) + 1;
    }
  }
  return first.slice(0, length);
}

const smallest = 60;
/** Share of the key column that the prefix may take. */
const largestShare = 0.3;

let measuring: CanvasRenderingContext2D | null | undefined;

/** Pixels that the prefix is cut to; null where it needs no cut. */
export function prefixWidth(prefix: string, keyWidth: number, styledLike: HTMLElement): number | null {
  measuring ??= document.createElement('canvas').getContext('2d');
  if (measuring === null) {
    return null;
  }
  measuring.font = getComputedStyle(styledLike).font;
  const most = Math.max(smallest, Math.round(keyWidth * largestShare));
  return measuring.measureText(prefix).width > most ? most : null;
}
