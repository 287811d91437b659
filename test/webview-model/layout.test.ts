import { describe, expect, it } from 'vitest';
import { columnsFor, defaultHidden, gridTemplate } from '../../webview/editor/model/columns';
import { facetsInBar, toggleFacet } from '../../webview/editor/model/facets';
import { nextSort } from '../../webview/editor/model/order';
import { explainRegexError } from '../../webview/editor/model/regexError';
import { literalToken, shapePieces } from '../../webview/editor/model/rowTokens';
import { ScrollSpace } from '../../webview/editor/model/scrollSpace';
import { stickyRows } from '../../webview/editor/model/stickyRows';
import { TreeIndex } from '../../webview/editor/model/treeIndex';
import { TreeView } from '../../webview/editor/model/treeView';
import { largeTree } from '../support/treeColumns';

describe('columns', () => {
  const ids = (width: number, hidden = defaultHidden): string[] =>
    columnsFor(width, { widths: {}, hidden }).map(({ id }) => id);

  it('drop out by the width of the tree: Device, Dtype, Size, Shape', () => {
    expect(ids(641)).toEqual(['shape', 'dtype', 'device', 'size']);
    expect(ids(640)).toEqual(['shape', 'dtype', 'size']);
    expect(ids(560)).toEqual(['shape', 'dtype', 'size']);
    expect(ids(559)).toEqual(['shape', 'size']);
    expect(ids(429)).toEqual(['shape']);
    expect(ids(319)).toEqual([]);
  });

  it('are those that the person shows, as wide as dragged', () => {
    expect(ids(1_000, ['dtype'])).toEqual(['shape', 'device', 'elements', 'stride', 'offset', 'record', 'size']);
    const [shape] = columnsFor(1_000, { widths: { shape: 5 }, hidden: defaultHidden });
    expect(shape?.width).toBe(44);
    expect(gridTemplate(columnsFor(1_000, { widths: {}, hidden: defaultHidden }))).toBe(
      'minmax(160px, 1fr) 152px 92px 68px 80px',
    );
  });

  it('sort up, down, and not', () => {
    const up = nextSort(null, 'size');
    const down = nextSort(up, 'size');
    expect([up, down, nextSort(down, 'size')]).toEqual([
      { column: 'size', descending: false },
      { column: 'size', descending: true },
      null,
    ]);
    expect(nextSort(down, 'dtype')).toEqual({ column: 'dtype', descending: false });
  });
});

describe('facets', () => {
  it('stand in the bar while they fit, at most six of a group, and behind a chip where none does', () => {
    const dtypes = Array.from({ length: 9 }, (_, at) => `float${at} 10`);
    expect(facetsInBar([dtypes, ['cpu 3']], 2_000)).toEqual([6, 1]);
    expect(facetsInBar([dtypes, ['cpu 3']], 400)).toEqual([3, 1]);
    expect(facetsInBar([dtypes, ['cpu 3']], 10)).toEqual([0, 0]);
    expect(facetsInBar([dtypes, ['cpu 3']], 180)).toEqual([1, 1]);
  });

  it('are added, removed, and with Alt the only ones', () => {
    const one = toggleFacet(new Set(), 'dtype:int8', false);
    const two = toggleFacet(one, 'device:cpu', false);
    expect([...two]).toEqual(['dtype:int8', 'device:cpu']);
    expect([...toggleFacet(two, 'dtype:int8', false)]).toEqual(['device:cpu']);
    expect([...toggleFacet(two, 'device:cuda:0', true)]).toEqual(['device:cuda:0']);
    expect([...toggleFacet(one, 'dtype:int8', true)]).toEqual([]);
  });
});

describe('sticky rows', () => {
  const view = new TreeView(new TreeIndex(largeTree(1_000)));
  view.expandAll();
  const { visible, index } = view;
  const tree = {
    rowAt: (position: number) => visible.at(position),
    positionOf: (row: number) => visible.positionOf(row),
    ancestors: (row: number) => index.ancestors(row),
    lastBelow: (row: number) => visible.lastBelow(row),
  };
  const labels = (top: number, most = 5): string[] =>
    stickyRows(tree, top, 22, most).map(({ row, top: y }) => `${index.label(row)}@${y}`);

  it('are none at the top, and the ancestors of the first row under them', () => {
    expect(labels(0)).toEqual([]);
    expect(labels(11)).toEqual(['model@0', 'layers@22', '0@44', 'attention@66', 'query@88']);
    expect(labels(11, 2)).toEqual(['model@0', 'layers@22']);
  });

  it('are pushed out by the end of their branch', () => {
    const next = index.filterKeys.indexOf('model.layers.1');
    const end = visible.positionOf(next) * 22;
    const pushed = stickyRows(tree, end - 44 - 11, 22, 5);
    expect(pushed.map(({ row }) => index.label(row)).slice(0, 3)).toEqual(['model', 'layers', '0']);
    expect(pushed[2]?.top).toBe(33);
  });

  it('never cover the row that stands in its own place', () => {
    for (let top = 0; top < 22 * 300; top += 7) {
      const sticky = stickyRows(tree, top, 22, 5);
      sticky.forEach(({ row, top: y }, at) => {
        expect(visible.positionOf(row) * 22).toBeLessThan(top + at * 22);
        expect(y).toBeLessThanOrEqual(at * 22);
        expect(y).toBeGreaterThan((at - 1) * 22);
      });
    }
  });
});

describe('the scrolled space', () => {
  it('is native up to 8 million pixels', () => {
    const space = new ScrollSpace();
    space.resize(2_200_000, 700);
    expect(space.nativeHeight).toBe(2_200_000);
    expect(space.toNative(1_234_567)).toBe(1_234_567);
    expect(space.toVirtual(1_234_567)).toBe(1_234_567);
  });

  it('reaches every row of a larger one, and follows small steps exactly', () => {
    const space = new ScrollSpace();
    const total = 4_000_000 * 22;
    space.resize(total, 700);
    expect(space.nativeHeight).toBe(8_000_000);
    for (const top of [0, 5_000_000, 44_000_000, total - 700]) {
      const native = space.toNative(top);
      expect(native).toBeGreaterThanOrEqual(0);
      expect(native).toBeLessThanOrEqual(8_000_000 - 700);
      expect(space.toVirtual(native)).toBe(top);
      expect(space.toVirtual(native + (top > 0 ? -22 : 22))).toBe(top + (top > 0 ? -22 : 22));
    }
    expect(space.toVirtual(space.toNative(total))).toBe(total - 700);
  });
});

describe('texts', () => {
  it('tell where a regular expression goes wrong', () => {
    const explain = (text: string): unknown => {
      try {
        return new RegExp(text, 'u');
      } catch (error) {
        return error instanceof SyntaxError ? explainRegexError(text, error) : error;
      }
    };
    expect(explain('layer[1-')).toEqual({ message: 'Unterminated character class', position: 5 });
    expect(explain('a\\((b(c)')).toEqual({ message: 'Unterminated group', position: 3 });
    expect(explain('*a')).toEqual({ message: 'Nothing to repeat', position: null });
  });

  it('know what a Python literal is', () => {
    expect(['24', '-0.5', 'inf', "'a'", "b'a'", 'True', 'None', 'datetime(2)', '[1]'].map(literalToken)).toEqual([
      'number',
      'number',
      'number',
      'string',
      'string',
      'boolean',
      'boolean',
      null,
      null,
    ]);
  });

  it('take shapes apart', () => {
    expect(shapePieces('[64, 3]')).toEqual([
      { text: '[', sign: true },
      { text: '64', sign: false },
      { text: ',\u2009', sign: true },
      { text: '3', sign: false },
      { text: ']', sign: true },
    ]);
    expect(shapePieces('[]')).toEqual([{ text: '[]', sign: true }]);
  });
});
