import type { ViewState } from '../../../src/protocol/messages';
import { isSortColumn, type Sort } from './order';
import { rowsOfKeys, rowsOfSavedKeys } from './rowsOfKeys';
import type { TreeIndex } from './treeIndex';
import type { TreeView } from './treeView';

/** Rows are kept by key, so that they are found again in the next version of the file. No more than these. */
const mostExpanded = 4_000;
const mostSelected = 1_000;
/** Characters of the keys of each: deep ones are long. */
const mostCharacters = 1 << 18;
/** The same of a state that only the next tree sees: deep nesting multiplies a small file's keys. */
const mostCharactersWhole = 1 << 26;

/** What is kept of a tree. */
export type TreeState = Pick<
  ViewState,
  'filter' | 'facets' | 'expanded' | 'selected' | 'focused' | 'layout' | 'order' | 'sort'
>;

/** @param whole without the bounds that what VS Code keeps has. */
export function captureTree(view: TreeView, whole = false): TreeState {
  const { index, selection } = view;
  const keys = (rows: Iterable<number>, most: number): string[] => {
    const list: string[] = [];
    let characters = 0;
    for (const row of rows) {
      const key = index.key(row);
      characters += key.length;
      if (characters > (whole ? mostCharactersWhole : mostCharacters) || (!whole && list.length === most)) {
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
    focused: selection.focused < 0 ? null : index.key(selection.focused),
    layout: view.layout,
    order: view.order,
    sort: view.sort,
  };
}

/** @param before the tree that the state is of, where that is known: rows that were renamed since are found then */
export function restoreTree(view: TreeView, state: TreeState, before?: TreeIndex): void {
  const wanted = new Set([...state.expanded, ...state.selected, ...(state.focused === null ? [] : [state.focused])]);
  const rowOf = rowsOf(view.index, wanted, before);
  const rows = (keys: readonly string[]): number[] =>
    keys.map((key) => rowOf.get(key)).filter((row): row is number => row !== undefined);
  const expanded = rows(state.expanded);
  // Where all keys have changed (a prefix is gone) the tree is looked at afresh.
  if (expanded.length > 0 || state.expanded.length === 0) {
    view.restoreExpanded(expanded);
  }
  view.layout = state.layout;
  view.setOrder(state.order);
  view.setSort(restoredSort(state.sort));
  view.setQuery(state.filter);
  view.setFacets(state.facets);
  const focused = state.focused === null ? undefined : rowOf.get(state.focused);
  view.selection.restore(rows(state.selected), focused ?? -1);
}

function rowsOf(index: TreeIndex, wanted: ReadonlySet<string>, before?: TreeIndex): ReadonlyMap<string, number> {
  const rowOf = rowsOfKeys(index, wanted);
  const missing = [...wanted].filter((key) => !rowOf.has(key));
  if (before === undefined || missing.length === 0) {
    return rowOf;
  }
  const savedKeys = new Map([...rowsOfKeys(before, missing)].map(([key, row]) => [key, before.savedKey(row)]));
  const rowOfSaved = rowsOfSavedKeys(index, savedKeys.values());
  for (const [key, savedKey] of savedKeys) {
    const row = rowOfSaved.get(savedKey);
    if (row !== undefined) {
      rowOf.set(key, row);
    }
  }
  return rowOf;
}

function restoredSort(sort: ViewState['sort']): Sort | null {
  return sort !== null && isSortColumn(sort.column) ? { column: sort.column, descending: sort.descending } : null;
}
