import { describe, expect, it } from 'vitest';
import { RowChange } from '../../src/core/tree/treeColumns';
import { defaultHidden, columnsFor } from '../../webview/editor/model/columns';
import { TreeIndex } from '../../webview/editor/model/treeIndex';
import { TreeView } from '../../webview/editor/model/treeView';
import { captureTree, restoreTree } from '../../webview/editor/model/viewState';
import { makeColumns, type MadeEntry } from '../support/treeColumns';

const entries: readonly MadeEntry[] = [
  { path: ['model', 'fc', 'weight'], shape: [4, 2] },
  { path: ['model', 'fc', 'bias'], shape: [4] },
  { path: ['optimizer', 'state', 'a'], shape: [4] },
  { path: ['optimizer', 'state', 'b'], shape: [4] },
  { path: ['epoch'], value: '0' },
];
const changes = {
  'model.fc.weight': { change: RowChange.Modified, oldShape: '[3, 2]' },
  optimizer: { change: RowChange.Removed },
};

function edited(): TreeView {
  return new TreeView(new TreeIndex(makeColumns(entries, { changes })));
}

function labels(view: TreeView, rows: Iterable<number> = view.visible.rows): string[] {
  return Array.from(rows, (row) => view.index.label(row));
}

function rowOf(view: TreeView, key: string): number {
  return view.index.filterKeys.indexOf(key);
}

describe('rows of an edited document', () => {
  it('know what became of them, and what has changed below them', () => {
    const { index } = edited();
    const row = (key: string): number => index.filterKeys.indexOf(key);
    expect(index.change(row('model.fc.weight'))).toBe(RowChange.Modified);
    expect(index.oldText('oldShape', row('model.fc.weight'))).toBe('[3, 2]');
    expect(index.oldText('oldShape', row('model.fc.bias'))).toBe('');
    expect(index.changes?.changedBelow(row('model'))).toBe(1);
    expect(index.changes?.changedBelow(row('epoch'))).toBe(0);
    expect(index.isRemoved(row('optimizer.state.b'))).toBe(true);
    expect(index.changes?.removedBranches).toBe(1);
  });

  it('count what is there, and below a removed row what was', () => {
    const { index } = edited();
    expect(index.entryCount).toBe(3);
    expect(index.tensorCount).toBe(2);
    expect(index.entriesBelow(index.filterKeys.indexOf('optimizer'))).toBe(2);
    expect(index.entriesBelow(index.filterKeys.indexOf('model'))).toBe(2);
  });

  it('are not counted in filters and facets when they are removed, but found', () => {
    const view = edited();
    expect(view.result.leaves).toBe(3);
    expect(view.result.facets.dtype.get('float32')).toBe(2);
    view.setQuery({ text: 'state', regex: false, matchCase: false });
    expect(view.result.leaves).toBe(0);
    expect(labels(view)).toEqual(['optimizer', 'state', 'a', 'b']);
  });
});

describe('removed rows', () => {
  it('go when they are not shown, and the focus goes to what stands in their place', () => {
    const view = edited();
    view.selection.select(rowOf(view, 'optimizer.state.a'));
    view.showRemoved(false);
    expect(labels(view)).toEqual(['model', 'fc', 'weight', 'bias', 'epoch']);
    expect(labels(view, [view.selection.focused])).toEqual(['epoch']);
    view.setLayout('flat');
    expect(labels(view)).toEqual(['weight', 'bias', 'epoch']);
    view.reveal(rowOf(view, 'optimizer.state.a'));
    expect(view.showsRemoved).toBe(true);
  });

  it('leave no twistie on a branch that they empty', () => {
    const inside = { 'model.fc.weight': { change: RowChange.Removed }, 'model.fc.bias': { change: RowChange.Removed } };
    const view = new TreeView(new TreeIndex(makeColumns(entries, { changes: inside })));
    expect(view.isBranch(rowOf(view, 'model.fc'))).toBe(true);
    view.showRemoved(false);
    expect(view.isBranch(rowOf(view, 'model.fc'))).toBe(false);
    expect(view.isBranch(rowOf(view, 'model'))).toBe(true);
  });

  it('are neither selected with all the others nor edited nor summed', () => {
    const view = edited();
    view.selectMatching();
    expect(labels(view, view.selection.rows)).toEqual(['weight', 'bias', 'epoch']);
    view.selection.toggle(rowOf(view, 'optimizer'));
    expect(labels(view, view.editableRows())).toEqual(['weight', 'bias', 'epoch']);
    expect(view.selectionSummary).toMatchObject({ entries: 3, tensors: 2, bytes: 48 });
  });
});

describe('the state of the view', () => {
  it('comes back by key, to the row that is there rather than to a removed one', () => {
    const before = new TreeView(new TreeIndex(makeColumns(entries)));
    before.selection.select(rowOf(before, 'epoch'));
    const state = captureTree(before);
    const twice: readonly MadeEntry[] = [...entries, { path: ['late'], value: '1' }];
    const columns = makeColumns(
      twice.map((entry) => (entry.path[0] === 'late' ? { ...entry, path: ['epoch'] } : entry)),
      {},
    );
    const first = entries.length + 4 - 1;
    const view = new TreeView(
      new TreeIndex({
        ...columns,
        changes: {
          change: Uint8Array.from({ length: columns.count }, (_, row) => (row === first ? RowChange.Removed : 0)),
          oldKey: new Uint32Array(columns.count),
          oldShape: new Uint32Array(columns.count),
          oldDtype: new Uint32Array(columns.count),
          oldDevice: new Uint32Array(columns.count),
          removed: 1,
        },
      }),
    );
    restoreTree(view, state);
    expect(view.index.label(view.selection.focused)).toBe('epoch');
    expect(view.index.isRemoved(view.selection.focused)).toBe(false);
  });

  it('follows rows that were renamed, forth and back', () => {
    const saved: readonly MadeEntry[] = [
      { path: ['model', 'head', 'weight'], shape: [1] },
      { path: ['model', 'tail', 'weight'], shape: [1] },
    ];
    const renamed = saved.map(({ path, ...entry }) => ({
      ...entry,
      path: path.map((label) => (label === 'head' ? 'classifier' : label)),
    }));
    const change = { 'model.classifier': { change: RowChange.Renamed, oldKey: 'head' } };
    const before = new TreeView(new TreeIndex(makeColumns(saved)));
    before.setExpanded(rowOf(before, 'model.tail'), false);
    before.selection.select(rowOf(before, 'model.head.weight'));
    const after = new TreeView(new TreeIndex(makeColumns(renamed, { changes: change })));
    restoreTree(after, captureTree(before), before.index);
    expect(labels(after)).toEqual(['model', 'classifier', 'weight', 'tail']);
    expect(after.index.key(after.selection.focused)).toBe('model.classifier.weight');
    const undone = new TreeView(new TreeIndex(makeColumns(saved)));
    restoreTree(undone, captureTree(after), after.index);
    expect(labels(undone)).toEqual(['model', 'head', 'weight', 'tail']);
    expect(undone.index.key(undone.selection.focused)).toBe('model.head.weight');
  });

  it('opens what a first look shows when no branch has its key any more', () => {
    const before = new TreeView(new TreeIndex(makeColumns([{ path: ['module', 'fc', 'weight'], shape: [1] }])));
    const after = new TreeView(new TreeIndex(makeColumns([{ path: ['fc', 'weight'], shape: [1] }])));
    restoreTree(after, captureTree(before));
    expect(labels(after)).toEqual(['fc', 'weight']);
  });
});

describe('a first look', () => {
  it('opens what holds most tensors where not even the first level fits', () => {
    const branch = (name: string, count: number): MadeEntry[] =>
      Array.from({ length: count }, (_, at) => ({ path: [name, `t${String(at)}`], shape: [1] }));
    const view = new TreeView(new TreeIndex(makeColumns([...branch('small', 30), ...branch('large', 60)])));
    expect(view.isExpanded(rowOf(view, 'small'))).toBe(false);
    expect(view.isExpanded(rowOf(view, 'large'))).toBe(true);
  });
});

describe('columns', () => {
  it('have room for old and new values where some changed and the tree is wide', () => {
    const { index } = edited();
    const width = (tree: number): number | undefined =>
      columnsFor(tree, { widths: {}, hidden: defaultHidden }, index.changes).find(({ id }) => id === 'shape')?.width;
    expect(width(1_000)).toBe(180);
    expect(width(700)).toBe(152);
    expect(columnsFor(1_000, { widths: { shape: 90 }, hidden: defaultHidden }, index.changes)[0]?.width).toBe(90);
    expect(columnsFor(1_000, { widths: {}, hidden: defaultHidden }, index.changes)[1]?.width).toBe(92);
  });
});
