import { describe, expect, it } from 'vitest';
import { TreeIndex } from '../../webview/editor/model/treeIndex';
import { TreeView } from '../../webview/editor/model/treeView';
import { largeTree, makeColumns } from '../support/treeColumns';

const small = makeColumns([
  { path: ['model', 'layer10', 'weight'], shape: [4, 4] },
  { path: ['model', 'layer10', 'bias'], shape: [4] },
  { path: ['model', 'layer2', 'weight'], shape: [2] },
  { path: ['epoch'], value: '3' },
]);

function shown(view: TreeView): string[] {
  return Array.from(view.visible.rows, (row) => `${'  '.repeat(view.index.depth[row] ?? 0)}${view.index.label(row)}`);
}

function rowOf(view: TreeView, key: string): number {
  return view.index.filterKeys.indexOf(key);
}

describe('rows shown', () => {
  it('start with as many levels as fit a first look', () => {
    expect(shown(new TreeView(new TreeIndex(small)))).toEqual([
      'model',
      '  layer10',
      '    weight',
      '    bias',
      '  layer2',
      '    weight',
      'epoch',
    ]);
    const large = new TreeView(new TreeIndex(largeTree(1_000)));
    expect(shown(large)).toEqual(['model', '  layers']);
  });

  it('follow branches that are closed and opened', () => {
    const view = new TreeView(new TreeIndex(small));
    view.setExpanded(rowOf(view, 'model.layer10'), false);
    expect(shown(view)).toEqual(['model', '  layer10', '  layer2', '    weight', 'epoch']);
    view.collapseAll();
    expect(shown(view)).toEqual(['model', 'epoch']);
    view.stepLevel(1);
    expect(shown(view)).toEqual(['model', '  layer10', '  layer2', 'epoch']);
    view.stepLevel(1);
    expect(view.visible.length).toBe(7);
    view.stepLevel(-1);
    expect(view.visible.length).toBe(4);
  });

  it('keep the position of each row and the end of each branch', () => {
    const view = new TreeView(new TreeIndex(largeTree(500)));
    view.expandAll();
    const { visible, index } = view;
    for (let position = 0; position < visible.length; position++) {
      const row = visible.at(position);
      expect(visible.positionOf(row)).toBe(position);
      expect(visible.lastBelow(row)).toBe(visible.positionOf(index.end(row) - 1));
    }
    expect(visible.at(visible.length)).toBe(-1);
    expect(visible.at(-1)).toBe(-1);
  });

  it('move the focus out of a branch that closes', () => {
    const view = new TreeView(new TreeIndex(small));
    view.selection.select(rowOf(view, 'model.layer10.bias'));
    view.setExpanded(rowOf(view, 'model'), false);
    expect(view.selection.focused).toBe(rowOf(view, 'model'));
    expect([...view.selection.rows]).toEqual([rowOf(view, 'model')]);
  });

  it('stand in natural order, and sorted, and come back to the order of the file', () => {
    const view = new TreeView(new TreeIndex(small));
    view.setOrder('natural');
    expect(shown(view)).toEqual(['epoch', 'model', '  layer2', '    weight', '  layer10', '    bias', '    weight']);
    view.setOrder('file');
    view.sortBy('size');
    expect(shown(view)).toEqual(['epoch', 'model', '  layer2', '    weight', '  layer10', '    bias', '    weight']);
    view.sortBy('size');
    expect(shown(view)).toEqual(['model', '  layer10', '    weight', '    bias', '  layer2', '    weight', 'epoch']);
    view.sortBy('size');
    expect(view.sort).toBeNull();
    expect(shown(view)).toEqual(['model', '  layer10', '    weight', '    bias', '  layer2', '    weight', 'epoch']);
  });

  it('are the entries in a flat list, sorted as one', () => {
    const view = new TreeView(new TreeIndex(small));
    view.setLayout('flat');
    view.sortBy('key');
    expect(Array.from(view.visible.rows, (row) => view.index.key(row))).toEqual([
      'epoch',
      'model.layer2.weight',
      'model.layer10.bias',
      'model.layer10.weight',
    ]);
  });
});

describe('a filter', () => {
  it('keeps matches and what is above them, and opens it', () => {
    const view = new TreeView(new TreeIndex(small));
    view.collapseAll();
    view.setQuery({ text: 'LAYER2', regex: false, matchCase: false });
    expect(shown(view)).toEqual(['model', '  layer2', '    weight']);
    expect(view.isDimmed(rowOf(view, 'model.layer2'))).toBe(true);
    expect(view.isDimmed(rowOf(view, 'model.layer2.weight'))).toBe(false);
    view.clearFilter();
    expect(shown(view)).toEqual(['model', 'epoch']);
  });

  it('that is no regular expression leaves the last valid one in place', () => {
    const view = new TreeView(new TreeIndex(small));
    view.setQuery({ text: 'layer2', regex: true, matchCase: false });
    view.setQuery({ text: 'layer[2-', regex: true, matchCase: false });
    expect(view.regexError).toEqual({ message: 'Unterminated character class', position: 5 });
    expect(view.result.leaves).toBe(1);
    expect(shown(view)).toEqual(['model', '  layer2', '    weight']);
  });

  it('gives way to a row that is to be shown', () => {
    const view = new TreeView(new TreeIndex(small));
    view.setQuery({ text: 'layer2', regex: false, matchCase: false });
    view.reveal(rowOf(view, 'epoch'));
    expect(view.visible.positionOf(rowOf(view, 'epoch'))).toBeGreaterThanOrEqual(0);
    expect(view.query.text).toBe('');
  });

  it('selects all that matches, in closed branches too', () => {
    const view = new TreeView(new TreeIndex(small));
    view.setQuery({ text: 'layer', regex: false, matchCase: false });
    view.collapseAll();
    view.selectMatching();
    expect(view.selection.size).toBe(3);
  });
});

describe('keys of a hostile depth', () => {
  it('cost a bounded number of characters', () => {
    const path: string[] = [];
    const entries = [];
    for (let depth = 0; depth < 3_000; depth++) {
      path.push('a'.repeat(20));
      entries.push({ path: [...path, 'leaf'], shape: [1] });
    }
    const index = new TreeIndex(makeColumns(entries));
    const characters = index.filterKeys.reduce((sum, key) => sum + key.length, 0);
    expect(characters).toBeLessThanOrEqual(1 << 26);
    expect(index.filterKeys.at(-1)?.endsWith('.leaf')).toBe(true);
    const view = new TreeView(index);
    view.setQuery({ text: 'leaf', regex: false, matchCase: false });
    expect(view.result.leaves).toBe(3_000);
  });
});
