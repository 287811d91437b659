import { describe, expect, it } from 'vitest';
import { MatchStatus, type MatchGroupView } from '../../src/protocol/match';
import { columnsFor, defaultHidden } from '../../webview/editor/model/columns';
import { MatchColumn } from '../../webview/editor/model/matchColumn';
import { TreeIndex } from '../../webview/editor/model/treeIndex';
import { MatchLines } from '../../webview/editor/pane/match/matchLines';
import { makeColumns } from '../support/treeColumns';

describe('the column of the match', () => {
  const index = new TreeIndex(
    makeColumns([
      { path: ['model', 'a'], shape: [1] },
      { path: ['model', 'b'], shape: [1] },
      { path: ['model', 'c'], shape: [1] },
      { path: ['epoch'], value: '3' },
    ]),
  );
  const { Loads, Shape, Unused, NotPart } = MatchStatus;
  const column = new MatchColumn(index, Uint8Array.of(NotPart, Loads, Shape, Unused, NotPart));

  it('sums for a group what is below it', () => {
    expect(column.row(0)).toEqual({ keys: 3, loads: 1, shape: 1, unused: 1 });
    expect(column.row(1)).toEqual({ keys: 1, loads: 1, shape: 0, unused: 0 });
    expect(column.row(4)).toEqual({ keys: 0, loads: 0, shape: 0, unused: 0 });
  });

  it('never drops out; the others drop by what it leaves of the width', () => {
    const choice = { widths: {}, hidden: defaultHidden };
    const ids = (width: number): string[] => columnsFor(width, choice, null, 'match').map(({ id }) => id);
    expect(ids(900)).toEqual(['shape', 'dtype', 'device', 'size', 'match']);
    expect(ids(608)).toEqual(['shape', 'size', 'match']);
    expect(ids(320)).toEqual(['match']);
    expect(columnsFor(608, choice, null).map(({ id }) => id)).toEqual(['shape', 'dtype', 'size']);
  });
});

describe('the lines of the table', () => {
  const group = (name: MatchGroupView['group'], count: number): MatchGroupView => ({
    group: name,
    count,
    parameters: null,
    actions: [],
  });
  const [missing, matched] = [group('missing', 3), group('matched', 100_000)];

  it('are groups and the keys of those that are open', () => {
    const lines = new MatchLines([missing, matched], new Set(['matched']));
    expect(lines.count).toBe(5);
    expect([0, 1, 3, 4, 5].map((at) => lines.at(at))).toEqual([
      { kind: 'group', view: missing },
      { kind: 'key', group: 'missing', index: 0 },
      { kind: 'key', group: 'missing', index: 2 },
      { kind: 'group', view: matched },
      null,
    ]);
  });

  it('say which rows stand between two places', () => {
    const lines = new MatchLines([missing, matched], new Set());
    expect(lines.rowsBetween(2, 50)).toEqual([
      { group: 'missing', first: 1, last: 3 },
      { group: 'matched', first: 0, last: 45 },
    ]);
    expect(lines.rowsBetween(90_000, 200_000)).toEqual([{ group: 'matched', first: 89_995, last: 100_000 }]);
    expect(new MatchLines([], new Set()).rowsBetween(0, 10)).toEqual([]);
  });
});
