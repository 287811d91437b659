import { describe, expect, test } from 'vitest';
import { memorySource } from '../../../src/core/bytes/memorySource';
import type { Checkpoint } from '../../../src/core/checkpoint/checkpoint';
import { openCheckpoint } from '../../../src/core/checkpoint/open';
import { apply } from '../../../src/core/edit/apply';
import type { Conform } from '../../../src/core/edit/operations';
import { startState, type EditState } from '../../../src/core/edit/state';
import { actionsFor } from '../../../src/core/match/actions';
import { match, MatchError, type KeyAction, type Target } from '../../../src/core/match/match';
import { filterOperations, renameOperation, updateOperations } from '../../../src/core/match/operations';
import { sourceOf } from '../../../src/core/match/source';
import { keyListTarget, parseErrorText } from '../../../src/core/match/targets';
import { applyAll, keys, refusal, stateOf, tensors } from '../edit/support';
import { dict, list, open, orderedDict, str, tensor } from '../checkpoint/builders';
import { expandedFile, layer, resnet, source, target, type Named } from './support';

function reasonOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error instanceof MatchError ? [error.reason, ...error.args] : error;
  }
  return 'nothing thrown';
}

async function stateWith(named: readonly Named[]): Promise<EditState> {
  return startState(await openCheckpoint(memorySource(expandedFile(named)), { fileName: 'a.pt' }));
}

const shapes = (state: EditState): string[] => tensors(state).map((text) => text.replace(/ .* /, ' '));

describe('renames', () => {
  const file = source([...layer.linear('a', 2, 3), ...layer.linear('b', 2, 3)]);

  test('two keys that map to one are refused, and both are named', () => {
    const twice = [
      { from: 'a.weight', to: 'fc.weight' },
      { from: 'b.weight', to: 'fc.weight' },
    ];
    expect(reasonOf(() => match(file, target([]), twice))).toEqual(['two-to-one', 'a.weight', 'b.weight', 'fc.weight']);
    const onto = [{ from: 'a.bias', to: 'b.bias' }];
    expect(reasonOf(() => match(file, target([]), onto))).toEqual(['two-to-one', 'a.bias', 'b.bias', 'b.bias']);
    const late = [{ from: 'b.bias', to: 'a.bias' }];
    expect(reasonOf(() => match(file, target([]), late))).toEqual(['two-to-one', 'a.bias', 'b.bias', 'a.bias']);
    expect(reasonOf(() => match(file, target([]), [{ from: 'c', to: 'd' }]))).toEqual(['no-such-key', 'c']);
  });

  test('names are exchanged in one edit, _metadata with them', async () => {
    const version = (number: number) => dict({ version: number });
    const named = orderedDict({ 'a.weight': tensor('0'), 'b.weight': tensor('1') });
    named.state = dict({ _metadata: orderedDict({ '': version(1), a: version(2), b: version(3) }) });
    const state = await stateOf(named);
    const swapped = apply(state, {
      kind: 'renameKeys',
      path: [],
      renames: [
        { from: 'a.weight', to: 'b.weight' },
        { from: 'b.weight', to: 'a.weight' },
      ],
    });
    expect(tensors(swapped).map((text) => text.split(' ')[0])).toEqual(['b.weight', 'a.weight']);
    expect(Object.fromEntries(sourceOf(swapped.checkpoint).versions ?? [])).toEqual({ '': 1, b: 2, a: 3 });
    expect(renameOperation(source([['m.a', 1]]), [{ from: 'm.a', to: 'a' }])).toEqual({
      kind: 'stripPrefix',
      prefix: 'm.',
      in: [[]],
    });
  });
});

describe('what is matched', () => {
  test.each([
    ['one under a usual name', dict({ model: dict({ w: tensor('0') }), epoch: 3 }), ['model']],
    ['the root', dict({ w: tensor('0') }), []],
    ['the root with a few values', dict({ w: tensor('0'), b: tensor('1'), epoch: 3 }), []],
  ])('%s', async (_what, root, path) => {
    expect(sourceOf(await open(root)).path).toEqual(path);
  });

  test.each([
    [
      'several',
      dict({ model: dict({ w: tensor('0') }), net: dict({ w: tensor('1') }) }),
      ['several-state-dicts', 'model', 'net'],
    ],
    ['none where one usually stands', dict({ ema: dict({ w: tensor('0') }), epoch: 3 }), ['no-state-dict', 'ema']],
    ['none', dict({ epoch: 3, names: list(str('a')) }), ['no-state-dict']],
  ])('%s: refused with their names', async (_what, root, reason) => {
    const checkpoint: Checkpoint = await open(root);
    expect(reasonOf(() => sourceOf(checkpoint))).toEqual(reason);
  });

  test('a path that is no state dict', async () => {
    const checkpoint = await open(dict({ epoch: 3, names: list(str('a')), w: tensor('0') }));
    expect(reasonOf(() => sourceOf(checkpoint, ['names']))).toEqual(['not-a-state-dict', 'names']);
    expect(reasonOf(() => sourceOf(checkpoint, ['gone']))).toEqual(['not-a-state-dict', 'gone']);
  });
});

describe('targets as text', () => {
  test.each([
    ['no JSON', '{"a": [1}', ['not-json']],
    ['a list', '["a"]', ['not-a-key-list']],
    ['nothing', '{}', ['not-a-key-list']],
    ['a size that is none', '{"a": [1], "b": [-1]}', ['not-a-key-list', 'b']],
    ['a shape that is none', '{"a": 3}', ['not-a-key-list', 'a']],
    ['too many dimensions', `{"a": [${Array(65).fill(1).join()}]}`, ['not-a-key-list', 'a']],
  ])('%s is no list of keys', (_what, text, reason) => {
    expect(reasonOf(() => keyListTarget(text, 'keys.json'))).toEqual(reason);
  });

  test('a list keeps its order', () => {
    expect(keyListTarget('{"b": [], "a": [2, 3]}', 'keys.json').keys).toEqual([
      { key: 'b', shape: [], dtype: null },
      { key: 'a', shape: [2, 3], dtype: null },
    ]);
  });

  test('an error is read from within a log, however its lines are broken', () => {
    const text =
      'RuntimeError: Error(s) in loading state_dict for ResNet:\n\tMissing key(s) in state_dict: "a.weight",\n "b c.bias". \n' +
      '\tUnexpected key(s) in state_dict: "module.a.weight". \n\tsize mismatch for fc.weight: copying a param with shape ' +
      'torch.Size([1000, 512]) from checkpoint, the shape in current model is\n    torch.Size([]).\nKilled';
    expect(parseErrorText(text)).toEqual({
      model: 'ResNet',
      missing: ['a.weight', 'b c.bias'],
      unexpected: ['module.a.weight'],
      mismatched: [{ key: 'fc.weight', source: [1000, 512], target: [] }],
    });
    expect(reasonOf(() => parseErrorText('size mismatch'))).toEqual(['not-an-error-text']);
  });
});

describe('operations', () => {
  const wider = (): Target => target([...resnet(14), ['pool.p', 1]]);

  test('in place the rest of the file stays; elsewhere the state dict becomes the file', async () => {
    const state = await stateOf(dict({ model: orderedDict({ x: tensor('0'), y: tensor('1') }), epoch: 3 }));
    const result = match(sourceOf(state.checkpoint), target([['y', 2, 3]]));
    expect(keys(applyAll(state, ...filterOperations(result, new Map(), { inPlace: true })))).toEqual([
      'model.y',
      'epoch = 3',
    ]);
    expect(keys(applyAll(state, ...filterOperations(result)))).toEqual(['y']);
    const kept = new Map<string, KeyAction>([['x', 'load']]);
    expect(keys(applyAll(state, ...filterOperations(result, kept)))).toEqual(['y', 'x']);
    // The state before is what it was.
    expect(keys(state)).toEqual(['model.x', 'model.y', 'epoch = 3']);
  });

  test('every key of the model, in its order, with its shape', async () => {
    const state = await stateWith(resnet(10));
    const result = match(sourceOf(state.checkpoint), wider());
    const updated = applyAll(state, ...updateOperations(result, new Map(), { seed: 3 }));
    expect(shapes(updated)).toEqual(wider().keys.map(({ key, shape }) => `${key} [${shape?.join() ?? ''}]`));
    expect(match(sourceOf(updated.checkpoint), wider())).toMatchObject({ coverage: 1, missing: [], mismatched: [] });
  });

  test('what cannot be done is refused before anything changes', async () => {
    const state = await stateWith(resnet(10));
    const with1 = (key: Conform['keys'][number], more: Partial<Conform> = {}): Conform => ({
      ...{ kind: 'conform', path: [], keys: [key] },
      ...more,
    });
    const [key, from] = ['fc.weight', 'fc.weight'];
    expect(refusal(state, { kind: 'conform', path: [], keys: [] })).toMatchObject({ reason: 'nothing-left' });
    expect(refusal(state, with1({ key, how: 'load', from: 'gone' }))).toMatchObject({ entries: ['gone'] });
    const twice = with1({ key, how: 'load', from });
    expect(refusal(state, { ...twice, keys: [...twice.keys, ...twice.keys] })).toMatchObject({ reason: 'same-key' });
    expect(refusal(state, with1({ key, how: 'reshape', from, shape: [8, 10] }))).toMatchObject({
      reason: 'no-fitting-shape',
    });
    expect(refusal(state, with1({ key, how: 'interpolate', from, shape: [20, 8] }))).toMatchObject({
      reason: 'no-fitting-shape',
    });
    expect(refusal(state, with1({ key, how: 'overlap', from, shape: [80] }))).toMatchObject({
      reason: 'no-fitting-shape',
    });
    expect(refusal(state, with1({ key, how: 'afresh', shape: [2], dtype: 'float32' }))).toMatchObject({
      reason: 'unknown-numbers',
      entries: [key],
    });
    const other = with1({ key, how: 'fromTarget', resource: 'other.pt', path: [key] });
    expect(refusal(state, other)).toMatchObject({ reason: 'no-resource' });
  });

  test('a table of indexes is not made up', async () => {
    const state = await stateWith([['w', 2]]);
    const model: Target = {
      ...target([['w', 2]]),
      keys: [...target([['w', 2]]).keys, { key: 'index', shape: [4], dtype: 'int64' }],
    };
    const [conform] = updateOperations(match(sourceOf(state.checkpoint), model));
    expect(conform && refusal(state, conform)).toMatchObject({ reason: 'unknown-numbers', entries: ['index'] });
  });

  test.each([
    ['w', [4, 3], [5, 3], ['keepOut', 'overlap', 'afresh']],
    ['w', [4, 3, 1, 1], [4, 3], ['keepOut', 'reshape', 'afresh']],
    ['w', [4, 3], [12], ['keepOut', 'afresh']],
    ['pos_embed', [1, 17, 8], [1, 26, 8], ['keepOut', 'interpolate', 'overlap', 'afresh']],
    ['wpe.weight', [16, 8], [25, 8], ['keepOut', 'overlap', 'afresh']],
    ['position_embeddings.weight', [512, 8], [1024, 8], ['keepOut', 'overlap', 'afresh']],
    ['position_embedding.weight', [50, 8], [197, 8], ['keepOut', 'interpolate', 'overlap', 'afresh']],
  ])('%s of %j for %j: %j', (key, from, to, actions) => {
    const pair = { source: { key, shape: from, dtype: 'float32', entry: 0 }, target: { key, shape: to, dtype: null } };
    expect(actionsFor({ kind: 'mismatched', pair }, target([]))).toEqual(actions);
  });
});
