import type { ViewState } from '../../../src/protocol/messages';
import { isSortColumn, type Sort } from './order';
import type { TreeView } from './treeView';

/** Rows are kept by key, so that they are found again in the next version of the file. No more than these. */
const mostExpanded = 4_000;
const mostSelected = 1_000;
/** Characters of the keys of each: deep ones are long. */
const mostCharacters = 1 << 18;

/** What is kept of a tree. */
export type TreeState = Pick<
  ViewState,
  'filter' | 'facets' | 'expanded' | 'selected' | 'focused' | 'layout' | 'order' | 'sort'
>;

export function captureTree(view: TreeView): TreeState {
  const { index, selection } = view;
  const keys = (rows: Iterable<number>, most: number): string[] => {
    const list: string[] = [];
    let characters = 0;
    for (const row of rows) {
      const key = index.filterKeys[row] ?? '';
      characters += key.length;
      if (list.length === most || characters > mostCharacters) {
        break;
      }
      list.push(key);
    }
    return list;
  };
  return {
    filter: view.query,
    facets: [...view.chosen],
    expanded: keys(view.expandedRows(), mostExpanded),
    selected: keys(selection.rows, mostSelected),
    focused: selection.focused < 0 ? null : (index.filterKeys[selection.focused] ?? null),
    layout: view.layout,
    order: view.order,
    sort: view.sort,
  };
}

export function restoreTree(view: TreeView, state: TreeState): void {
  const { index } = view;
  const wanted = new Set([...state.expanded, ...state.selected, ...(state.focused === null ? [] : [state.focused])]);
  const rowOf = new Map<string, number>();
  for (let row = 0; row < index.count && rowOf.size < wanted.size; row++) {
    const key = index.filterKeys[row] ?? '';
    if (wanted.has(key) && !rowOf.has(key)) {
      rowOf.set(key, row);
    }
  }
  const rows = (keys: readonly string[]): number[] =>
    keys.map((key) => rowOf.get(key)).filter((row): row is number => row !== undefined);
  view.restoreExpanded(rows(state.expanded));
  view.layout = state.layout;
  view.setOrder(state.order);
  view.setSort(restoredSort(state.sort));
  view.setQuery(state.filter);
  view.setFacets(state.facets);
  const focused = state.focused === null ? undefined : rowOf.get(state.focused);
  view.selection.restore(rows(state.selected), focused ?? -1);
}

function restoredSort(sort: ViewState['sort']): Sort | null {
  return sort !== null && isSortColumn(sort.column) ? { column: sort.column, descending: sort.descending } : null;
}
