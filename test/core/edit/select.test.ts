import { describe, expect, test } from 'vitest';
import type { Path } from '../../../src/core/checkpoint/checkpoint';
import { apply } from '../../../src/core/edit/apply';
import type { Keep, Remove } from '../../../src/core/edit/operations';
import { PyDict, PySet, type Value } from '../../../src/core/pickle/values';
import {
  call,
  dict,
  float,
  ints,
  list,
  object,
  orderedDict,
  parameter,
  str,
  tensor,
  tuple,
} from '../checkpoint/builders';
import { applyAll, keys, refusal, stateOf } from './support';

const keep = (...paths: Path[]): Keep => ({ kind: 'keep', selection: { paths } });
const remove = (...paths: Path[]): Remove => ({ kind: 'remove', selection: { paths } });

function training(): Value {
  return dict({
    model: orderedDict({ 'fc.weight': tensor('0'), 'fc.bias': tensor('1', { shape: [6] }) }),
    optimizer: dict({
      state: new PyDict([0, dict({ step: 3, exp_avg: tensor('2') })]),
      param_groups: list(dict({ lr: float(0.1), params: list(0) })),
    }),
    epoch: 17,
    history: list(1, 2, 3),
  });
}

describe('remove', () => {
  test('takes away keys, whole branches and list items', async () => {
    const state = await stateOf(training());
    const after = apply(state, remove(['model', 'fc.bias'], ['optimizer'], ['history', 1]));
    expect(keys(after)).toEqual(['model.fc.weight', 'epoch = 17', 'history.0 = 1', 'history.1 = 3']);
    expect(keys(state)).toHaveLength(10);
  });

  test('takes a container with its last entry, upwards', async () => {
    const state = await stateOf(dict({ a: dict({ b: list(dict({ c: 1 })) }), d: 2 }));
    expect(keys(apply(state, remove(['a', 'b', 0, 'c'])))).toEqual(['d = 2']);
  });

  test('leaves an emptied state dict out, although it has _metadata', async () => {
    const model = orderedDict({ w: tensor('0') });
    model.state = dict({ _metadata: orderedDict({ '': dict({ version: 1 }) }) });
    const state = await stateOf(dict({ model, epoch: 1 }));
    expect(keys(apply(state, remove(['model', 'w'])))).toEqual(['epoch = 1']);
  });

  test('leaves an object that loses its parameters, and its attributes', async () => {
    const module = object(
      'pkg.Net',
      dict({ training: true, _parameters: dict({ w: parameter('0') }), _buffers: dict({}), _modules: dict({}) }),
    );
    const after = apply(await stateOf(dict({ module })), remove(['module', 'w']));
    expect(keys(after)).toEqual(['module..training = True']);
  });

  test('takes a key that is set twice both times', async () => {
    const state = await stateOf(new PyDict([str('a'), 1, str('b'), 2, str('a'), 3]));
    expect(keys(apply(state, remove(['a'])))).toEqual(['b = 2']);
  });

  test('works on tuples and sets', async () => {
    const state = await stateOf(dict({ t: tuple(1, 2), s: new PySet('set', [5, 6]) }));
    expect(keys(apply(state, remove(['t', 0], ['s', 1])))).toEqual(['t.0 = 2', 's.0 = 5']);
  });

  test('edits an object that stands in two places in both, as Python would', async () => {
    const shared = dict({ x: 1, y: 2 });
    const after = apply(await stateOf(dict({ a: shared, b: shared })), remove(['a', 'x']));
    expect(keys(after)).toEqual(['a.y = 2', 'b.y = 2']);
  });

  test('matches globs on keys, dots and brackets as they are', async () => {
    const state = await stateOf(training());
    const after = apply(state, { kind: 'remove', selection: { globs: ['optimizer*', '*bias', 'history.?'] } });
    expect(keys(after)).toEqual(['model.fc.weight', 'epoch = 17']);
  });

  test('refuses to leave nothing, a path that leads nowhere, and parts of a call', async () => {
    const state = await stateOf(dict({ a: call('pkg.Thing', 1, 2) }));
    expect(refusal(state, remove(['a']))).toMatchObject({ code: 'edit-empty', reason: 'nothing-left' });
    expect(refusal(state, remove(['a', 'b']))).toMatchObject({ code: 'edit-no-match', entries: ['a.b'] });
    expect(refusal(state, remove(['a', '(0)']))).toMatchObject({ code: 'edit-unsupported', entries: ['a.(0)'] });
    expect(refusal(state, remove())).toMatchObject({ code: 'edit-no-match', reason: 'nothing-chosen' });
    expect(refusal(state, { kind: 'remove', selection: { globs: ['x*'] } })).toMatchObject({ entries: ['x*'] });
  });
});

describe('keep', () => {
  test('leaves what is chosen alone, in its order', async () => {
    const after = apply(await stateOf(training()), keep(['history', 2], ['model', 'fc.weight'], ['epoch']));
    expect(keys(after)).toEqual(['model.fc.weight', 'epoch = 17', 'history.0 = 3']);
  });

  test('keeps a branch whole', async () => {
    const after = apply(await stateOf(training()), keep(['model']));
    expect(keys(after)).toEqual(['model.fc.weight', 'model.fc.bias']);
  });

  test('keeps _metadata of a state dict, and the attributes of a module', async () => {
    const model = orderedDict({ 'a.w': tensor('0'), 'b.w': tensor('1') });
    model.state = dict({ _metadata: orderedDict({ '': dict({ version: 1 }) }) });
    const inner = object(
      'pkg.Part',
      dict({
        training: true,
        _parameters: dict({ w: parameter('0'), v: parameter('1') }),
        _buffers: dict({}),
        _modules: dict({}),
      }),
    );
    const module = object(
      'pkg.Net',
      dict({
        training: false,
        _parameters: dict({ p: parameter('2') }),
        _buffers: dict({}),
        _modules: dict({ part: inner }),
      }),
    );
    const after = apply(await stateOf(dict({ model, module, epoch: 3 })), keep(['model', 'b.w'], ['module', 'part.v']));
    expect(keys(after)).toEqual(
      [
        'model.b.w',
        'model._metadata..version = 1',
        'module..training = False',
        'module.part.v',
        'module.part..training = True',
      ].map((key) => key.replace('model._metadata', 'model.._metadata')),
    );
  });

  test('keeps the parameters of a submodule that is chosen', async () => {
    const part = object(
      'pkg.Part',
      dict({ _parameters: dict({ w: parameter('0') }), _buffers: dict({}), _modules: dict({}) }),
    );
    const module = object(
      'pkg.Net',
      dict({ _parameters: dict({ p: parameter('2') }), _buffers: dict({}), _modules: dict({ part }) }),
    );
    expect(keys(apply(await stateOf(dict({ module })), keep(['module', 'part'])))).toEqual(['module.part.w']);
  });

  test('is refused where nothing is chosen', async () => {
    expect(refusal(await stateOf(dict({ a: 1 })), keep(['b']))).toMatchObject({
      code: 'edit-no-match',
      entries: ['b'],
    });
  });
});

test('numbers of the checkpoint follow: storages, weights_only, kind', async () => {
  const state = await stateOf(
    dict({
      model: orderedDict({ w: tensor('0') }),
      args: object('argparse.Namespace', dict({ lr: 1 })),
      shape: call('torch.Size', ints(2)),
    }),
  );
  expect(state.checkpoint).toMatchObject({ kind: 'training-checkpoint', weightsOnly: { loads: false } });
  const after = applyAll(state, remove(['args'], ['shape']));
  expect(after.checkpoint.weightsOnly).toEqual({ torch: '2.13', loads: true, blockers: [] });
  expect(after.checkpoint.imports.map(({ name }) => name)).not.toContain('argparse.Namespace');
  expect(apply(after, keep(['model'])).checkpoint.summary).toMatchObject({ tensors: 1, storageBytes: 24 });
});
