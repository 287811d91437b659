import {
  compileFilter,
  filterRows,
  type FacetChoice,
  type Filter,
  type FilterQuery,
  type FilterResult,
} from '../../../src/core/tree/filter';
import { flaggedBits } from '../../../src/core/tree/treeColumns';
import { choiceOf, facetsOf, toggleFacet, type Facet, type FacetId } from './facets';
import { comparison, flatSequence, nextSort, treeSequence, type Sort, type SortColumn } from './order';
import { explainRegexError, type RegexError } from './regexError';
import { foldedTest } from './foldedFilter';
import { Selection } from './selection';
import { summarizeSelection, type SelectionSummary } from './selectionSummary';
import type { TreeIndex } from './treeIndex';
import { expandForFirstLook, VisibleRows } from './visibleRows';

export type Layout = 'tree' | 'flat';
export type Order = 'file' | 'natural';

/** Rows that a first look shows expanded. */
const firstLook = 40;
export const emptyQuery: FilterQuery = { text: '', regex: false, matchCase: false };

/** One document as one panel shows it: what is filtered, expanded, sorted and selected. Knows no DOM. */
export class TreeView {
  readonly facets: readonly Facet[];
  readonly visible: VisibleRows;
  readonly selection = new Selection();
  /** Of the last valid query. */
  result: FilterResult;
  query: FilterQuery = emptyQuery;
  /** Set while the query is no regular expression; `result` is that of the last valid one then. */
  regexError: RegexError | null = null;
  chosen: ReadonlySet<FacetId> = new Set();
  layout: Layout = 'tree';
  sort: Sort | null = null;
  #showsRemoved = true;
  #order: Order = 'file';
  #filter: Filter = compileFilter(emptyQuery);
  readonly #expanded: Uint8Array;
  /** While a filter is on: branches open for their matches, until the person closes them. */
  #expandedFiltered: Uint8Array | null = null;
  #sequence: Uint32Array;
  #flat: Uint32Array | null = null;
  /** While a filter is on: what was chosen before, and the rows of it that match. */
  #narrowed: { readonly all: ReadonlySet<number>; readonly left: ReadonlySet<number> } | null = null;
  /** Per row the next match at or below its place; made when it is asked for. */
  #nextMatch: { readonly of: FilterResult; readonly rows: Int32Array } | null = null;
  #summary: { readonly rows: ReadonlySet<number>; readonly summary: SelectionSummary } | null = null;

  constructor(readonly index: TreeIndex) {
    this.result = this.#filterRows();
    this.facets = facetsOf(this.result.facets);
    this.visible = new VisibleRows(index);
    this.#expanded = new Uint8Array(index.count);
    this.#sequence = treeSequence(index, null);
    expandForFirstLook(index, this.#expanded, firstLook);
    this.#refresh();
  }

  get filter(): Filter {
    return this.#filter;
  }
  get order(): Order {
    return this.#order;
  }
  get isFlat(): boolean {
    return this.layout === 'flat';
  }
  /** A text or a facet narrows what is shown. */
  get isFiltered(): boolean {
    return !this.#filter.all || this.chosen.size > 0;
  }

  /** Removed rows stand where they were. */
  get showsRemoved(): boolean {
    return this.#showsRemoved;
  }

  /** Something can be shown below the row. */
  isBranch(row: number): boolean {
    const { index } = this;
    return (
      index.isBranch(row) && (this.#showsRemoved || index.end(row) - row - 1 > (index.changes?.removedBelow(row) ?? 0))
    );
  }

  isExpanded(row: number): boolean {
    return !this.isFlat && this.#openRows[row] === 1;
  }

  /** Shown only because something below it matches. */
  isDimmed(row: number): boolean {
    return this.isFiltered && this.result.matches[row] === 0;
  }

  get #openRows(): Uint8Array {
    return this.#expandedFiltered ?? this.#expanded;
  }

  setQuery(query: FilterQuery): void {
    this.query = query;
    try {
      this.#filter = compileFilter(query);
      this.regexError = null;
    } catch (error) {
      if (!(error instanceof SyntaxError)) {
        throw error;
      }
      this.regexError = explainRegexError(query.text, error);
      return;
    }
    this.#applyFilter();
  }

  toggleFacet(id: FacetId, only: boolean): void {
    this.chosen = toggleFacet(this.chosen, id, only);
    this.#applyFilter();
  }

  /** Facets that this file does not have are dropped. */
  setFacets(ids: readonly string[]): void {
    this.chosen = new Set(this.facets.filter((facet) => ids.includes(facet.id)).map((facet) => facet.id));
    this.#applyFilter();
  }

  clearFilter(): void {
    this.chosen = new Set();
    this.setQuery({ ...this.query, text: '' });
  }

  #applyFilter(): void {
    this.result = this.#filterRows(choiceOf(this.facets, this.chosen));
    this.#expandedFiltered = this.isFiltered ? this.result.visible.slice() : null;
    this.#refresh();
    this.#narrowSelection();
  }

  /** What a filter hides is not chosen: no edit is about rows that are not seen. When the filter ends it is chosen again. */
  #narrowSelection(): void {
    const { rows } = this.selection;
    const all = this.#narrowed?.left === rows ? this.#narrowed.all : rows;
    const left = this.isFiltered ? [...all].filter((row) => this.result.matches[row] === 1) : [...all];
    if (left.length !== rows.size || left.some((row) => !rows.has(row))) {
      this.selection.selectAll(left);
    }
    this.#narrowed = this.isFiltered ? { all, left: this.selection.rows } : null;
  }

  /** A row whose key shows what of this row's label the filter has found: itself, or its first match below; −1 for none. */
  matchAt(row: number): number {
    if (this.#nextMatch?.of !== this.result) {
      this.#nextMatch = { of: this.result, rows: nextMatches(this.result.matches) };
    }
    const match = this.#nextMatch.rows[row] ?? -1;
    return match < this.index.end(row) ? match : -1;
  }

  #filterRows(choice?: FacetChoice): FilterResult {
    const { columns } = this.index;
    const filter = this.#filter;
    // Keys are not made before they are looked at.
    if (filter.all) {
      return filterRows(columns, [], filter, choice);
    }
    const test = foldedTest(this.query);
    return test === null
      ? filterRows(columns, this.index.filterKeys, filter, choice)
      : filterRows(columns, this.index.foldedKeys, { ...filter, test }, choice);
  }

  /** Of the rows chosen now; made once for each selection. */
  get selectionSummary(): SelectionSummary {
    const { rows } = this.selection;
    if (this.#summary?.rows !== rows) {
      this.#summary = { rows, summary: summarizeSelection(this.index, rows) };
    }
    return this.#summary.summary;
  }

  showRemoved(shown: boolean): void {
    const position = this.visible.positionOf(this.selection.focused);
    this.#showsRemoved = shown;
    this.#refresh();
    this.#pullFocusUp();
    this.keepFocus(position);
  }

  /** Where the focused row is gone, the one that stands in its place has the focus. */
  keepFocus(position: number): void {
    const { focused } = this.selection;
    if ((focused < 0 || this.visible.positionOf(focused) < 0) && this.visible.length > 0) {
      this.selection.select(this.visible.at(Math.min(Math.max(position, 0), this.visible.length - 1)));
    }
  }

  /** Chosen rows that can be edited. */
  editableRows(): number[] {
    return this.selection.ordered().filter((row) => !this.index.isRemoved(row));
  }

  setLayout(layout: Layout): void {
    this.layout = layout;
    this.#refresh();
  }

  setOrder(order: Order): void {
    this.#order = order;
    this.#resequence();
  }

  sortBy(column: SortColumn): void {
    this.setSort(nextSort(this.sort, column));
  }

  setSort(sort: Sort | null): void {
    this.sort = sort;
    this.#resequence();
  }

  #resequence(): void {
    this.#sequence = treeSequence(this.index, comparison(this.index, this.#order, this.sort));
    this.#flat = null;
    this.#refresh();
  }

  #refresh(): void {
    if (this.isFlat) {
      this.#flat ??= flatSequence(this.index, this.#sequence, this.sort);
    }
    this.visible.update({
      sequence: this.isFlat && this.#flat !== null ? this.#flat : this.#sequence,
      flat: this.isFlat,
      kept: this.isFiltered ? (this.isFlat ? this.result.matches : this.result.visible) : null,
      expanded: this.#openRows,
      withoutRemoved: !this.#showsRemoved,
    });
  }

  setExpanded(row: number, open: boolean): void {
    if (this.index.isBranch(row)) {
      this.#openRows[row] = open ? 1 : 0;
      this.#refresh();
      this.#pullFocusUp();
    }
  }

  /** All branches beside `row`, and itself. */
  expandSiblings(row: number): void {
    const parent = this.index.parent(row);
    const end = parent < 0 ? this.index.count : this.index.end(parent);
    for (let sibling = parent + 1; sibling < end; sibling = this.index.end(sibling)) {
      this.#openRows[sibling] = 1;
    }
    this.#refresh();
  }

  expandAll(): void {
    this.#openRows.fill(1);
    this.#refresh();
  }

  collapseAll(): void {
    this.#openRows.fill(0);
    this.#refresh();
    this.#pullFocusUp();
  }

  /** One level more of what is shown, or one less. */
  stepLevel(step: 1 | -1): void {
    let deepest = -1;
    for (const row of this.visible.rows) {
      if (this.index.isBranch(row) && this.isExpanded(row)) {
        deepest = Math.max(deepest, this.index.depth[row] ?? 0);
      }
    }
    this.expandToLevel(deepest + 1 + step);
  }

  /** Branches with fewer than `levels` ancestors are open, the others closed. */
  expandToLevel(levels: number): void {
    const open = this.#openRows;
    for (let row = 0; row < open.length; row++) {
      open[row] = (this.index.depth[row] ?? 0) < levels ? 1 : 0;
    }
    this.#refresh();
    this.#pullFocusUp();
  }

  /** The focus does not stay on a row that has gone into a closed branch. */
  #pullFocusUp(): void {
    const { focused } = this.selection;
    const shown = focused < 0 ? focused : this.shownRow(focused);
    if (shown !== focused) {
      this.selection.select(shown);
    }
  }

  /** The row itself, or the closed branch that hides it. */
  shownRow(row: number): number {
    const isShown = (each: number): boolean => this.visible.positionOf(each) >= 0;
    return isShown(row) ? row : (this.index.ancestors(row).findLast(isShown) ?? row);
  }

  /** Opens what is above a row, and ends a filter that hides it. */
  reveal(row: number): void {
    if (this.isFiltered && this.result.visible[row] === 0) {
      this.clearFilter();
    }
    for (const above of this.index.ancestors(row)) {
      this.#openRows[above] = 1;
    }
    this.#showsRemoved ||= this.index.isRemoved(row);
    this.#refresh();
  }

  selectMatching(): void {
    const matching: number[] = [];
    for (const row of this.#sequence) {
      if (this.result.matches[row] === 1 && !this.index.isRemoved(row)) {
        matching.push(row);
      }
    }
    this.selection.selectAll(matching);
  }

  /** The next row with a mark of its own behind the focused one, or before it; −1 when there is none. */
  nextFlagged(step: 1 | -1): number {
    const { count } = this.index;
    const start = Math.max(this.selection.focused, step === 1 ? -1 : 0);
    for (let distance = 1; distance <= count; distance++) {
      const row = (((start + step * distance) % count) + count) % count;
      if (this.index.hasFlag(row, flaggedBits) && !this.index.isRemoved(row) && !this.#hasFlaggedBelow(row)) {
        return row;
      }
    }
    return -1;
  }

  #hasFlaggedBelow(row: number): boolean {
    for (let below = row + 1; below < this.index.end(row); below++) {
      if (this.index.hasFlag(below, flaggedBits)) {
        return true;
      }
    }
    return false;
  }

  /** Expanded branches, as they are without a filter. */
  expandedRows(): number[] {
    const rows: number[] = [];
    this.#expanded.forEach((open, row) => {
      if (open === 1 && this.index.isBranch(row)) {
        rows.push(row);
      }
    });
    return rows;
  }

  restoreExpanded(rows: Iterable<number>): void {
    this.#expanded.fill(0);
    for (const row of rows) {
      this.#expanded[row] = 1;
    }
    this.#refresh();
  }
}

function nextMatches(matches: Uint8Array): Int32Array {
  const next = new Int32Array(matches.length);
  let match = -1;
  for (let row = matches.length - 1; row >= 0; row--) {
    match = matches[row] === 1 ? row : match;
    next[row] = match;
  }
  return next;
}
