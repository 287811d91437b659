import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../../src/core/limits';
import { PyList, type Value } from '../../../src/core/pickle/values';
import {
  call,
  dict,
  float,
  global,
  ints,
  list,
  listing,
  object,
  open,
  orderedDict,
  str,
  storage,
  tensor,
  tensorsOf,
  tuple,
} from './builders';

const codes = (found: readonly { readonly code: string }[]): string[] => found.map(({ code }) => code);

describe('paths', () => {
  it('takes keys, positions and attributes as cli.md says', async () => {
    const root = dict([
      [str('a.b'), 1],
      [7, str('int key')],
      [true, 2],
      [float(1.5), 3],
      [ints(1, 2), 4],
      [2n ** 60n, 5],
      [str('list'), list(6, tuple(7))],
      [str('empty'), tuple()],
    ]);
    const checkpoint = await open(root);
    expect(checkpoint.entries.map(({ path }) => path)).toEqual([
      ['a.b'],
      [7],
      [{ repr: 'True' }],
      [{ repr: '1.5' }],
      [{ repr: '(1, 2)' }],
      [{ repr: '1152921504606846976' }],
      ['list', 0],
      ['list', 1, 0],
      ['empty'],
    ]);
    expect(listing(checkpoint.entries).at(-1)).toBe('empty tuple ()');
  });

  it('lists a key that is set twice once, with the last value', async () => {
    const checkpoint = await open(
      dict([
        [str('a'), 1],
        [str('b'), 2],
        [str('a'), 3],
        [1, 4],
        [float(1), 5],
        [true, 6],
      ]),
    );
    expect(listing(checkpoint.entries)).toEqual(['a int 3', 'b int 2', '1 int 6']);
  });

  it('lists objects by attribute, slots, list items, dict items and arguments', async () => {
    const subclass = object('pkg.Bag', dict({ name: str('x') }));
    subclass.items = [1];
    subclass.entries = [str('key'), 2];
    const checkpoint = await open(
      dict({
        args: object('argparse.Namespace', dict({ lr: float(0.1) })),
        slots: object('pkg.Slotted', tuple(dict({ a: 1 }), dict({ b: 2 }))),
        state: object('pkg.Odd', str('whole')),
        unknown: call('pkg.make', 1, str('two')),
        bag: subclass,
      }),
    );
    expect(listing(checkpoint.entries)).toEqual([
      'args..lr float 0.1',
      'slots..a int 1',
      'slots..b int 2',
      "state..__setstate__ str 'whole'",
      'unknown.(0) int 1',
      "unknown.(1) str 'two'",
      'bag.0 int 1',
      'bag.key int 2',
      "bag..name str 'x'",
    ]);
    expect(checkpoint.branches.map(({ type }) => type)).toEqual([
      'dict',
      'argparse.Namespace',
      'pkg.Slotted',
      'pkg.Odd',
      'pkg.make',
      'pkg.Bag',
    ]);
  });

  it('knows which entries are below a branch', async () => {
    const checkpoint = await open(dict({ a: dict({ b: list(1, 2), c: 3 }), d: 4 }));
    expect(checkpoint.branches.map(({ path, first, end }) => [path, first, end])).toEqual([
      [[], 0, 4],
      [['a'], 0, 3],
      [['a', 'b'], 0, 2],
    ]);
  });
});

describe('storages', () => {
  it('are one for each key; the first persistent id decides', async () => {
    const checkpoint = await open(
      dict({
        first: tensor('0', { device: 'cuda:1' }),
        second: tensor('0', { type: 'torch.DoubleStorage', device: 'cpu', elements: 3, shape: [3] }),
        other: tensor('1', { type: 'torch.cuda.HalfStorage', elements: 12 }),
      }),
      { 0: 24, 1: 24 },
    );
    const [first, second, other] = tensorsOf(checkpoint);
    expect(second?.storage).toBe(first?.storage);
    expect(second).toMatchObject({ dtype: 'float32', device: 'cuda:1', storage: { key: '0', bytes: 24 } });
    expect(other).toMatchObject({ dtype: 'float16', device: 'cpu' });
    expect(checkpoint.storages).toHaveLength(2);
    expect(checkpoint.findings).toEqual([]);
  });

  it('lie where the file has them', async () => {
    const checkpoint = await open(dict({ a: tensor('0') }));
    const [entry] = tensorsOf(checkpoint);
    const position = entry?.storage?.position ?? 0;
    const name = Buffer.alloc(14);
    await checkpoint.source.read(position - 14, name);
    expect(name.toString()).toBe('archive/data/0');
  });

  it('that stand alone are values', async () => {
    const checkpoint = await open(
      dict({
        s: storage('0', { device: 'cuda:0' }),
        u: storage('1', { type: 'torch.storage.UntypedStorage', elements: 24 }),
      }),
    );
    expect(listing(checkpoint.entries)).toEqual([
      's torch.storage.TypedStorage TypedStorage(dtype=float32, 24 bytes, device=cuda:0)',
      'u torch.storage.UntypedStorage UntypedStorage(24 bytes, device=cpu)',
    ]);
  });

  it('that are missing or of another size than said are findings, once each', async () => {
    const checkpoint = await open(
      dict({ a: tensor('9'), b: tensor('9'), c: tensor('0', { elements: 100 }), whole: tensor('1') }),
      { 0: 24, 1: 24 },
    );
    expect(checkpoint.findings).toEqual([
      { severity: 'error', code: 'storage-missing', entry: 'a', args: ['9', 1] },
      { severity: 'error', code: 'storage-size', entry: 'c', args: ['0', 400, 24] },
    ]);
    expect(tensorsOf(checkpoint).map((entry) => entry.storage?.record?.size ?? null)).toEqual([null, null, 24, 24]);
  });
});

describe('a tensor that makes no sense', () => {
  it.each<[string, Value, string]>([
    ['negative size', tensor('0', { shape: [-1, 6], stride: [6, 1] }), 'bad-shape'],
    ['size beyond any machine', tensor('0', { shape: [2 ** 40, 2 ** 40], stride: [1, 1], elements: 6 }), 'bad-shape'],
    ['negative stride', tensor('0', { stride: [-3, 1] }), 'bad-stride'],
    ['negative offset', tensor('0', { offset: -1 }), 'bad-stride'],
    ['offset that is no int', tensor('0', { offset: str('0') }), 'bad-arguments'],
    ['stride of another length', tensor('0', { stride: [1] }), 'bad-arguments'],
    ['no storage', call('torch._utils._rebuild_tensor_v2', 5, 0, ints(1), ints(1), false), 'bad-storage'],
    ['unknown storage class', tensor('0', { type: 'torch.PlaidStorage' }), 'bad-storage'],
    ['wrapper class of storages', tensor('0', { type: 'torch.storage.TypedStorage' }), 'bad-storage'],
    ['no arguments', call('torch._utils._rebuild_parameter'), 'bad-arguments'],
    [
      'unknown dtype',
      call('torch._utils._rebuild_meta_tensor_no_storage', global('torch.plaid'), ints(1), ints(1), false),
      'unknown-dtype',
    ],
  ])('%s: the others are listed, it is a value with a finding', async (_, broken, reason) => {
    const checkpoint = await open(dict({ good: tensor('1'), bad: broken, end: 1 }));
    expect(listing(checkpoint.entries)[0]).toBe('good [2,3] float32');
    expect(checkpoint.entries[1]).toMatchObject({ kind: 'value', path: ['bad'], type: /^torch\._utils\._rebuild/ });
    expect(listing(checkpoint.entries)[2]).toBe('end int 1');
    expect(checkpoint.findings).toEqual([
      { severity: 'error', code: 'tensor-unreadable', entry: 'bad', args: [reason] },
    ]);
  });

  it('shows what it claims to be', async () => {
    const checkpoint = await open(dict({ bad: tensor('0', { stride: [-3, 1] }) }));
    expect(listing(checkpoint.entries)[0]).toBe(
      'bad torch._utils._rebuild_tensor_v2 torch._utils._rebuild_tensor_v2' +
        '(TypedStorage(dtype=float32, 24 bytes, device=cpu), 0, (2, 3), (-3, 1), False, collections.OrderedDict())',
    );
  });

  it('is still listed where its view only goes past its storage', async () => {
    const checkpoint = await open(dict({ view: tensor('0', { offset: 4, elements: 6 }) }));
    expect(listing(checkpoint.entries)).toEqual(['view [2,3] float32']);
    expect(checkpoint.findings).toEqual([
      { severity: 'error', code: 'view-past-storage', entry: 'view', args: [40, 24] },
    ]);
  });

  it('stops at tensors in tensors in tensors', async () => {
    let nest: Value = tensor('0');
    for (let depth = 0; depth < 100_000; depth++) {
      nest = call('torch._utils._rebuild_parameter', nest, true);
    }
    const checkpoint = await open(dict({ nest }));
    expect(checkpoint.findings).toMatchObject([{ code: 'tensor-unreadable', args: ['too-deep'] }]);
  });
});

describe('structure made to exhaust', () => {
  it('shows known calls inside known calls only so deep', async () => {
    let nest: Value = 1;
    for (let depth = 0; depth < 10_000; depth++) {
      nest = call('builtins.range', nest, nest);
    }
    const checkpoint = await open(dict({ nest }));
    expect(listing(checkpoint.entries)[0]).toMatch(/^nest range range\(range\(/);
  });

  it('follows a cycle once', async () => {
    const loop = list(1);
    loop.items.push(loop);
    const checkpoint = await open(dict({ a: loop, b: loop }));
    expect(listing(checkpoint.entries)).toEqual(['a.0 int 1', 'a.1 list [...]', 'b.0 int 1', 'b.1 list [...]']);
  });

  it('cuts nesting at a limit, with a finding', async () => {
    let nest: Value = 1;
    for (let depth = 0; depth < 100_000; depth++) {
      nest = new PyList([nest]);
    }
    const checkpoint = await open(nest, {}, { ...defaultLimits, pathDepth: 50 });
    expect(checkpoint.entries).toMatchObject([{ type: 'list', repr: '[...]' }]);
    expect(checkpoint.entries[0]?.path).toHaveLength(50);
    expect(codes(checkpoint.findings)).toEqual(['nested-too-deep']);
  });

  it('stops at the limit of entries, with a finding', async () => {
    const checkpoint = await open(list(...new Array<number>(1000).fill(0)), {}, { ...defaultLimits, entries: 100 });
    expect(checkpoint.entries).toHaveLength(100);
    expect(checkpoint.findings).toEqual([{ severity: 'error', code: 'too-many-entries', args: [100] }]);
  });

  it('stops expanding what is shared exponentially', async () => {
    let shared: Value = tuple(tensor('0'));
    for (let level = 0; level < 60; level++) {
      shared = list(shared, shared);
    }
    const checkpoint = await open(shared, { 0: 24 }, { ...defaultLimits, repeats: 500 });
    expect(checkpoint.entries.length).toBeLessThan(700);
    expect(tensorsOf(checkpoint).length).toBeGreaterThan(400);
    expect(codes(checkpoint.findings)).toContain('shared-too-often');
  });

  it('lists what is shared a few times at each of its places', async () => {
    const shared = dict({ w: tensor('0') });
    const checkpoint = await open(dict({ model: shared, ema: shared }));
    expect(listing(checkpoint.entries)).toEqual(['model.w [2,3] float32', 'ema.w [2,3] float32']);
    expect(checkpoint.summary).toMatchObject({ tensors: 2, parameters: 6, tensorBytes: 48, storageBytes: 24 });
  });

  it('keeps findings of one kind few', async () => {
    const keys = Array.from({ length: 100 }, (_, at) => String(at));
    const bad = dict(Object.fromEntries(keys.map((key) => [`t${key}`, tensor(key)])));
    const checkpoint = await open(bad, Object.fromEntries(keys.map((key) => [key, 8])));
    expect(checkpoint.findings).toHaveLength(21);
    expect(checkpoint.findings.at(-1)).toEqual({
      severity: 'info',
      code: 'more-findings',
      entry: 'storage-size',
      args: [80],
    });
    expect(checkpoint.weightsOnly.blockers).toEqual([
      { reason: 'storage-size', name: '0', paths: [], more: keys.slice(1) },
    ]);
  });

  it('counts the storages that it lacks in one finding and one blocker', async () => {
    const keys = Array.from({ length: 100 }, (_, at) => String(at));
    const checkpoint = await open(dict(Object.fromEntries(keys.map((key) => [`t${key}`, tensor(key)]))), { 0: 24 });
    expect(checkpoint.findings).toEqual([{ severity: 'error', code: 'storage-missing', entry: 't1', args: ['1', 99] }]);
    expect(checkpoint.weightsOnly.blockers).toEqual([
      { reason: 'storage-missing', name: '1', paths: [], more: keys.slice(2) },
    ]);
  });
});

describe('imports', () => {
  it('are counted with the entries and branches that need them', async () => {
    const checkpoint = await open(
      orderedDict({ a: tensor('0'), b: tensor('1'), run: call('os.system', str('true')), plain: dict({ n: 1 }) }),
    );
    const imports = checkpoint.imports.map(({ name, paths, pathCount }) => [name, paths, pathCount]);
    expect(imports).toContainEqual(['os.system', [['run']], 1]);
    expect(imports).toContainEqual(['torch._utils._rebuild_tensor_v2', [['a'], ['b']], 2]);
    expect(imports).toContainEqual(['torch.FloatStorage', [['a'], ['b']], 2]);
    expect(imports).toContainEqual(['collections.OrderedDict', [[], ['a'], ['b']], 3]);
  });

  it('keep twenty paths and count the rest', async () => {
    const many = dict(Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`t${String(at)}`, tensor('0')])));
    const checkpoint = await open(many, { 0: 24 });
    const rebuild = checkpoint.imports.find(({ name }) => name === 'torch._utils._rebuild_tensor_v2');
    expect(rebuild?.paths).toHaveLength(20);
    expect(rebuild?.pathCount).toBe(30);
  });
});
