import { describe, expect, test } from 'vitest';
import type { Operation } from '../../../src/core/edit/operations';
import { startState } from '../../../src/core/edit/state';
import { memorySource } from '../../../src/core/bytes/memorySource';
import { openCheckpoint } from '../../../src/core/checkpoint/open';
import { writePickle } from '../../../src/core/pickle/writer';
import { EditNotes } from '../../../src/host/editing/editNotes';
import { english } from '../../../src/wording/translate';
import { dict, float, list, orderedDict, tensor } from '../../core/checkpoint/builders';
import { storedZip } from '../../support/storedZip';
import { TestPanel } from './support';

const remove = (...keys: string[]): Operation => ({
  kind: 'remove',
  selection: { paths: keys.map((key) => ['model', key]) },
});

/** A model of two parameters with an SGD beside it; `a` holds these numbers. */
async function panelWith(numbers: readonly number[]): Promise<TestPanel> {
  const momentum = (id: number) => [id, dict({ momentum_buffer: tensor(String(id + 2)) })] as const;
  const root = dict({
    model: orderedDict({ a: tensor('0'), b: tensor('1') }),
    optimizer: dict({
      state: dict([momentum(0), momentum(1)]),
      param_groups: list(
        dict({ lr: float(0.1), momentum: float(0.9), dampening: 0, nesterov: false, params: list(0, 1) }),
      ),
    }),
  });
  const file = storedZip([
    { name: 'archive/data.pkl', content: writePickle(root) },
    ...[0, 1, 2, 3].map((key) => ({
      name: `archive/data/${String(key)}`,
      content: new Uint8Array(Float32Array.from(key === 0 ? numbers : [1, 2, 3, 4, 5, 6]).buffer),
    })),
  ]);
  return new TestPanel(startState(await openCheckpoint(memorySource(file))));
}

const plain = [1, 2, 3, 4, 5, 6];

describe('the note on an optimizer', () => {
  test('comes with the edit that touches its parameters, and offers to update it', async () => {
    const panel = await panelWith(plain);
    const notes = new EditNotes(panel, english, () => undefined);
    expect(notes.current).toBeNull();
    panel.document.apply(remove('a'));
    expect(notes.current).toMatchObject({
      icon: 'warning',
      text: '“a” is a parameter of optimizer: without it, load_state_dict refuses the optimizer’s state.',
      actions: [{ action: 'updateOptimizer' }, { action: 'dismiss' }],
    });
    panel.history.undo();
    expect(notes.current).toBeNull();
  });

  test('stays away once dismissed, until something else changes', async () => {
    const panel = await panelWith(plain);
    const notes = new EditNotes(panel, english, () => undefined);
    panel.document.apply({ kind: 'renameKey', path: ['model', 'b'], key: 'bias' });
    expect(notes.current?.icon).toBe('info');
    notes.dismiss();
    panel.document.apply({ kind: 'addEntry', path: ['epoch'], literal: '1' });
    expect(notes.current).toBeNull();
    panel.document.apply(remove('a'));
    expect(notes.current?.icon).toBe('warning');
  });

  test('says nothing of what has been saved, and of an optimizer that is gone', async () => {
    const panel = await panelWith(plain);
    const notes = new EditNotes(panel, english, () => undefined);
    panel.document.apply(remove('a'));
    panel.history.markSaved();
    expect(notes.current).toBeNull();
    panel.document.apply({ kind: 'remove', selection: { paths: [['optimizer']] } });
    expect(notes.current).toBeNull();
  });
});

test('numbers that a cast finds too large are counted before anything is saved', async () => {
  const panel = await panelWith([1e5, -1e5, 3, Infinity, 65_504, 70_000]);
  const known = new Promise<EditNotes>((resolve) => {
    const notes: EditNotes = new EditNotes(panel, english, () => {
      resolve(notes);
    });
    panel.document.apply({ kind: 'cast', dtype: 'float16', selection: { paths: [['model', 'a']] } });
    // The optimizer follows a cast of its parameters.
    expect(notes.current).toMatchObject({ icon: 'info' });
    notes.dismiss();
    expect(notes.current).toBeNull();
  });
  expect((await known).current).toMatchObject({
    icon: 'warning',
    text: '3 numbers are too large for float16 and become inf.',
  });
});
