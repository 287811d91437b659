import { describe, expect, it } from 'vitest';
import { RowFlag } from '../../src/core/tree/treeColumns';
import { moved, moveOfKey } from '../../webview/editor/model/moves';
import { Selection } from '../../webview/editor/model/selection';
import { selectionPython } from '../../webview/editor/model/selectionPython';
import { summarizeSelection, topmost } from '../../webview/editor/model/selectionSummary';
import { TreeIndex } from '../../webview/editor/model/treeIndex';
import { TreeView } from '../../webview/editor/model/treeView';
import { TypeAhead } from '../../webview/editor/model/typeAhead';
import { makeColumns } from '../support/treeColumns';

const rows = Uint32Array.from([10, 11, 12, 13, 14]);
const positionOf = (row: number): number => rows.indexOf(row);

describe('selection', () => {
  it('extends from the anchor both ways', () => {
    const selection = new Selection();
    selection.select(12);
    selection.extend(14, rows, positionOf, false);
    expect(selection.ordered()).toEqual([14, 12, 13]);
    selection.extend(10, rows, positionOf, false);
    expect(selection.ordered()).toEqual([10, 11, 12]);
  });

  it('toggles one, adds a range to others, and is reduced to the focus', () => {
    const selection = new Selection();
    selection.select(10);
    selection.toggle(12);
    expect(selection.ordered()).toEqual([12, 10]);
    selection.extend(13, rows, positionOf, true);
    expect(selection.ordered()).toEqual([13, 10, 12]);
    selection.toggle(13);
    expect(selection.has(13)).toBe(false);
    expect(selection.focused).toBe(13);
    selection.reduceToFocused();
    expect(selection.ordered()).toEqual([13]);
  });

  it('extends from the target where the anchor is not shown any more', () => {
    const selection = new Selection();
    selection.select(99);
    selection.extend(11, rows, positionOf, false);
    expect(selection.ordered()).toEqual([11]);
  });
});

describe('moves', () => {
  it('stay inside the rows', () => {
    expect(moved('up', 0, 5, 3)).toBe(0);
    expect(moved('down', 4, 5, 3)).toBe(4);
    expect(moved('down', -1, 5, 3)).toBe(0);
    expect(moved('pageDown', 1, 50, 10)).toBe(10);
    expect(moved('pageUp', 5, 50, 10)).toBe(0);
    expect(moved('end', 0, 5, 3)).toBe(4);
    expect(moveOfKey('toString')).toBeUndefined();
  });
});

describe('type-ahead', () => {
  const labels = ['alpha', 'beta', 'bias', 'gamma', 'bravo'];
  const find = (ahead: TypeAhead, letter: string, now: number, from: number): number =>
    ahead.find(letter, now, from, labels.length, (position) => labels[position] ?? '');

  it('goes on with each letter within 800 ms, and starts anew behind a pause', () => {
    const ahead = new TypeAhead();
    expect(find(ahead, 'b', 0, 0)).toBe(1);
    expect(find(ahead, 'r', 700, 1)).toBe(4);
    expect(find(ahead, 'g', 1_600, 4)).toBe(3);
    expect(find(ahead, 'x', 3_000, 3)).toBe(-1);
  });

  it('walks the rows with a letter that is repeated', () => {
    const ahead = new TypeAhead();
    expect(find(ahead, 'b', 0, 0)).toBe(1);
    expect(find(ahead, 'b', 100, 1)).toBe(2);
    expect(find(ahead, 'b', 200, 2)).toBe(4);
    expect(find(ahead, 'b', 300, 4)).toBe(1);
  });
});

const index = new TreeIndex(
  makeColumns([
    { path: ['net', 'a', 'weight'], shape: [2, 3], description: 'Linear 3 → 2', flags: RowFlag.RequiresGrad },
    { path: ['net', 'a', 'bias'], shape: [2], flags: RowFlag.RequiresGrad },
    { path: ['net', 'b', 'weight'], shape: [4], dtype: 'int8', bytes: 4 },
    { path: ['epoch'], value: '1' },
  ]),
);

describe('the sum of a selection', () => {
  it('counts what is below chosen groups once', () => {
    const group = index.filterKeys.indexOf('net.a');
    const weight = index.filterKeys.indexOf('net.a.weight');
    const other = index.filterKeys.indexOf('net.b.weight');
    expect(topmost(index, new Set([weight, group, other]))).toEqual([group, other]);
    const summary = summarizeSelection(index, new Set([weight, group, other]));
    expect(summary).toMatchObject({ entries: 3, tensors: 3, elements: 12, bytes: 36, requiresGrad: 2, prefix: 'net.' });
    expect(summary.dtypes).toEqual(
      new Map([
        ['float32', 2],
        ['int8', 1],
      ]),
    );
    expect(summary.layers).toEqual(new Map([['Linear', 1]]));
  });

  it('has no prefix where keys share none', () => {
    expect(summarizeSelection(index, new Set([0, index.filterKeys.indexOf('epoch')])).prefix).toBe('');
  });
});

describe('the sum of tensors that share storages', () => {
  const { Shared, Optimizer } = RowFlag;
  const tied = new TreeIndex(
    makeColumns([
      { path: ['model', 'wte'], shape: [1_000, 4], flags: Shared, view: { storage: 0, start: 0, end: 16_000 } },
      { path: ['model', 'bias'], shape: [4] },
      { path: ['head', 'weight'], shape: [1_000, 4], flags: Shared, view: { storage: 0, start: 0, end: 16_000 } },
      // Its second half lies behind what the others hold: 1,000 of its 2,000 elements.
      { path: ['head', 'half'], shape: [500, 4], flags: Shared, view: { storage: 0, start: 12_000, end: 20_000 } },
      { path: ['optimizer', 'momentum'], shape: [1_000, 4], flags: Optimizer },
    ]),
  );
  const all = new Set(Array.from({ length: tied.count }, (_, row) => row).filter((row) => tied.isEntry(row)));

  it('counts aliases once, what overlaps once in bytes, and no optimizer among the parameters', () => {
    const summary = summarizeSelection(tied, all);
    expect(summary).toMatchObject({ tensors: 5, parameters: 4_000 + 4 + 2_000 });
    expect(summary.elements).toBe(4_000 + 4 + 2_000 + 4_000);
    expect(summary.bytes).toBe(5_000 * 4 + 4 * 4 + 4_000 * 4);
  });

  it('counts what shares nothing as it is', () => {
    const plain = new Set([tied.filterKeys.indexOf('model.bias'), tied.filterKeys.indexOf('optimizer.momentum')]);
    expect(summarizeSelection(tied, plain)).toMatchObject({ parameters: 4 });
  });
});

describe('a filter', () => {
  const view = new TreeView(index);
  const rowOf = (key: string): number => index.filterKeys.indexOf(key);
  const type = (text: string): void => {
    view.setQuery({ text, regex: false, matchCase: false });
  };

  it('takes what it hides out of the selection until it ends', () => {
    view.selection.selectAll([rowOf('net.a'), rowOf('net.a.weight'), rowOf('epoch')]);
    type('w');
    expect([...view.selection.rows]).toEqual([rowOf('net.a.weight')]);
    type('wx');
    expect(view.selection.size).toBe(0);
    type('w');
    expect([...view.selection.rows]).toEqual([rowOf('net.a.weight')]);
    type('');
    expect([...view.selection.rows]).toEqual([rowOf('net.a'), rowOf('net.a.weight'), rowOf('epoch')]);
  });

  it('leaves a selection that was made while it was on', () => {
    view.selection.select(rowOf('epoch'));
    type('weight');
    view.selection.select(rowOf('net.b.weight'));
    type('');
    expect([...view.selection.rows]).toEqual([rowOf('net.b.weight')]);
  });

  it('knows of each branch a match that tells what is found in its name', () => {
    type('b.w');
    expect(view.matchAt(rowOf('net'))).toBe(rowOf('net.b.weight'));
    expect(view.matchAt(rowOf('net.b'))).toBe(rowOf('net.b.weight'));
    expect(view.matchAt(rowOf('net.a'))).toBe(-1);
  });
});

describe('Python for a selection', () => {
  const entries = ['conv1.weight', 'conv2.weight'].map((key) => ({
    path: ['model', key],
    python: `ckpt["model"]["${key}"]`,
  }));

  it('is the filter, where fnmatch finds the same keys', () => {
    const query = { text: 'conv*weight', regex: false, matchCase: false };
    expect(selectionPython(entries, query)).toBe('keys = fnmatch.filter(ckpt["model"],\n    "*conv*weight*")');
  });

  it('names the keys where it does not', () => {
    const named = 'keys = [\n    "conv1.weight",\n    "conv2.weight",\n]';
    expect(selectionPython(entries, null)).toBe(named);
    expect(selectionPython(entries, { text: 'CONV', regex: false, matchCase: false })).toBe(named);
    expect(selectionPython(entries, { text: 'model', regex: false, matchCase: false })).toBe(named);
    expect(selectionPython(entries, { text: 'conv.', regex: true, matchCase: false })).toBe(named);
  });

  it('is nothing for entries of different dicts, and for keys that are no text', () => {
    expect(selectionPython([...entries, { path: ['x'], python: 'ckpt["x"]' }], null)).toBeNull();
    expect(selectionPython([{ path: ['list', 0], python: 'ckpt["list"][0]' }], null)).toBeNull();
  });
});
