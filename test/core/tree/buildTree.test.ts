import { describe, expect, it } from 'vitest';
import { buildTree } from '../../../src/core/tree/buildTree';
import { children, decodeLabels } from '../../../src/core/tree/rows';
import { RowFlag, RowKind, type TreeColumns } from '../../../src/core/tree/treeColumns';
import type { Value } from '../../../src/core/pickle/values';
import {
  call,
  dict,
  ints,
  list,
  object,
  open,
  orderedDict,
  parameter,
  str,
  tensor,
  type Records,
} from '../checkpoint/builders';
import { allKeys, depthOf } from '../../support/treeRows';

async function tree(root: Value, records?: Records): Promise<TreeColumns> {
  return buildTree(await open(root, records));
}

/** Rows as an indented outline. */
function outline(rows: TreeColumns): string[] {
  return decodeLabels(rows).map((label, row) => `${'  '.repeat(depthOf(rows, row))}${label}`);
}

function rowOf(rows: TreeColumns, key: string): number {
  const row = allKeys(rows, decodeLabels(rows)).indexOf(key);
  expect(row, `no row ${key}`).not.toBe(-1);
  return row;
}

const cell = (rows: TreeColumns, column: 'shape' | 'dtype' | 'device', key: string): string =>
  rows.strings[rows[column][rowOf(rows, key)] ?? -1] ?? '';

describe('rows', () => {
  it('fold dotted keys into groups, and groups of one child into it', async () => {
    const rows = await tree(
      orderedDict({
        'a.x.weight': tensor('0'),
        'a.y.weight': tensor('1'),
        'a.y.bias': tensor('1'),
        'b.c.d': tensor('2'),
        e: tensor('2'),
      }),
    );
    expect(outline(rows)).toEqual(['a', '  x.weight', '  y', '    weight', '    bias', 'b.c.d', 'e']);
  });

  it('bring what belongs to a group together, where it is met first', async () => {
    const rows = await tree(orderedDict({ 'a.1': tensor('0'), b: tensor('0'), 'a.2': tensor('0') }));
    expect(outline(rows)).toEqual(['a', '  1', '  2', 'b']);
  });

  it('keep a tensor and a group of one name, and keys that only look alike, apart', async () => {
    const root = dict([
      [str('a'), tensor('0')],
      [str('a.b'), tensor('0')],
      [str('a.c'), tensor('0')],
      [0, list(1, 2)],
      [str('0'), list(3, 4)],
      [str(''), 5],
      [str('..'), 6],
    ]);
    const rows = await tree(root);
    expect(outline(rows)).toEqual(['a', 'a', '  b', '  c', '0', '  0', '  1', '0', '  0', '  1', '', '..']);
    expect(allKeys(rows, decodeLabels(rows))).toContain('a.b');
  });

  it('leave attributes and file names whole', async () => {
    const rows = await tree(dict({ args: object('pkg.A', dict({ 'x.y': 1, z: 2 })), 'dir/file.txt': 3 }));
    expect(outline(rows)).toEqual(['args', '  .x.y', '  .z', 'dir/file.txt']);
  });

  it('show a state dict, an optimizer, a module and an object even where they have one child', async () => {
    const optimizer = dict({ state: dict([[0, dict({ m: tensor('1') })]]), param_groups: list(dict({ lr: 1 })) });
    const root = dict({
      model: orderedDict({ w: tensor('0') }),
      opt: optimizer,
      args: object('pkg.A', dict({ lr: 1 })),
    });
    expect(outline(await tree(root))).toEqual([
      'model',
      '  w',
      'opt',
      '  state.0.m',
      '  param_groups.0.lr',
      'args',
      '  .lr',
    ]);
  });

  it('know their kind, entry, branch, parent and end', async () => {
    const rows = await tree(dict({ m: orderedDict({ 'a.w': tensor('0'), 'a.b': tensor('1') }), n: 1 }));
    expect(outline(rows)).toEqual(['m', '  a', '    w', '    b', 'n']);
    expect([...rows.kind]).toEqual([RowKind.Group, RowKind.Group, RowKind.Tensor, RowKind.Tensor, RowKind.Value]);
    expect([...rows.entry]).toEqual([-1, -1, 0, 1, 2]);
    expect([...rows.branch]).toEqual([1, -1, -1, -1, -1]);
    expect([...rows.parent]).toEqual([-1, 0, 1, 1, -1]);
    expect([...rows.end]).toEqual([4, 4, 3, 4, 5]);
    expect(children(rows, -1)).toEqual([0, 4]);
  });

  it('keep labels whatever characters are in them', async () => {
    const names = ['模型 测试', '😀', 'lone \ud83d', '\ude00 other half', '\u0000', 'e\u0301', '\ufeffbom'];
    const rows = await tree(dict(names.map((name, at) => [str(name), at] as const)));
    // A lone surrogate is no UTF-8; its place is kept.
    const kept = names.map((name) => name.replace(/^lone .$/, 'lone \ufffd').replace(/^. other/, '\ufffd other'));
    const shown = decodeLabels(rows);
    expect(shown.map((label) => label.length)).toEqual(names.map((name) => name.length));
    expect([shown[0], shown[1], shown[4], shown[5], shown[6]]).toEqual([kept[0], kept[1], kept[4], kept[5], kept[6]]);
  });

  it('show a tensor that is the whole file', async () => {
    const rows = await tree(tensor('0'));
    expect(outline(rows)).toEqual(['']);
    expect(rows.count).toBe(1);
  });

  it('bound the depth that dots make', async () => {
    const rows = await tree(dict({ ['a.'.repeat(10_000) + 'b']: 1, ['a.'.repeat(10_000) + 'c']: 2 }));
    expect(Math.max(...Array.from({ length: rows.count }, (_, row) => depthOf(rows, row)))).toBeLessThan(70);
  });
});

describe('cells', () => {
  it('say shape, dtype and device of tensors, literal and type of values', async () => {
    const rows = await tree(dict({ w: tensor('0', { device: 'cuda:1' }), s: tensor('1', { shape: [] }), lr: 5 }));
    expect(['shape', 'dtype', 'device'].map((column) => cell(rows, column as 'shape', 'w'))).toEqual([
      '[2, 3]',
      'float32',
      'cuda:1',
    ]);
    expect(cell(rows, 'shape', 's')).toBe('[]');
    expect([cell(rows, 'shape', 'lr'), cell(rows, 'dtype', 'lr'), cell(rows, 'device', 'lr')]).toEqual([
      '5',
      'int',
      '',
    ]);
  });

  it('sum tensors, elements and bytes; name the first dtype and device and count the others', async () => {
    const rows = await tree(
      orderedDict({
        'g.a': tensor('0', { device: 'cuda:0' }),
        'g.b': tensor('1', { type: 'torch.HalfStorage', device: 'cuda:0' }),
        'g.c': tensor('2', { type: 'torch.LongStorage', shape: [], device: 'cpu' }),
      }),
      { 0: 24, 1: 12, 2: 8 },
    );
    const group = rowOf(rows, 'g');
    expect([rows.tensors[group], rows.elements[group], rows.bytes[group]]).toEqual([3, 13, 44]);
    expect([cell(rows, 'dtype', 'g'), cell(rows, 'device', 'g')]).toEqual(['float32 +2', 'cuda:0 +1']);
  });

  it('count an alias where it is met first, so that sums add up', async () => {
    const shared = tensor('0');
    const view = tensor('0', { shape: [3], elements: 6 });
    const rows = await tree(dict({ a: orderedDict({ w: shared, v: view }), b: orderedDict({ w: shared }) }), { 0: 24 });
    expect([rows.bytes[rowOf(rows, 'a')], rows.bytes[rowOf(rows, 'b')]]).toEqual([36, 0]);
    expect([rows.elements[rowOf(rows, 'a')], rows.elements[rowOf(rows, 'b')]]).toEqual([9, 0]);
    expect(rows.tensors[rowOf(rows, 'b')]).toBe(1);
    // A row by itself still says what it has.
    expect(rows.bytes[rowOf(rows, 'b.w')]).toBe(24);
  });

  it('name the type of a group without tensors', async () => {
    const rows = await tree(dict({ args: object('argparse.Namespace', dict({ a: 1, b: 2 })), betas: ints(1, 2) }));
    expect([cell(rows, 'dtype', 'args'), cell(rows, 'dtype', 'betas')]).toEqual(['Namespace', 'tuple']);
  });
});

describe('flags', () => {
  async function flagsOf(root: Value, records?: Records): Promise<(key: string) => string[]> {
    const rows = await tree(root, records);
    return (key) => {
      const flags = rows.flags[rowOf(rows, key)] ?? 0;
      return Object.entries(RowFlag).flatMap(([name, bit]) =>
        typeof bit === 'number' && (flags & bit) !== 0 ? [name] : [],
      );
    };
  }

  it('tell views and shared storages', async () => {
    const flags = await flagsOf(
      orderedDict({
        t: tensor('0', { stride: [1, 2] }),
        'g.a': tensor('1', { shape: [2], elements: 6 }),
        'g.b': tensor('1', { shape: [3], elements: 6 }),
        'h.a': tensor('1', { shape: [3], elements: 6 }),
        'h.b': tensor('2'),
      }),
    );
    expect(flags('t')).toEqual(['Strided']);
    expect(flags('g.a')).toEqual(['Shared', 'Partial']);
    expect(flags('g')).toEqual(['Shared']);
    expect(flags('h')).toEqual([]);
  });

  it('tell roles, gradients and missing bytes', async () => {
    const flags = await flagsOf(dict({ m: dict({ p: parameter('0'), gone: tensor('9') }), n: 1 }), { 0: 24 });
    expect(flags('m.p')).toEqual(['Parameter', 'RequiresGrad']);
    expect(flags('m.gone')).toEqual(['Missing']);
    expect(flags('m')).toEqual(['Missing']);
  });

  it('tell imports outside the allow-list, up to the top', async () => {
    const flags = await flagsOf(
      dict({ a: dict({ ok: tensor('0'), bad: call('os.system', str('true')), odd: call('pkg.thing', 1) }), b: 1 }),
    );
    expect(flags('a.bad')).toEqual(['DangerousImport']);
    expect(flags('a.odd')).toEqual(['UnknownImport']);
    expect(flags('a')).toEqual(['UnknownImport', 'DangerousImport']);
    expect(flags('b')).toEqual([]);
  });

  it('tell parameters and buffers by the optimizer’s list', async () => {
    const group = dict({ lr: 1, params: list(0) });
    const state = dict([[0, dict({ momentum_buffer: tensor('1') })]]);
    const flags = await flagsOf(
      dict({
        model: orderedDict({ w: tensor('0'), running_mean: tensor('2', { shape: [3] }) }),
        opt: dict({ state, param_groups: list(group) }),
      }),
    );
    expect(flags('model.w')).toEqual(['Parameter']);
    expect(flags('model.running_mean')).toEqual(['Buffer']);
    expect(flags('opt')).toEqual(['Optimizer']);
  });
});
