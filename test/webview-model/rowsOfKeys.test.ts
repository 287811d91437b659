import { describe, expect, it, vi } from 'vitest';
import { RowChange } from '../../src/core/tree/treeColumns';
import { rowsOfKeys } from '../../webview/editor/model/rowsOfKeys';
import { TreeIndex } from '../../webview/editor/model/treeIndex';
import { TreeView } from '../../webview/editor/model/treeView';
import { captureTree, restoreTree } from '../../webview/editor/model/viewState';
import { largeTree, makeColumns } from '../support/treeColumns';

describe('rows by key', () => {
  it('are found through labels with dots of their own', () => {
    const index = new TreeIndex(
      makeColumns([
        { path: ['a', 'b.c', 'd'], value: '1' },
        { path: ['a', 'b', 'c.d.e'], value: '2' },
        { path: ['a.b', 'c'], value: '3' },
        { path: [''], value: '4' },
      ]),
    );
    const keys = ['a.b.c.d', 'a.b.c.d.e', 'a.b.c', 'a', '', 'a.x', 'a.b.c.d.e.f'];
    const found = rowsOfKeys(index, keys);
    expect([...found].map(([key, row]) => [key, index.key(row)])).toEqual([...found.keys()].map((key) => [key, key]));
    expect([...found.keys()].sort()).toEqual(['', 'a', 'a.b.c', 'a.b.c.d', 'a.b.c.d.e']);
  });

  it('are those that are there, where a removed one has the same key', () => {
    const entries = [
      { path: ['x', 'a'], value: '1' },
      { path: ['y'], value: '2' },
      { path: ['x', 'a'], value: '3' },
    ];
    const columns = makeColumns(entries, { changes: {} });
    const [first, , , last] = [0, 1, 2, 4];
    columns.changes?.change.set([RowChange.Removed, RowChange.Removed], first);
    const index = new TreeIndex(columns);
    expect(rowsOfKeys(index, ['x.a']).get('x.a')).toBe(last);
  });

  it('cost nothing for the rest of a large tree', () => {
    const before = new TreeView(new TreeIndex(largeTree(20_000)));
    const wanted = new Set(['model', 'model.layers', 'model.layers.7', 'model.layers.7.mlp.up.weight']);
    before.restoreExpanded(rowsOfKeys(before.index, [...wanted].slice(0, 3)).values());
    const row = rowsOfKeys(before.index, wanted).get('model.layers.7.mlp.up.weight') ?? -1;
    before.selection.select(row);

    const after = new TreeView(new TreeIndex(largeTree(20_000)));
    const label = vi.spyOn(after.index, 'label');
    const allKeys = [before.index, after.index].map((index) => vi.spyOn(index, 'filterKeys', 'get'));
    restoreTree(after, captureTree(before, true), before.index);
    expect(after.selection.ordered()).toEqual([row]);
    expect(after.expandedRows()).toHaveLength(3);
    // Each level above a wanted key twice: its lengths, and its labels.
    expect(label.mock.calls.length).toBeLessThan(2 * 2_000 + 100);
    for (const keys of allKeys) {
      expect(keys).not.toHaveBeenCalled();
    }
    expect(after.selectionSummary).toMatchObject({ entries: 1, prefix: 'model.layers.7.mlp.up.' });
  });
});
