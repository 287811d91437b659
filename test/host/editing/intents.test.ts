import { describe, expect, test } from 'vitest';
import { apply } from '../../../src/core/edit/apply';
import { PyDict, type Value } from '../../../src/core/pickle/values';
import { focusAfter, operationOf } from '../../../src/host/editing/intents';
import type { EditIntent } from '../../../src/protocol/edits';
import { dict, float, list, object, orderedDict, parameter, str, tensor } from '../../core/checkpoint/builders';
import { keys, tensors } from '../../core/edit/support';
import { rowOf, rowsOf, shownFile, shownOf } from './support';
import type { ShownState } from '../../../src/host/editing/editPanel';

function training(): Value {
  return dict({
    model: orderedDict({
      'module.fc.weight': tensor('0', { device: 'cuda:1' }),
      'module.fc.bias': tensor('1', { shape: [6] }),
      'module.head.weight': tensor('2'),
    }),
    optimizer: dict({
      state: new PyDict([0, dict({ step: 3, exp_avg: tensor('3') })]),
      param_groups: list(dict({ lr: float(0.1), params: list(0) })),
    }),
    epoch: 17,
  });
}

const records = { 0: 24, 1: 24, 2: 24, 3: 24 };
const shownTraining = (): Promise<ShownState> => shownFile(training(), records);

/** Keys that are left after an intent. */
function after(shown: ShownState, intent: EditIntent): string[] {
  return keys(apply(shown.edit, operationOf(shown, intent)));
}

describe('rows become paths', () => {
  test('a group that only dotted keys make stands for the keys below it', async () => {
    const shown = await shownTraining();
    expect(operationOf(shown, { kind: 'remove', rows: rowsOf(shown, 'model.module.fc') })).toEqual({
      kind: 'remove',
      selection: {
        paths: [
          ['model', 'module.fc.weight'],
          ['model', 'module.fc.bias'],
        ],
      },
    });
  });

  test('a group with an object of its own stands for it', async () => {
    const shown = await shownTraining();
    expect(operationOf(shown, { kind: 'keep', rows: rowsOf(shown, 'model', 'epoch') })).toEqual({
      kind: 'keep',
      selection: { paths: [['model'], ['epoch']] },
    });
  });

  test('rows below a chosen one add nothing, in whatever order they come', async () => {
    const shown = await shownTraining();
    const rows = rowsOf(shown, 'epoch', 'model.module.fc.weight', 'model');
    expect(operationOf(shown, { kind: 'remove', rows })).toEqual({
      kind: 'remove',
      selection: { paths: [['model'], ['epoch']] },
    });
    expect(after(shown, { kind: 'remove', rows })).toEqual([
      'optimizer.state.0.step = 3',
      'optimizer.state.0.exp_avg',
      'optimizer.param_groups.0.lr = 0.1',
      'optimizer.param_groups.0.params.0 = 0',
    ]);
  });

  test('rows of what was removed are left out', async () => {
    const before = await shownTraining();
    const removed = apply(before.edit, operationOf(before, { kind: 'remove', rows: rowsOf(before, 'epoch') }));
    const shown = shownOf(removed, before.edit);
    const rows = rowsOf(shown, 'epoch', 'model.module.head.weight');
    expect(operationOf(shown, { kind: 'remove', rows })).toEqual({
      kind: 'remove',
      selection: { paths: [['model', 'module.head.weight']] },
    });
  });

  test('a key and dotted keys of the same beginning are one group', async () => {
    const shown = await shownFile(dict({ a: dict({ x: 1, y: 2 }), 'a.b': 3, 'a.c': 4, d: 5 }));
    expect(after(shown, { kind: 'remove', rows: rowsOf(shown, 'a') })).toEqual(['d = 5']);
  });

  test('a submodule goes with its parameters', async () => {
    const layer = object(
      'torch.nn.modules.linear.Linear',
      dict({ training: true, _parameters: dict({ weight: parameter('0') }), _buffers: dict({}), _modules: dict({}) }),
    );
    const net = object(
      'pkg.Net',
      dict({
        training: true,
        _parameters: dict({ scale: parameter('1') }),
        _buffers: dict({}),
        _modules: dict({ fc: layer }),
      }),
    );
    const shown = await shownFile(net);
    expect(tensors(apply(shown.edit, operationOf(shown, { kind: 'remove', rows: rowsOf(shown, 'fc') })))).toEqual([
      'scale float32 cpu 1+0 [2,3]',
    ]);
  });
});

describe('a row renamed in place', () => {
  const renamed = (shown: ShownState, key: string, label: string): string[] =>
    after(shown, { kind: 'renameRow', row: rowOf(shown, key), label });

  test('a key', async () => {
    const shown = await shownTraining();
    expect(renamed(shown, 'epoch', 'epochs').at(-1)).toBe('epochs = 17');
  });

  test('the end of a dotted key', async () => {
    const shown = await shownTraining();
    expect(renamed(shown, 'model.module.fc.bias', 'shift')).toContain('model.module.fc.shift');
  });

  test('a group of dotted keys, with all that is below it', async () => {
    const shown = await shownTraining();
    const left = renamed(shown, 'model.module.fc', 'classifier');
    expect(left.slice(0, 3)).toEqual([
      'model.module.classifier.weight',
      'model.module.classifier.bias',
      'model.module.head.weight',
    ]);
  });

  test('a row that stands for several names: the one that is changed', async () => {
    const shown = await shownTraining();
    // `head` has one key, and is one row with it.
    const row = 'model.module.head.weight';
    expect(renamed(shown, row, 'tail.weight')).toContain('model.module.tail.weight');
    expect(renamed(shown, row, 'head.kernel')).toContain('model.module.head.kernel');
    const folded = await shownFile(dict({ outer: dict({ inner: 1 }), b: 2 }));
    expect(renamed(folded, 'outer.inner', 'other.inner')).toContain('other.inner = 1');
    expect(renamed(folded, 'outer.inner', 'outer.innermost')).toContain('outer.innermost = 1');
  });

  test('a number stays one where it is typed as one', async () => {
    const shown = await shownFile(
      dict([
        [7, dict({ a: 1, b: 2 })],
        [str('x'), 0],
      ]),
    );
    expect(operationOf(shown, { kind: 'renameRow', row: rowOf(shown, '7'), label: '8' })).toMatchObject({ key: 8 });
    expect(operationOf(shown, { kind: 'renameRow', row: rowOf(shown, '7'), label: 'eight' })).toMatchObject({
      key: 'eight',
    });
  });

  test('an item of a list has no name', async () => {
    const shown = await shownFile(dict({ a: list(1, 2) }));
    expect(() => renamed(shown, 'a.0', 'first')).toThrow(expect.objectContaining({ reason: 'not-a-key' }));
  });

  test('the focus goes to the new key', async () => {
    const shown = await shownTraining();
    const intent: EditIntent = { kind: 'renameRow', row: rowOf(shown, 'model.module.fc'), label: 'classifier' };
    expect(focusAfter(shown, shown, intent)).toBe('model.module.classifier');
  });
});

describe('keys renamed together', () => {
  const strip = { how: 'strip', prefix: 'module.' } as const;

  test('of all state dicts, without rows', async () => {
    const shown = await shownTraining();
    expect(operationOf(shown, { kind: 'renameKeys', form: strip, rows: null })).toEqual({
      kind: 'stripPrefix',
      prefix: 'module.',
    });
  });

  test('of the keys that rows show, and no others', async () => {
    const shown = await shownTraining();
    const left = after(shown, { kind: 'renameKeys', form: strip, rows: rowsOf(shown, 'model.module.fc') });
    expect(left.slice(0, 3)).toEqual(['model.fc.weight', 'model.fc.bias', 'model.module.head.weight']);
  });

  test('of a whole file that is chosen, those of its state dicts', async () => {
    const shown = await shownTraining();
    const rows = rowsOf(shown, 'model', 'optimizer', 'epoch');
    const form = { how: 'add', prefix: 'net.' } as const;
    const left = after(shown, { kind: 'renameKeys', form, rows });
    expect(left[0]).toBe('model.net.module.fc.weight');
    expect(left.slice(3)).toEqual(keys(shown.edit).slice(3));
  });

  test('a pattern with captures', async () => {
    const shown = await shownTraining();
    const form = { how: 'pattern', pattern: '^MODULE\\.(\\w+)', text: 'net.$1', ignoreCase: true } as const;
    expect(after(shown, { kind: 'renameKeys', form, rows: null })[2]).toBe('model.net.head.weight');
  });
});

describe('devices and dtypes', () => {
  test('remap names the tags; a selection is that of the rows', async () => {
    const shown = await shownTraining();
    const map = { 'cuda:1': 'cpu' };
    expect(operationOf(shown, { kind: 'remap', map, rows: null })).toEqual({
      kind: 'remapDevices',
      to: { kind: 'map', map },
    });
    expect(operationOf(shown, { kind: 'remap', map, rows: rowsOf(shown, 'model') })).toEqual({
      kind: 'remapDevices',
      to: { kind: 'map', map },
      selection: { paths: [['model']] },
    });
  });

  test('cast leaves integers alone unless asked', async () => {
    const shown = await shownTraining();
    const cast = { kind: 'cast', dtype: 'float16', rows: null } as const;
    expect(operationOf(shown, { ...cast, integers: false })).toEqual({ kind: 'cast', dtype: 'float16' });
    expect(operationOf(shown, { ...cast, integers: true })).toEqual({ kind: 'cast', dtype: 'float16', integers: true });
  });
});

describe('the focus after a removal', () => {
  test('goes to the row behind, else to the one before', async () => {
    const shown = await shownTraining();
    const focus = (...removed: string[]): string | null => {
      const intent: EditIntent = { kind: 'remove', rows: rowsOf(shown, ...removed) };
      return focusAfter(shown, shownOf(apply(shown.edit, operationOf(shown, intent)), shown.edit), intent);
    };
    expect(focus('model.module.fc.weight')).toBe('model.module.fc.bias');
    expect(focus('epoch')).toBe('optimizer.param_groups.0.params.0');
  });
});
