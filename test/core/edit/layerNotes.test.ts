import { describe, expect, it } from 'vitest';
import { layersNamed } from '../../../src/core/edit/layerNames';
import { layerNotes } from '../../../src/core/edit/layerNotes';
import { layersOf } from '../../../src/core/edit/layers';
import { optimizerConsequences } from '../../../src/core/edit/consequences';
import { apply } from '../../../src/core/edit/apply';
import { contextOf } from '../../../src/core/edit/operations/context';
import type { Operation, ReplaceLayer } from '../../../src/core/edit/operations';
import type { EditState } from '../../../src/core/edit/state';
import { layerText, parseLayerCall } from '../../../src/core/init/layerCall';
import type { Value } from '../../../src/core/pickle/values';
import { dict, ints, list, object, orderedDict, parameter, tensor } from '../checkpoint/builders';
import { keys, refusal, stateOf, tensors } from './support';

let nextKey = 0;
const at = (...shape: readonly number[]): Value => tensor(String(nextKey++), { shape });

function network(): Readonly<Record<string, Value>> {
  nextKey = 0;
  return {
    'conv1.weight': at(8, 3, 3, 3),
    'bn1.weight': at(8),
    'bn1.bias': at(8),
    'bn1.running_mean': at(8),
    'bn1.running_var': at(8),
    'conv2.weight': at(16, 8, 3, 3),
    'conv2.bias': at(16),
    'fc1.weight': at(20, 64),
    'fc1.bias': at(20),
    'fc2.weight': at(10, 20),
    'fc2.bias': at(10),
  };
}

const records = Object.fromEntries(Array.from({ length: 12 }, (_, key) => [String(key), 20_000]));

async function model(wrap: (entries: Readonly<Record<string, Value>>) => Value = orderedDict): Promise<EditState> {
  return stateOf(wrap(network()), records);
}

function replace(path: readonly (string | number)[], call: string, more: Partial<ReplaceLayer> = {}): ReplaceLayer {
  const layer = parseLayerCall(call).spec;
  return { kind: 'replaceLayer', path, layer, initialisation: { kind: 'default' }, seed: 0, ...more };
}

describe('layers of a file', () => {
  it('are told from their weights', async () => {
    const layers = layersOf(contextOf(await model()));
    expect(layers.map(({ name, spec, isExact }) => [name, spec === null ? null : layerText(spec), isExact])).toEqual([
      ['conv1', 'nn.Conv2d(3, 8, kernel_size=3, bias=False)', false],
      ['bn1', 'nn.BatchNorm2d(8)', false],
      ['conv2', 'nn.Conv2d(8, 16, kernel_size=3)', false],
      ['fc1', 'nn.Linear(64, 20)', false],
      ['fc2', 'nn.Linear(20, 10)', false],
    ]);
  });

  it('are read from their objects', async () => {
    nextKey = 0;
    const conv = object(
      'torch.nn.modules.conv.Conv2d',
      dict({
        training: true,
        _parameters: dict({ weight: parameter('0', { shape: [4, 2, 3, 3] }), bias: null }),
        _buffers: dict({}),
        _modules: dict({}),
        in_channels: 4,
        out_channels: 4,
        kernel_size: ints(3, 3),
        stride: ints(2, 2),
        groups: 2,
      }),
    );
    const [layer] = layersOf(contextOf(await stateOf(dict({ net: conv }), { 0: 288 })));
    expect(layer).toMatchObject({ path: ['net'], name: '', isExact: true });
    expect(layer?.spec && layerText(layer.spec)).toBe('nn.Conv2d(4, 4, kernel_size=3, stride=2, groups=2, bias=False)');
  });

  it('are found by the names that code has', async () => {
    const { checkpoint } = await model((entries) => dict({ model: orderedDict(entries), epoch: 3 }));
    expect(layersNamed(checkpoint, 'fc1')).toEqual([['model', 'fc1']]);
    expect(layersNamed(checkpoint, 'model.fc1')).toEqual([['model', 'fc1']]);
    expect(layersNamed(checkpoint, 'self.fc1')).toEqual([['model', 'fc1']]);
    expect(layersNamed(checkpoint, 'fc')).toEqual([]);
    const twice = await stateOf(
      dict({ a: orderedDict({ 'fc.weight': at(2, 3) }), b: orderedDict({ 'fc.weight': at(2, 3) }) }),
      records,
    );
    expect(layersNamed(twice.checkpoint, 'fc')).toEqual([
      ['a', 'fc'],
      ['b', 'fc'],
    ]);
  });
});

describe('what replacing a layer means for others', () => {
  it.each([
    ['fc2', 'nn.Linear(20, 3)', []],
    ['fc2', 'nn.Linear(24, 3)', [{ code: 'input-differs', layer: 'fc2', was: 20, now: 24 }]],
    ['fc1', 'nn.Linear(64, 24)', [{ code: 'next-input', layer: 'fc2', was: 20, now: 24 }]],
    ['conv2', 'nn.Conv2d(8, 32, 3)', [{ code: 'next-input', layer: 'fc1', was: 64, now: 128 }]],
    [
      'conv1',
      'nn.Conv2d(3, 12, 5, stride=2, padding=3)',
      [
        { code: 'norm-size', layer: 'bn1', was: 8, now: 12 },
        { code: 'next-input', layer: 'conv2', was: 8, now: 12 },
        { code: 'keys-come', keys: ['conv1.bias'] },
        { code: 'in-code', arguments: ['stride=(2, 2)', 'padding=(3, 3)'] },
      ],
    ],
    [
      'bn1',
      'nn.GroupNorm(2, 8)',
      [
        { code: 'keys-go', keys: ['bn1.running_mean', 'bn1.running_var'] },
        { code: 'in-code', arguments: ['num_groups=2'] },
      ],
    ],
    [
      'fc2',
      'nn.Embedding(10, 20)',
      [
        { code: 'kind-changes', from: 'Linear', to: 'Embedding' },
        { code: 'keys-go', keys: ['fc2.bias'] },
      ],
    ],
  ])('%s = %s', async (name, call, notes) => {
    expect(layerNotes(await model(), replace([name], call))).toEqual(notes);
  });

  it('says which keys were one tensor with it', async () => {
    const weight = tensor('0', { shape: [4, 3] });
    const state = await stateOf(orderedDict({ 'emb.weight': weight, 'head.weight': weight }), { 0: 48 });
    expect(layerNotes(state, replace(['head'], 'nn.Linear(3, 4, bias=False)'))).toEqual([
      { code: 'was-tied', keys: ['emb.weight'] },
    ]);
  });

  it('says what an optimizer makes of it', async () => {
    const state = await model((entries) => {
      const ids = list(...Array.from({ length: 9 }, (_, id) => id));
      const optimizer = dict({ state: dict({}), param_groups: list(dict({ lr: 1, params: ids })) });
      return dict({ model: orderedDict(entries), optimizer });
    });
    const consequence = (operation: Operation): unknown => optimizerConsequences(state, apply(state, operation))[0];
    expect(consequence(replace(['model', 'fc2'], 'nn.Linear(20, 3)'))).toMatchObject({
      changes: [
        { parameter: 7, key: 'fc2.weight', change: 'reshaped' },
        { parameter: 8, key: 'fc2.bias', change: 'reshaped' },
      ],
      added: [],
      refused: false,
      breaks: true,
    });
    expect(consequence(replace(['model', 'fc2'], 'nn.Linear(20, 10, bias=False)'))).toMatchObject({
      changes: [{ change: 'redrawn' }, { change: 'removed' }],
      refused: true,
      breaks: false,
    });
    expect(consequence(replace(['model', 'conv1'], 'nn.Conv2d(3, 8, 3)'))).toMatchObject({
      changes: [{ change: 'redrawn' }],
      added: ['conv1.bias'],
      refused: true,
    });
  });
});

describe('a layer in a state dict', () => {
  it('keeps its place, its storage tag and its dtype', async () => {
    const state = await stateOf(
      orderedDict({
        'a.weight': tensor('0', { shape: [2, 3] }),
        'fc.weight': tensor('1', { type: 'torch.HalfStorage', device: 'cuda:1', shape: [2, 3] }),
        'z.weight': tensor('2', { shape: [2, 3] }),
      }),
      { 0: 24, 1: 12, 2: 24 },
    );
    const after = apply(state, replace(['fc'], 'nn.Linear(3, 4)'));
    expect(tensors(after)).toEqual([
      'a.weight float32 cpu 0+0 [2,3]',
      'fc.weight float16 cuda:1 edit-0+0 [4,3]',
      'fc.bias float16 cuda:1 edit-1+0 [4]',
      'z.weight float32 cpu 2+0 [2,3]',
    ]);
    expect(keys(state)).toEqual(['a.weight', 'fc.weight', 'z.weight']);
  });

  it('may be all that there is', async () => {
    const state = await stateOf(orderedDict({ weight: tensor('0'), bias: tensor('1', { shape: [2] }) }));
    expect(keys(apply(state, replace([''], 'nn.Linear(3, 4, bias=False)')))).toEqual(['weight']);
    expect(refusal(state, replace([''], 'nn.Identity()'))).toMatchObject({ reason: 'nothing-left' });
  });

  it('is refused where it cannot be made', async () => {
    const quantized = tensor('0', { type: 'torch.CharStorage', shape: [2, 3] });
    const state = await stateOf(orderedDict({ 'fc.weight': quantized, 'head.weight': tensor('1') }));
    expect(refusal(state, replace(['fc'], 'nn.Linear(3, 4)'))).toEqual({
      code: 'edit-unsupported',
      reason: 'layer-not-float',
      entries: ['fc.weight'],
    });
    expect(refusal(state, replace(['f'], 'nn.Linear(3, 4)'))).toMatchObject({ reason: 'no-layer', entries: ['f'] });
    expect(refusal(state, replace([], 'nn.Linear(3, 4)'))).toMatchObject({ reason: 'no-layer' });
    expect(refusal(state, replace(['head'], 'nn.Linear(3, 4)', { seed: 0.5 }))).toMatchObject({ reason: 'bad-seed' });
    const orthogonal = { initialisation: { kind: 'orthogonal' } } as const;
    expect(refusal(state, replace(['head'], 'nn.Linear(100000, 4000)', orthogonal)).reason).toBe('matrix-too-large');
    const resize = { kind: 'resize', path: ['head.weight'], seed: 0 } as const;
    expect(refusal(state, { ...resize, shape: [3] }).reason).toBe('bad-shape');
    expect(refusal(state, { ...resize, shape: [2 ** 40, 2 ** 40] }).reason).toBe('bad-shape');
    expect(refusal(state, { kind: 'reinitialise', seed: 0, steps: [] }).reason).toBe('nothing-chosen');
  });

  it('is refused where only its numbers would change, and its object says its sizes', async () => {
    const fc = object(
      'torch.nn.modules.linear.Linear',
      dict({ _parameters: dict({ weight: parameter('0') }), _buffers: dict({}), _modules: dict({}), out_features: 2 }),
    );
    const state = await stateOf(dict({ fc }), { 0: 24 });
    expect(refusal(state, { kind: 'resize', path: ['fc', 'weight'], shape: [4, 3], seed: 0 })).toEqual({
      code: 'edit-unsupported',
      reason: 'module-sizes',
      entries: ['fc.weight'],
    });
  });
});
