import { describe, expect, it } from 'vitest';
import { wrapperPrefix } from '../../../src/core/checkpoint/kinds';
import type { Value } from '../../../src/core/pickle/values';
import { call, dict, list, object, open, orderedDict, str, tensor, tuple } from './builders';

const stateDict = orderedDict({ 'module.w': tensor('0'), 'module.b': tensor('1') });
const optimizer = dict({ state: dict({}), param_groups: list() });
const module = object(
  'pkg.Net',
  dict({ _parameters: dict({ w: tensor('0') }), _buffers: dict({}), _modules: dict({}) }),
);

describe('the kind of a checkpoint', () => {
  it.each<[string, Value, string]>([
    ['a Lightning checkpoint', dict({ 'pytorch-lightning_version': str('2.0'), state_dict: stateDict }), 'lightning'],
    ['a module', module, 'module'],
    ['optimizer state', optimizer, 'optimizer'],
    ['a tensor', tensor('0'), 'tensor'],
    ['a list of tensors', list(tensor('0'), tensor('1')), 'tensors'],
    ['a tuple of tensors', tuple(tensor('0')), 'tensors'],
    ['a list of tensors and others', list(tensor('0'), 1), 'other'],
    ['an empty list', list(), 'other'],
    ['a state dict', stateDict, 'state-dict'],
    ['a state dict in a plain dict', dict({ w: tensor('0') }), 'state-dict'],
    ['tensors beside a number', dict({ w: tensor('0'), epoch: 1 }), 'other'],
    ['an empty dict', dict({}), 'other'],
    ['a state dict below', dict({ net: stateDict, epoch: 1 }), 'training-checkpoint'],
    ['a module below', dict({ model: module }), 'training-checkpoint'],
    ['an optimizer below', dict({ opt: optimizer, epoch: 1 }), 'training-checkpoint'],
    ['a state dict deep below', dict({ a: dict({ b: stateDict }) }), 'training-checkpoint'],
    ['numbers', dict({ epoch: 1 }), 'other'],
    ['an object', object('argparse.Namespace', dict({ lr: 1 })), 'other'],
  ])('%s', async (_, root, kind) => {
    expect((await open(root)).kind).toBe(kind);
  });

  it('leaves `_metadata` aside', async () => {
    const withMetadata = orderedDict({ w: tensor('0') });
    withMetadata.state = dict({ _metadata: call('collections.OrderedDict') });
    const checkpoint = await open(withMetadata);
    expect(checkpoint.kind).toBe('state-dict');
    expect(checkpoint.entries.map(({ path }) => path)).toEqual([['w'], ['._metadata']]);
  });

  it('does not take the state of an optimizer for a state dict', async () => {
    const state = dict([[0, dict({ exp_avg: tensor('0') })]]);
    const checkpoint = await open(dict({ optimizer: dict({ state, param_groups: list() }) }));
    expect(checkpoint.branches.filter(({ role }) => role === 'state-dict')).toEqual([]);
  });
});

describe('the prefix of a wrapper', () => {
  it('is that of the main state dict', async () => {
    expect((await open(dict({ net: stateDict, epoch: 1 }))).wrapper).toBe('module.');
  });

  it.each<[readonly string[], string | null]>([
    [['module.w', 'module.b'], 'module.'],
    [['_orig_mod.module.w', '_orig_mod.module.b'], '_orig_mod.module.'],
    [['model.w', 'model.b'], 'model.'],
    [['n_averaged', 'module.w'], 'module.'],
    [['module.w', 'b'], null],
    [['module.'], null],
    [['fc.weight', 'fc.bias'], null],
    [[], null],
  ])('%j has %j', (keys, prefix) => {
    expect(wrapperPrefix(keys)).toBe(prefix);
  });
});
