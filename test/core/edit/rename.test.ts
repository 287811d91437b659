import { describe, expect, test } from 'vitest';
import { keyOf } from '../../../src/core/checkpoint/path';
import { apply } from '../../../src/core/edit/apply';
import { contextOf } from '../../../src/core/edit/operations/context';
import { keyChanges } from '../../../src/core/edit/operations/rename';
import { PyDict, type PyCall, type Value } from '../../../src/core/pickle/values';
import { dict, list, orderedDict, str, tensor } from '../checkpoint/builders';
import { applyAll, keys, refusal, stateOf } from './support';

function stateDict(tensorKeys: readonly string[], modules: readonly string[] = []): PyCall {
  const made = orderedDict(Object.fromEntries(tensorKeys.map((key) => [key, tensor('0')])));
  if (modules.length > 0) {
    const versions = modules.map((name, index): [string, Value] => [name, dict({ version: index + 1 })]);
    made.state = dict({ _metadata: orderedDict(Object.fromEntries(versions)) });
  }
  return made;
}

describe('prefixes', () => {
  test('module. goes from keys and from _metadata, as consume_prefix_in_state_dict_if_present has it', async () => {
    const root = stateDict(['module.fc.weight', 'module.fc.bias'], ['', 'module', 'module.fc', 'module.relu']);
    const after = apply(await stateOf(root), { kind: 'stripPrefix', prefix: 'module.' });
    expect(keys(after)).toEqual([
      'fc.weight',
      'fc.bias',
      '._metadata..version = 2',
      '._metadata.fc.version = 3',
      '._metadata.relu.version = 4',
    ]);
  });

  test('a prefix is added to keys and modules, and stripped again', async () => {
    const root = stateDict(['fc.weight'], ['', 'fc']);
    const state = await stateOf(dict({ model: root, epoch: 3 }));
    const added = apply(state, { kind: 'addPrefix', prefix: 'module.' });
    expect(keys(added)).toEqual([
      'model.module.fc.weight',
      'model.._metadata.module.version = 1',
      'model.._metadata.module.fc.version = 2',
      'epoch = 3',
    ]);
    expect(keys(apply(added, { kind: 'stripPrefix', prefix: 'module.' }))).toEqual(keys(state));
  });

  test('every state dict is meant, hyper-parameters and optimizer groups are not', async () => {
    const optimizer = dict({
      state: new PyDict([0, dict({ 'module.x': tensor('1') })]),
      param_groups: list(dict({ 'module.lr': 1, params: list(0) })),
    });
    const root = dict({
      a: stateDict(['module.w']),
      b: dict({ ema: stateDict(['module.w']) }),
      optimizer,
      'module.n': 1,
    });
    const after = apply(await stateOf(root), { kind: 'stripPrefix', prefix: 'module.' });
    expect(keys(after)).toEqual([
      'a.w',
      'b.ema.w',
      'optimizer.state.0.module.x',
      'optimizer.param_groups.0.module.lr = 1',
      'optimizer.param_groups.0.params.0 = 0',
      'module.n = 1',
    ]);
  });

  test('`in` names other dicts, `only` single keys', async () => {
    const root = dict({ a: stateDict(['m.w', 'm.v']), args: dict({ 'm.lr': 1 }) });
    const state = await stateOf(root);
    const strip = { kind: 'stripPrefix', prefix: 'm.' } as const;
    expect(keys(apply(state, { ...strip, in: [['args']] }))).toEqual(['a.m.w', 'a.m.v', 'args.lr = 1']);
    expect(keys(apply(state, { ...strip, only: [['a', 'm.v']] }))).toEqual(['a.m.w', 'a.v', 'args.m.lr = 1']);
  });

  test('a group of keys gets another name, its modules too', async () => {
    const root = stateDict(['fc.weight', 'fc.a.weight', 'fcx.weight'], ['', 'fc', 'fc.a', 'fcx']);
    const after = apply(await stateOf(root), { kind: 'renamePrefix', from: 'fc.', to: 'head.' });
    expect(keys(after)).toEqual([
      'head.weight',
      'head.a.weight',
      'fcx.weight',
      '._metadata..version = 1',
      '._metadata.head.version = 2',
      '._metadata.head.a.version = 3',
      '._metadata.fcx.version = 4',
    ]);
  });
});

describe('patterns', () => {
  test('replace every match in each key, with captures', async () => {
    const root = stateDict(['layer1.0.conv1.weight', 'layer1.1.conv1.weight'], ['', 'layer1', 'layer1.0.conv1']);
    const after = apply(await stateOf(root), { kind: 'rename', pattern: 'layer(\\d)\\.(\\d)', text: 'blocks.$1.$2' });
    expect(keys(after)).toEqual([
      'blocks.1.0.conv1.weight',
      'blocks.1.1.conv1.weight',
      '._metadata..version = 1',
      '._metadata.layer1.version = 2',
      '._metadata.blocks.1.0.conv1.version = 3',
    ]);
  });

  test('are refused when they are none, when nothing matches, and when keys meet', async () => {
    const state = await stateOf(dict({ model: stateDict(['a.w', 'b.w', 'c']) }));
    expect(refusal(state, { kind: 'rename', pattern: '(', text: '' })).toMatchObject({ reason: 'bad-pattern' });
    expect(refusal(state, { kind: 'rename', pattern: 'zzz', text: '' })).toMatchObject({ code: 'edit-no-match' });
    expect(refusal(state, { kind: 'rename', pattern: '^[ab]\\.', text: '' })).toMatchObject({
      code: 'edit-collision',
      entries: ['model.w'],
    });
    expect(refusal(state, { kind: 'rename', pattern: '^a\\.w$', text: 'c' })).toMatchObject({ entries: ['model.c'] });
    expect(refusal(state, { kind: 'rename', pattern: '.*', text: '' })).toMatchObject({ reason: 'empty-key' });
  });

  test('are previewed with their collisions', async () => {
    const state = await stateOf(dict({ model: stateDict(['a.w', 'b.w', 'c.v']) }));
    const changes = keyChanges(contextOf(state), { kind: 'rename', pattern: '^[a-c]\\.', text: '' });
    expect(changes.map(({ path, to, collides }) => [keyOf(path), to, collides])).toEqual([
      ['model.a.w', 'w', true],
      ['model.b.w', 'w', true],
      ['model.c.v', 'v', false],
    ]);
  });

  test('swap two keys', async () => {
    const state = await stateOf(stateDict(['a', 'b']));
    const after = applyAll(
      state,
      { kind: 'rename', pattern: '^(a|b)$', text: 'x$1' },
      { kind: 'renameKey', path: ['xa'], key: 'b' },
      { kind: 'renameKey', path: ['xb'], key: 'a' },
    );
    expect(keys(after)).toEqual(['b', 'a']);
  });
});

describe('one key', () => {
  test('is renamed in place, also to a number', async () => {
    const state = await stateOf(dict({ a: 1, b: 2, c: 3 }));
    expect(keys(apply(state, { kind: 'renameKey', path: ['b'], key: 'z' }))).toEqual(['a = 1', 'z = 2', 'c = 3']);
    expect(keys(apply(state, { kind: 'renameKey', path: ['b'], key: 5 }))).toEqual(['a = 1', '5 = 2', 'c = 3']);
  });

  test('is refused where another has the name, and for what has none', async () => {
    const state = await stateOf(dict({ a: 1, b: 2, c: list(1) }));
    expect(refusal(state, { kind: 'renameKey', path: ['b'], key: 'a' })).toMatchObject({
      code: 'edit-collision',
      entries: ['a'],
    });
    expect(refusal(state, { kind: 'renameKey', path: ['c', 0], key: 'a' })).toMatchObject({ reason: 'not-a-key' });
    expect(refusal(state, { kind: 'renameKey', path: ['x'], key: 'y' })).toMatchObject({ reason: 'no-entry' });
  });

  test('a text that stands elsewhere too keeps its own', async () => {
    const shared = str('name');
    const state = await stateOf(
      dict([
        [shared, 1],
        [str('of'), shared],
      ]),
    );
    expect(keys(apply(state, { kind: 'renameKey', path: ['name'], key: 'key' }))).toEqual(['key = 1', "of = 'name'"]);
  });
});
