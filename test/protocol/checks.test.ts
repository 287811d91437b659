import { describe, expect, it } from 'vitest';
import { hostContract, isViewState, webviewContract } from '../../src/protocol/checks';
import { isTreeColumns } from '../../src/protocol/treeChecks';
import type { SummaryView, ViewState } from '../../src/protocol/messages';
import { largeTree, makeColumns } from '../support/treeColumns';

const summary: SummaryView = {
  fileName: 'a.pt',
  container: 'zip',
  kind: 'state-dict',
  wrapper: null,
  fileBytes: 10,
  counts: { tensors: 1, entries: 1, parameters: 4, tensorBytes: 16, storageBytes: 16 },
  imports: { unknown: 0, dangerous: 0 },
  findings: [{ severity: 'warning', code: 'x', message: 'x' }],
};

const state: ViewState = {
  version: 1,
  filter: { text: '', regex: false, matchCase: false },
  facets: [],
  expanded: [],
  selected: [],
  focused: null,
  scrollTop: 0,
  layout: 'tree',
  order: 'file',
  sort: null,
  columnWidths: {},
  hiddenColumns: [],
  history: [],
  pane: { open: true, tool: 'details', widths: {} },
};

describe('columns of a tree', () => {
  const columns = largeTree(20);

  it('are taken when each is there, of its type and length', () => {
    expect(isTreeColumns(columns)).toBe(true);
    expect(isTreeColumns(makeColumns([]))).toBe(true);
    for (const name of Object.keys(columns)) {
      expect(isTreeColumns({ ...columns, [name]: undefined }), name).toBe(false);
    }
    expect(isTreeColumns({ ...columns, flags: columns.flags.slice(1) })).toBe(false);
    expect(isTreeColumns({ ...columns, flags: Float64Array.from(columns.flags) })).toBe(false);
  });

  it('are refused when rows are not in order: a walk over them might never end', () => {
    const bad = (name: 'parent' | 'end', row: number, value: number): unknown => {
      const column = columns[name].slice();
      column[row] = value;
      return { ...columns, [name]: column };
    };
    expect(isTreeColumns(bad('parent', 3, 3))).toBe(false);
    expect(isTreeColumns(bad('parent', 3, 9))).toBe(false);
    expect(isTreeColumns(bad('parent', 3, -2))).toBe(false);
    expect(isTreeColumns(bad('end', 3, 3))).toBe(false);
    expect(isTreeColumns(bad('end', 3, 4_000))).toBe(false);
  });
});

describe('what arrives', () => {
  it('from the webview is checked', () => {
    const { details, copy, brokenAction, column } = hostContract;
    expect(details.parameters([[0, 5]])).toBe(true);
    for (const rows of [[-1], [1.5], ['1'], [NaN], [2 ** 60], null]) {
      expect(details.parameters([rows]), String(rows)).toBe(false);
    }
    expect(details.parameters([])).toBe(false);
    expect(details.parameters([[1], 2])).toBe(false);
    expect(copy.parameters(['key', [1]])).toBe(true);
    expect(copy.parameters(['__proto__', [1]])).toBe(false);
    expect(brokenAction.parameters(['toString'])).toBe(false);
    expect(column.parameters(['stride'])).toBe(true);
  });

  it('from the host is checked', () => {
    const { show, loading, run, note } = webviewContract;
    expect(show.parameters([{ summary, tree: largeTree(10), keepView: true, version: 1 }])).toBe(true);
    expect(
      show.parameters([{ summary: { ...summary, container: 'rar' }, tree: largeTree(10), keepView: true, version: 1 }]),
    ).toBe(false);
    expect(loading.parameters([{ summary: null, done: 0, total: null }])).toBe(true);
    expect(run.parameters(['focusFilter'])).toBe(true);
    expect(run.parameters(['constructor'])).toBe(false);
    expect(note.parameters([null])).toBe(true);
    expect(note.parameters([{ icon: 'info', text: 'x', actions: [{ label: 'x', action: 'y' }], foot: null }])).toBe(
      false,
    );
  });

  it('from the kept state is checked', () => {
    expect(isViewState(JSON.parse(JSON.stringify(state)))).toBe(true);
    expect(isViewState(null)).toBe(false);
    expect(isViewState({ ...state, version: 2 })).toBe(false);
    expect(isViewState({ ...state, sort: { column: 3, descending: true } })).toBe(false);
    for (const name of Object.keys(state)) {
      expect(isViewState({ ...state, [name]: undefined }), name).toBe(false);
    }
  });
});
