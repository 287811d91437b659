import { describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../../src/core/checkpoint/checkpoint';
import { optimizerCandidates } from '../../../src/core/checkpoint/optimizerClass';
import { keyOf } from '../../../src/core/checkpoint/path';
import type { PyCall, PyDict, Value } from '../../../src/core/pickle/values';
import { dict, float, list, object, open, orderedDict, parameter, str, tensor, tensorsOf } from './builders';

/** A state dict with a float32 tensor of each shape; a name with `:int` is int64. */
function stateDict(shapes: Readonly<Record<string, readonly number[]>>, storageFrom = 0): PyCall {
  return orderedDict(
    Object.fromEntries(
      Object.entries(shapes).map(([name, shape], at) => [
        name.replace(':int', ''),
        tensor(String(storageFrom + at), { shape, ...(name.endsWith(':int') && { type: 'torch.LongStorage' }) }),
      ]),
    ),
  );
}

interface Group {
  readonly params: readonly Value[];
  readonly names?: readonly string[];
}

/** An SGD state with a momentum of each shape, by the id of its parameter. */
function sgd(groups: readonly Group[], momenta: ReadonlyMap<Value, readonly number[]>): PyDict {
  const state = [...momenta].map(
    ([id, shape], at) => [id, dict({ momentum_buffer: tensor(`m${String(at)}`, { shape }) })] as const,
  );
  return dict({
    state: dict(state),
    param_groups: list(
      ...groups.map(({ params, names }) =>
        dict({
          lr: float(0.1),
          momentum: float(0.9),
          dampening: 0,
          nesterov: false,
          params: list(...params),
          ...(names && { param_names: list(...names.map(str)) }),
        }),
      ),
    ),
  });
}

function shapesById(...shapes: readonly (readonly number[])[]): Map<Value, readonly number[]> {
  return new Map(shapes.map((shape, id) => [id, shape]));
}

function parameterNames(checkpoint: Checkpoint): (string | null)[] {
  return tensorsOf(checkpoint)
    .filter(({ path }) => path.includes('momentum_buffer'))
    .map(({ parameter: name }) => name);
}

describe('names of the parameters that optimizer state belongs to', () => {
  it('follow the order of the model, buffers of BatchNorm and integers left out', async () => {
    const checkpoint = await open(
      dict({
        model: stateDict({
          'conv.weight': [4, 3, 1, 1],
          'bn.weight': [4],
          'bn.bias': [4],
          'bn.running_mean': [4],
          'bn.running_var': [4],
          'bn.num_batches_tracked:int': [],
        }),
        optimizer: sgd([{ params: [0, 1, 2] }], shapesById([4, 3, 1, 1], [4], [4])),
      }),
    );
    expect(parameterNames(checkpoint)).toEqual(['conv.weight', 'bn.weight', 'bn.bias']);
    const [info] = checkpoint.optimizers;
    expect(info).toMatchObject({ candidates: ['SGD'], certain: false, groups: [3] });
    const keys = (indexes: readonly (number | null)[]): string[] =>
      indexes.map((index) => keyOf(checkpoint.entries[index ?? -1]?.path ?? []));
    expect(keys(info?.parameters ?? [])).toEqual(['model.conv.weight', 'model.bn.weight', 'model.bn.bias']);
    expect(keys(info?.buffers ?? [])).toEqual([
      'model.bn.running_mean',
      'model.bn.running_var',
      'model.bn.num_batches_tracked',
    ]);
  });

  it('are found among buffers and frozen parameters where the shapes leave one way only', async () => {
    const model = stateDict({ scale: [1], 'fc.weight': [2, 3], 'fc.bias': [2] });
    const checkpoint = await open(dict({ model, optimizer: sgd([{ params: [0, 1] }], shapesById([2, 3], [2])) }));
    expect(parameterNames(checkpoint)).toEqual(['fc.weight', 'fc.bias']);
  });

  it('are not guessed where two ways are left', async () => {
    const model = stateDict({ 'a.bias': [2], 'b.bias': [2] });
    const checkpoint = await open(dict({ model, optimizer: sgd([{ params: [0] }], shapesById([2])) }));
    expect(parameterNames(checkpoint)).toEqual([null]);
    expect(checkpoint.optimizers[0]?.parameters).toEqual([null]);
  });

  it('are not guessed where the shapes do not agree', async () => {
    const model = stateDict({ weight: [2, 3], bias: [2] });
    const checkpoint = await open(dict({ model, optimizer: sgd([{ params: [0, 1] }], shapesById([3, 2], [2])) }));
    expect(parameterNames(checkpoint)).toEqual([null, null]);
  });

  it('are not guessed where another order of the groups would fit too', async () => {
    const model = stateDict({ 'a.weight': [2], 'b.weight': [2] });
    const groups = [{ params: [0] }, { params: [1] }];
    const checkpoint = await open(dict({ model, optimizer: sgd(groups, shapesById([2], [2])) }));
    expect(parameterNames(checkpoint)).toEqual([null, null]);
  });

  it('are taken over several groups where only their own order fits', async () => {
    const model = stateDict({ 'a.weight': [2, 3], 'b.weight': [5] });
    const groups = [{ params: [0] }, { params: [1] }];
    const checkpoint = await open(dict({ model, optimizer: sgd(groups, shapesById([2, 3], [5])) }));
    expect(parameterNames(checkpoint)).toEqual(['a.weight', 'b.weight']);
  });

  it('are derived for groups that take turns, as those with and without weight decay do', async () => {
    const model = stateDict({
      'emb.weight': [5, 4],
      'fc.weight': [4, 4],
      'fc.bias': [4],
      'norm.weight': [4],
      'norm.bias': [4],
      'head.weight': [5, 4],
    });
    const groups = [{ params: [0, 1, 2] }, { params: [3, 4, 5] }];
    const momenta = shapesById([5, 4], [4, 4], [5, 4], [4], [4], [4]);
    const checkpoint = await open(dict({ model, optimizer: sgd(groups, momenta) }));
    expect(parameterNames(checkpoint)).toEqual([
      'emb.weight',
      'fc.weight',
      'head.weight',
      'fc.bias',
      'norm.weight',
      'norm.bias',
    ]);
    expect(checkpoint.optimizers[0]).toMatchObject({ unnamed: null, parameters: [0, 1, 5, 2, 3, 4] });
  });

  it('are derived one group after the other, and only where one tensor is left', async () => {
    const model = stateDict({
      'a.weight': [4, 4],
      'a.bias': [4],
      'b.weight': [6, 4],
      'b.bias': [4],
      'b.gain': [4],
      'c.weight': [2, 4],
    });
    // The first group has one of [4] between its matrices, and one of two behind the second of them.
    const groups = [{ params: [0, 1, 2, 3, 4] }, { params: [5] }];
    const momenta = shapesById([4, 4], [4], [6, 4], [4], [2, 4], [4]);
    const checkpoint = await open(dict({ model, optimizer: sgd(groups, momenta) }));
    expect(parameterNames(checkpoint)).toEqual(['a.weight', 'a.bias', 'b.weight', null, 'c.weight', null]);
    const [info] = checkpoint.optimizers;
    expect(info).toMatchObject({ unnamed: 'order', parameters: [null, null, null, null, null, null] });
  });

  it('are derived by shapes that there is one of, where the order is another one', async () => {
    const model = stateDict({ 'a.weight': [4, 4], 'a.bias': [4], 'b.weight': [6, 4], 'b.bias': [4] });
    const momenta = shapesById([6, 4], [4, 4], [4]);
    const checkpoint = await open(dict({ model, optimizer: sgd([{ params: [0, 1, 2] }], momenta) }));
    expect(parameterNames(checkpoint)).toEqual(['b.weight', 'a.weight', null]);
    expect(checkpoint.optimizers[0]?.unnamed).toBe('order');
  });

  it('say why they are missing', async () => {
    const optimizer = sgd([{ params: [0] }], shapesById([2, 3]));
    const reason = async (models: Readonly<Record<string, Value>>): Promise<string | null | undefined> =>
      (await open(dict({ ...models, optimizer }))).optimizers[0]?.unnamed;
    expect(await reason({})).toBe('no-model');
    expect(await reason({ model: stateDict({ w: [3, 2] }) })).toBe('no-fit');
    expect(await reason({ model: stateDict({ v: [2, 3], w: [2, 3] }) })).toBe('order');
    expect(await reason({ g: stateDict({ v: [2, 3] }), d: stateDict({ w: [2, 3] }) })).toBe('several-models');
    expect(await reason({ model: stateDict({ w: [2, 3] }) })).toBeNull();
  });

  it('are looked for in bounded time, however many groups there are', async () => {
    const ids = Array.from({ length: 6000 }, (_, at) => at);
    const model = stateDict(Object.fromEntries(ids.map((id) => [`w${String(id)}`, [2]])));
    const groups = ids.map((id) => ({ params: [id] }));
    const checkpoint = await open(dict({ model, optimizer: sgd(groups, shapesById([2])) }));
    expect(checkpoint.optimizers[0]?.parameters).toEqual(ids.map(() => null));
  });

  it('are not guessed between two models, but are between a model and its average', async () => {
    const optimizer = sgd([{ params: [0] }], shapesById([2, 3]));
    const two = await open(dict({ g: stateDict({ w: [2, 3] }), d: stateDict({ v: [2, 3] }, 1), optimizer }));
    expect(parameterNames(two)).toEqual([null]);
    const average = await open(dict({ model: stateDict({ w: [2, 3] }), ema: stateDict({ w: [2, 3] }, 1), optimizer }));
    expect(parameterNames(average)).toEqual(['w']);
  });

  it('count a tied weight once', async () => {
    const tied = tensor('0', { shape: [2, 3] });
    const model = orderedDict({ 'in.weight': tied, 'out.weight': tied, 'out.bias': tensor('1', { shape: [2] }) });
    const checkpoint = await open(dict({ model, optimizer: sgd([{ params: [0, 1] }], shapesById([2, 3], [2])) }));
    expect(parameterNames(checkpoint)).toEqual(['in.weight', 'out.bias']);
  });

  it('are those that param_names gives, in whatever order', async () => {
    const groups = [{ params: [0, 1], names: ['b', 'a'] }];
    const model = stateDict({ a: [2], b: [2] });
    const checkpoint = await open(dict({ model, optimizer: sgd(groups, shapesById([2], [2])) }));
    expect(parameterNames(checkpoint)).toEqual(['b', 'a']);
  });

  it('are the keys themselves where the state is kept by name', async () => {
    const momenta = new Map<Value, readonly number[]>([[str('fc.weight'), [2, 3]]]);
    const checkpoint = await open(dict({ osd: sgd([{ params: [str('fc.weight')] }], momenta) }));
    expect(parameterNames(checkpoint)).toEqual(['fc.weight']);
  });

  it('are found by storage where a whole optimizer was pickled', async () => {
    const weight = parameter('0');
    const group = dict({ lr: float(0.1), params: list(weight) });
    const state = dict([[weight, dict({ momentum_buffer: tensor('1') })]]);
    const optimizer = object('torch.optim.sgd.SGD', dict({ state, param_groups: list(group) }));
    const checkpoint = await open(dict({ model: orderedDict({ 'fc.weight': tensor('0') }), optimizer }));
    expect(parameterNames(checkpoint)).toEqual(['fc.weight']);
    expect(checkpoint.optimizers[0]).toMatchObject({ candidates: ['SGD'], certain: true });
    expect(checkpoint.summary.parameters).toBe(6);
  });
});

describe('the class of an optimizer', () => {
  const group = (keys: string, decoupled: boolean | null = null, weightDecay: number | null = 0) => ({
    keys: new Set(keys.split(' ')),
    decoupled,
    weightDecay,
  });

  it.each<[string, ReturnType<typeof group>, string | null, string[]]>([
    ['SGD', group('lr momentum dampening weight_decay nesterov'), null, ['SGD']],
    ['Adam by its default decay', group('lr betas eps weight_decay amsgrad'), null, ['Adam', 'AdamW']],
    ['AdamW by its default decay', group('lr betas eps weight_decay amsgrad', null, 0.01), null, ['AdamW', 'Adam']],
    [
      'AdamW, as torch 2.7 says',
      group('lr betas eps weight_decay amsgrad decoupled_weight_decay', true),
      null,
      ['AdamW'],
    ],
    [
      'Adam, as torch 2.7 says',
      group('lr betas eps weight_decay amsgrad decoupled_weight_decay', false),
      null,
      ['Adam'],
    ],
    ['Adamax', group('lr betas eps weight_decay foreach'), 'exp_inf', ['Adamax']],
    ['RAdam', group('lr betas eps weight_decay foreach'), 'exp_avg_sq', ['RAdam']],
    ['Adamax or RAdam, before the first step', group('lr betas eps weight_decay'), null, ['Adamax', 'RAdam']],
    ['NAdam', group('lr betas eps weight_decay momentum_decay'), null, ['NAdam']],
    ['RMSprop', group('lr momentum alpha eps centered weight_decay'), null, ['RMSprop']],
    ['LBFGS', group('lr max_iter history_size tolerance_grad'), null, ['LBFGS']],
    ['somebody else’s', group('lr rho_schedule'), null, []],
  ])('%s', (_, one, stateKey, names) => {
    expect(optimizerCandidates([one], stateKey === null ? null : new Set(['step', stateKey]))).toEqual(names);
  });
});
