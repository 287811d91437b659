import type { ColumnId } from '../model/columns';

/** Pixels that the widest text of a column needs, among the rows that are in the page. */
export function fitColumn(tree: HTMLElement, id: ColumnId): number {
  let widest = 0;
  const range = document.createRange();
  for (const cell of tree.querySelectorAll(`[data-column="${id}"]`)) {
    range.selectNodeContents(cell);
    const { paddingLeft, paddingRight } = getComputedStyle(cell);
    const text = range.getBoundingClientRect().width;
    widest = Math.max(widest, Math.ceil(text) + parseFloat(paddingLeft) + parseFloat(paddingRight));
  }
  return widest + 1;
}
