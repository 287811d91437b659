import { describe, expect, test } from 'vitest';
import { memorySource } from '../../../src/core/bytes/memorySource';
import { openCheckpoint } from '../../../src/core/checkpoint/open';
import { keyOf } from '../../../src/core/checkpoint/path';
import { changesBetween, isUnchanged } from '../../../src/core/edit/changes';
import type { Operation } from '../../../src/core/edit/operations';
import { startState, type EditState } from '../../../src/core/edit/state';
import { PyDict, type Value } from '../../../src/core/pickle/values';
import { dict, float, list, object, orderedDict, parameter, tensor } from '../checkpoint/builders';
import { applyAll, stateOf } from './support';

/** `+ key`, `~ key`, `old → key`, `~ old → key`, `- key @index`. */
function differences(before: EditState, after: EditState): string[] {
  const changes = changesBetween(before, after);
  const { entries } = after.checkpoint;
  const kept = [...changes.entries].map(([index, { kind, oldPath }]) => {
    const key = keyOf(entries[index]?.path ?? []);
    const moved = oldPath === null ? key : `${keyOf(oldPath)} → ${key}`;
    return kind === 'added' ? `+ ${key}` : kind === 'modified' ? `~ ${moved}` : moved;
  });
  const gone = changes.removed.map(({ path, at }) => `- ${keyOf(path)} @${String(at)}`);
  return [...kept, ...gone];
}

async function edited(root: Value, ...operations: readonly Operation[]): Promise<string[]> {
  const before = await stateOf(root);
  return differences(before, applyAll(before, ...operations));
}

const remove = (...paths: (readonly (string | number)[])[]): Operation => ({ kind: 'remove', selection: { paths } });
const set = (path: readonly (string | number)[], literal: string): Operation => ({ kind: 'setValue', path, literal });
const renameKey = (path: readonly string[], key: string): Operation => ({ kind: 'renameKey', path, key });

function training(): Value {
  return dict({
    model: orderedDict({ 'fc.weight': tensor('0'), 'fc.bias': tensor('1', { shape: [6] }) }),
    optimizer: dict({
      state: new PyDict([0, dict({ step: 3, exp_avg: tensor('2') })]),
      param_groups: list(dict({ lr: float(0.1), params: list(0) }), dict({ lr: float(0.1), params: list(1) })),
    }),
    epoch: 17,
    history: list(1, 1, 2),
  });
}

describe('what became of entries', () => {
  test('nothing, where a state is compared with itself or with one that says the same', async () => {
    const before = await stateOf(training());
    expect(isUnchanged(changesBetween(before, before))).toBe(true);
    const there = applyAll(before, set(['epoch'], '18'), set(['epoch'], '17'));
    expect(isUnchanged(changesBetween(before, there))).toBe(true);
    expect(isUnchanged(changesBetween(before, applyAll(before, { kind: 'move', path: ['epoch'], index: 0 })))).toBe(
      true,
    );
  });

  test('a value is set, one is added, one is gone', async () => {
    expect(
      await edited(
        training(),
        set(['epoch'], '0'),
        { kind: 'addEntry', path: ['classes'], literal: '120' },
        remove(['optimizer', 'state', 0, 'step']),
      ),
    ).toEqual(['~ epoch', '+ classes', '- optimizer.state.0.step @2']);
  });

  test('a tensor is cast, remapped, set to need gradients', async () => {
    const cast: Operation = { kind: 'cast', dtype: 'float16', selection: { paths: [['model', 'fc.bias']] } };
    expect(await edited(training(), cast)).toEqual(['~ model.fc.bias']);
    expect(await edited(training(), { kind: 'remapDevices', to: { kind: 'all', device: 'cuda:0' } })).toEqual([
      '~ model.fc.weight',
      '~ model.fc.bias',
      '~ optimizer.state.0.exp_avg',
    ]);
    const there: Operation = { kind: 'cast', dtype: 'float16' };
    const back: Operation = { kind: 'cast', dtype: 'float32' };
    // Rounded on the way, although it is a float32 again.
    expect(await edited(dict({ w: tensor('0') }), there, back)).toEqual(['~ w']);
    expect(await edited(dict({ w: parameter('0') }), { kind: 'requiresGrad', paths: [['w']], value: false })).toEqual([
      '~ w',
    ]);
  });

  test('one edit of several branches changes those alone', async () => {
    const root = dict({ a: parameter('0'), b: dict({ c: parameter('1') }), d: parameter('2') });
    const frozen: Operation = { kind: 'requiresGrad', paths: [['a'], ['b']], value: false };
    expect(await edited(root, frozen)).toEqual(['~ a', '~ b.c']);
  });

  test('a compacted tensor is what it was', async () => {
    const root = dict({ w: tensor('0', { shape: [2], elements: 6, offset: 3 }), v: tensor('1') });
    expect(await edited(root, { kind: 'compact' })).toEqual([]);
  });

  test('a tensor that takes the place of another one is not that one', async () => {
    const root = dict({ head: tensor('0'), old: tensor('1') });
    expect(await edited(root, remove(['head']), renameKey(['old'], 'head'))).toEqual(['old → head', '- head @0']);
    const added: Operation = { kind: 'addEntry', path: ['head'], literal: '1' };
    expect(await edited(root, remove(['head']), added)).toEqual(['~ head']);
  });

  test('a duplicate is new, and the first is what it was', async () => {
    expect(await edited(training(), { kind: 'duplicate', path: ['model'], key: 'ema' })).toEqual([
      '+ ema.fc.weight',
      '+ ema.fc.bias',
    ]);
  });
});

describe('keys', () => {
  test('are renamed with all below them, values too, edited besides or not', async () => {
    const rename = renameKey(['optimizer'], 'adam');
    const renamed = [
      'optimizer.state.0.step → adam.state.0.step',
      'optimizer.state.0.exp_avg → adam.state.0.exp_avg',
      'optimizer.param_groups.0.lr → adam.param_groups.0.lr',
      'optimizer.param_groups.0.params.0 → adam.param_groups.0.params.0',
      'optimizer.param_groups.1.lr → adam.param_groups.1.lr',
      'optimizer.param_groups.1.params.0 → adam.param_groups.1.params.0',
    ];
    expect(await edited(training(), rename)).toEqual(renamed);
    const [step, average, lr = '', ...others] = renamed;
    expect(await edited(training(), set(['optimizer', 'param_groups', 0, 'lr'], '1'), rename)).toEqual([
      step,
      average,
      `~ ${lr}`,
      ...others,
    ]);
    const cast: Operation = { kind: 'cast', dtype: 'float64' };
    expect((await edited(training(), rename, cast)).filter((text) => !text.includes('model'))).toEqual([
      step,
      `~ ${average ?? ''}`,
      lr,
      ...others,
    ]);
  });

  test('lose a prefix, with the names in _metadata', async () => {
    const model = orderedDict({ 'module.w': tensor('0'), 'module.b': tensor('1') });
    model.state = dict({
      _metadata: orderedDict({
        '': dict({ version: 1 }),
        module: dict({ version: 2 }),
        'module.w': dict({ version: 3 }),
      }),
    });
    expect(await edited(dict({ model }), { kind: 'stripPrefix', prefix: 'module.' })).toEqual([
      'model.module.w → model.w',
      'model.module.b → model.b',
      'model.._metadata.module.version → model.._metadata..version',
      'model.._metadata.module.w.version → model.._metadata.w.version',
      '- model.._metadata..version @2',
    ]);
  });

  test('of equal values are told by their order', async () => {
    const root = dict({ a: 0, b: 0, c: 0 });
    expect(await edited(root, renameKey(['a'], 'x'), renameKey(['c'], 'y'))).toEqual(['a → x', 'c → y']);
  });

  test('of thousands of like entries are told in one pass', async () => {
    const [shared, names] = [tensor('0'), Array.from({ length: 20_000 }, (_, index) => `m.${String(index)}`)];
    const tied = dict({
      model: orderedDict(Object.fromEntries(names.map((name) => [name, shared]))),
      zeros: list(...names.map(() => 0)),
    });
    const before = await stateOf(tied);
    const after = applyAll(before, { kind: 'stripPrefix', prefix: 'm.' }, remove(['zeros', 0]));
    const { entries, removed } = changesBetween(before, after);
    expect(entries.size).toBe(names.length);
    expect([...entries.values()].every(({ kind }) => kind === 'renamed')).toBe(true);
    expect(removed).toHaveLength(1);
  });

  test('of a sequence are no names', async () => {
    expect(await edited(training(), remove(['history', 0]))).toEqual(['- history.1 @10']);
    expect(await edited(training(), remove(['optimizer', 'param_groups', 0]))).toEqual([
      '- optimizer.param_groups.0.lr @4',
      '- optimizer.param_groups.0.params.0 @4',
    ]);
  });
});

describe('the whole file', () => {
  test('becomes a part of it', async () => {
    expect(await edited(training(), { kind: 'extract', path: ['model'] })).toEqual([
      'model.fc.weight → fc.weight',
      'model.fc.bias → fc.bias',
      ...['state.0.step', 'state.0.exp_avg', 'param_groups.0.lr', 'param_groups.0.params.0'].map(
        (key) => `- optimizer.${key} @2`,
      ),
      '- optimizer.param_groups.1.lr @2',
      '- optimizer.param_groups.1.params.0 @2',
      '- epoch @2',
      ...['history.0', 'history.1', 'history.2'].map((key) => `- ${key} @2`),
    ]);
  });

  test('becomes a part of another one, cast besides or not', async () => {
    const root = dict({ model: orderedDict({ w: tensor('0') }), epoch: 1 });
    const wrap: Operation = { kind: 'wrap', key: 'inner', values: [{ name: 'epoch', literal: '1' }] };
    expect(await edited(root, wrap)).toEqual(['model.w → inner.model.w', 'epoch → inner.epoch', '+ epoch']);
    expect(await edited(root, wrap, { kind: 'cast', dtype: 'float16' })).toEqual([
      '~ model.w → inner.model.w',
      'epoch → inner.epoch',
      '+ epoch',
    ]);
  });

  test('of a format without a pickle is compared too', async () => {
    const header = Buffer.from(
      JSON.stringify({
        __metadata__: { format: 'pt' },
        a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
        b: { dtype: 'F32', shape: [2], data_offsets: [8, 16] },
      }),
    );
    const length = Buffer.alloc(8);
    length.writeUInt32LE(header.length);
    const file = Buffer.concat([length, header, Buffer.alloc(16)]);
    const before = startState(await openCheckpoint(memorySource(file), { fileName: 'x.safetensors' }));
    expect(differences(before, applyAll(before, remove(['a'])))).toEqual(['- a @0']);
    expect(differences(before, applyAll(before, renameKey(['a'], 'c')))).toEqual(['a → c']);
  });
});

test('an object that becomes a dict has another type, and in it what was in it', async () => {
  const root = dict({ args: object('argparse.Namespace', dict({ lr: float(0.5), n: 3 })), w: tensor('0') });
  const before = await stateOf(root);
  const after = applyAll(before, { kind: 'plainValues' });
  expect(differences(before, after)).toEqual([]);
  expect([...changesBetween(before, after).oldTypes]).toEqual([[1, 'argparse.Namespace']]);
});

test('what is gone keeps its branch, and the optimizer that it was', async () => {
  const before = await stateOf(training());
  const { removed, removedBranches } = changesBetween(
    before,
    applyAll(before, remove(['optimizer']), renameKey(['model'], 'net')),
  );
  expect(removed).toHaveLength(6);
  expect(
    removedBranches.map(({ path, branch }) => `${keyOf(path)} ${String(branch.first)}–${String(branch.end)}`),
  ).toEqual([
    'optimizer 0–6',
    'optimizer.state 0–2',
    'optimizer.state.0 0–2',
    'optimizer.param_groups 2–6',
    'optimizer.param_groups.0 2–4',
    'optimizer.param_groups.0.params 3–4',
    'optimizer.param_groups.1 4–6',
    'optimizer.param_groups.1.params 5–6',
  ]);
  expect(removedBranches.map(({ optimizer }) => optimizer?.groups.length ?? null)).toEqual([
    2,
    ...Array<null>(7).fill(null),
  ]);
});

test('what is gone from a renamed container stands in that one', async () => {
  const root = dict({ a: 1, model: orderedDict({ v: tensor('0'), w: tensor('1') }) });
  expect(await edited(root, remove(['model', 'v']), renameKey(['model'], 'net'))).toEqual([
    'model.w → net.w',
    '- net.v @1',
  ]);
});
