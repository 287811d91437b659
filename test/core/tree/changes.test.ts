import { describe, expect, test } from 'vitest';
import { keyOf } from '../../../src/core/checkpoint/path';
import { symbolText } from '../../../src/core/checkpoint/layers';
import { changesBetween } from '../../../src/core/edit/changes';
import type { Operation } from '../../../src/core/edit/operations';
import { PyDict, type Value } from '../../../src/core/pickle/values';
import { buildTree } from '../../../src/core/tree/buildTree';
import { decodeLabels } from '../../../src/core/tree/rows';
import { RowChange, type TreeColumns } from '../../../src/core/tree/treeColumns';
import { dict, float, list, object, orderedDict, tensor } from '../checkpoint/builders';
import { applyAll, stateOf } from '../edit/support';
import { depthOf } from '../../support/treeRows';

const marks: Readonly<Record<string, string>> = {
  [RowChange.None]: '',
  [RowChange.Modified]: 'M',
  [RowChange.Added]: 'A',
  [RowChange.Removed]: 'D',
  [RowChange.Renamed]: 'R',
};

/** Rows as an indented outline, with their marks and with what they were. */
function outline(tree: TreeColumns): string[] {
  return decodeLabels(tree).map((label, row) => {
    const { changes, strings } = tree;
    const change = String(changes?.change[row] ?? RowChange.None);
    const old = [changes?.oldKey, changes?.oldShape, changes?.oldDtype, changes?.oldDevice]
      .map((column) => strings[column?.[row] ?? 0] ?? '')
      .filter((text) => text !== '');
    const parts = [`${'  '.repeat(depthOf(tree, row))}${label}`, marks[change] ?? '', ...old.map((t) => `was ${t}`)];
    return parts.filter((part) => part !== '').join(' ');
  });
}

async function edited(root: Value, ...operations: readonly Operation[]): Promise<TreeColumns> {
  const before = await stateOf(root);
  const after = applyAll(before, ...operations);
  return buildTree(after.checkpoint, undefined, changesBetween(before, after));
}

const remove = (...paths: (readonly (string | number)[])[]): Operation => ({ kind: 'remove', selection: { paths } });

function training(): Value {
  return dict({
    model_state_dict: orderedDict({
      'conv1.weight': tensor('0'),
      'head.weight': tensor('1', { shape: [3] }),
      'head.bias': tensor('1', { shape: [1] }),
    }),
    optimizer_state_dict: dict({
      state: new PyDict([0, dict({ step: 3, exp_avg: tensor('2') })]),
      param_groups: list(dict({ lr: float(0.1), params: list(0) })),
    }),
    args: object('argparse.Namespace', dict({ lr: float(0.1), n: 2 })),
    epoch: 24,
  });
}

describe('marks', () => {
  test('there are none while nothing changed', async () => {
    const state = await stateOf(training());
    expect(buildTree(state.checkpoint).changes).toBeNull();
    expect(buildTree(state.checkpoint, undefined, changesBetween(state, state)).changes).toBeNull();
  });

  test('what is gone stands where it was, a renamed group is marked once, a group with all below it', async () => {
    const tree = await edited(
      training(),
      remove(['optimizer_state_dict'], ['args', '.n']),
      { kind: 'renamePrefix', from: 'head.', to: 'classifier.' },
      { kind: 'cast', dtype: 'float16', selection: { paths: [['model_state_dict', 'conv1.weight']] } },
      { kind: 'setValue', path: ['epoch'], literal: '0' },
      { kind: 'addEntry', path: ['num_classes'], literal: '120' },
    );
    expect(outline(tree)).toEqual([
      'model_state_dict',
      '  conv1.weight M was float32',
      '  classifier R was head',
      '    weight',
      '    bias',
      'optimizer_state_dict D',
      '  state.0 D',
      '    step D',
      '    exp_avg D',
      '  param_groups.0 D',
      '    lr D',
      '    params.0 D',
      'args',
      '  .lr',
      '  .n D',
      'epoch M was 24',
      'num_classes A',
    ]);
    expect(tree.changes?.removed).toBe(5);
  });

  test('a group is what all below it is', async () => {
    const tree = await edited(
      training(),
      { kind: 'remapDevices', to: { kind: 'all', device: 'cuda:1' }, selection: { paths: [['model_state_dict']] } },
      { kind: 'addEntry', path: ['ema'], literal: '{"decay": 0.5, "n": 1}' },
    );
    expect(outline(tree).slice(0, 5)).toEqual([
      'model_state_dict M',
      '  conv1.weight M was cpu',
      '  head M',
      '    weight M was cpu',
      '    bias M was cpu',
    ]);
    expect(outline(tree).slice(-3)).toEqual(['ema A', '  decay A', '  n A']);
  });

  test('keys within a group that keeps its own are marked one by one', async () => {
    const tree = await edited(training(), { kind: 'rename', pattern: 'weight$', text: 'w' });
    expect(outline(tree).slice(0, 4)).toEqual([
      'model_state_dict',
      '  conv1.w R was conv1.weight',
      '  head',
      '    w R was weight',
    ]);
  });

  test('a renamed group with changes in it is marked for both', async () => {
    const tree = await edited(
      training(),
      { kind: 'renameKey', path: ['optimizer_state_dict'], key: 'adam' },
      { kind: 'setValue', path: ['adam', 'param_groups', 0, 'lr'], literal: '0.5' },
      remove(['adam', 'state', 0, 'step']),
    );
    expect(outline(tree).slice(5, 11)).toEqual([
      'adam R was optimizer_state_dict',
      '  state.0',
      '    step D',
      '    exp_avg',
      '  param_groups.0',
      '    lr M was 0.1',
    ]);
  });

  test('a prefix that goes is named where the keys now begin', async () => {
    const model = orderedDict({ 'module.a.w': tensor('0'), 'module.a.b': tensor('1'), 'module.c': tensor('2') });
    const tree = await edited(dict({ model }), { kind: 'stripPrefix', prefix: 'module.' });
    expect(outline(tree)).toEqual(['model R was model.module', '  a', '    w', '    b', '  c']);
  });

  test('a file that becomes a part of another one, and the other way round', async () => {
    const root = dict({ model: orderedDict({ w: tensor('0'), v: tensor('1') }), epoch: 1 });
    expect(outline(await edited(root, { kind: 'extract', path: ['model'] }))).toEqual([
      'w R was model.w',
      'v R was model.v',
      'epoch D',
    ]);
    const wrap: Operation = { kind: 'wrap', key: 'inner', values: [{ name: 'n', literal: '2' }] };
    expect(outline(await edited(root, wrap))).toEqual(['inner R', '  model', '    w', '    v', '  epoch', 'n A']);
  });

  test('an object of another type is modified, with the same in it', async () => {
    const tree = await edited(training(), { kind: 'plainValues' });
    expect(outline(tree).slice(-4, -1)).toEqual(['args M was Namespace', '  lr', '  n']);
  });
});

describe('what is gone', () => {
  test('counts for itself alone', async () => {
    const tree = await edited(training(), remove(['model_state_dict', 'head.weight'], ['optimizer_state_dict']));
    const rows = decodeLabels(tree);
    const sums = (label: string): number[] => {
      const row = rows.indexOf(label);
      return [tree.tensors[row] ?? -1, tree.elements[row] ?? -1, tree.bytes[row] ?? -1];
    };
    expect(sums('model_state_dict')).toEqual([2, 7, 28]);
    expect(sums('head')).toEqual([1, 1, 4]);
    expect(sums('optimizer_state_dict')).toEqual([1, 6, 24]);
  });

  test('has entries and branches behind those of the checkpoint, in the order that they had', async () => {
    const before = await stateOf(training());
    const after = applyAll(before, remove(['optimizer_state_dict', 'state'], ['model_state_dict', 'conv1.weight']));
    const changes = changesBetween(before, after);
    const tree = buildTree(after.checkpoint, undefined, changes);
    const { entries, branches } = after.checkpoint;
    const found = decodeLabels(tree).flatMap((label, row) => {
      const [entry, branch] = [(tree.entry[row] ?? -1) - entries.length, (tree.branch[row] ?? -1) - branches.length];
      const gone = changes.removed[entry]?.path ?? changes.removedBranches[branch]?.path;
      return gone === undefined ? [] : [`${label}: ${keyOf(gone)}`];
    });
    expect(found).toEqual([
      'conv1.weight: model_state_dict.conv1.weight',
      'state.0: optimizer_state_dict.state.0',
      'step: optimizer_state_dict.state.0.step',
      'exp_avg: optimizer_state_dict.state.0.exp_avg',
    ]);
    expect([...tree.entry].filter((entry) => entry !== -1)).toHaveLength(entries.length + changes.removed.length);
  });

  test('is described, and does not describe what is still there', async () => {
    const before = await stateOf(training());
    const after = applyAll(before, remove(['optimizer_state_dict'], ['model_state_dict', 'head.weight']));
    const tree = buildTree(
      after.checkpoint,
      (described) => (described.kind === 'optimizer' ? `of ${String(described.parameters)}` : symbolText(described)),
      changesBetween(before, after),
    );
    const rows = decodeLabels(tree);
    const described = (label: string): string => tree.strings[tree.description[rows.indexOf(label)] ?? 0] ?? '';
    expect([described('head'), described('args')]).toEqual(['', 'argparse.Namespace']);
    expect(described('optimizer_state_dict')).toBe('of 1');
  });
});
