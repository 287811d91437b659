import { describe, expect, test } from 'vitest';
import { CallForm, PyCall, type Value } from '../../../src/core/pickle/values';
import type { Operation } from '../../../src/core/edit/operations';
import { editHandlers } from '../../../src/host/editing/editHandlers';
import { openReview } from '../../../src/host/editing/openReviews';
import { optimizerChanges, selectedParameters } from '../../../src/host/editing/optimizers';
import { compactReview } from '../../../src/host/editing/reviews/compact';
import { optimizerReview } from '../../../src/host/editing/reviews/optimizer';
import { partialReview } from '../../../src/host/editing/reviews/partial';
import { plainValuesReview } from '../../../src/host/editing/reviews/plainValues';
import { isReview } from '../../../src/protocol/editChecks';
import type { ReviewView } from '../../../src/protocol/edits';
import { english } from '../../../src/wording/translate';
import { call, dict, float, list, object, orderedDict, str, tensor, tuple } from '../../core/checkpoint/builders';
import { keys } from '../../core/edit/support';
import { rowOf, rowsOf, shownFile, TestPanel } from './support';

const copy = (): Promise<void> => Promise.resolve();

/** `text: secondary` of each item, by the title of its section. */
function items({ sections }: ReviewView): Record<string, string[]> {
  return Object.fromEntries(
    sections.map(({ title, items: each }) => [title, each.map(({ text, secondary }) => `${text}: ${secondary}`)]),
  );
}

function training(): Value {
  const momentum = (id: number) => [id, dict({ momentum_buffer: tensor(`m${String(id)}`) })] as const;
  return dict({
    model: orderedDict({ a: tensor('0'), b: tensor('1'), c: tensor('2') }),
    optimizer: dict({
      state: dict([momentum(0), momentum(1), momentum(2)]),
      param_groups: list(
        dict({ lr: float(0.1), momentum: float(0.9), dampening: 0, nesterov: false, params: list(0, 1, 2) }),
      ),
    }),
  });
}

const records = { 0: 24, 1: 24, 2: 24, m0: 24, m1: 24, m2: 24 };

async function panelAfter(...operations: readonly Operation[]): Promise<TestPanel> {
  const panel = new TestPanel((await shownFile(training(), records)).edit);
  operations.forEach((operation) => {
    panel.document.apply(operation);
  });
  return panel;
}

const removeB: Operation = { kind: 'remove', selection: { paths: [['model', 'b']] } };

describe('an optimizer beside a model that has lost a parameter', () => {
  test('would be refused: its parameters can be taken out, its state reset, or it dropped', async () => {
    const panel = await panelAfter(removeB);
    const { view } = optimizerReview(panel.shown, optimizerChanges(panel.history), english);
    expect(isReview(view)).toBe(true);
    expect(view.sentence).toBe(
      '“b” is a parameter of optimizer: without it, load_state_dict refuses the optimizer’s state.',
    );
    expect(items(view)).toEqual({ optimizer: ['b: removed'] });
    expect(view.choices.map(({ id }) => id)).toEqual(['renumber', 'reset', 'drop', 'leave']);
    expect(view.chosen).toBe('renumber');
  });

  test('what is chosen is done: the others close up', async () => {
    const panel = await panelAfter(removeB);
    openReview(panel, panel.shown, optimizerReview(panel.shown, optimizerChanges(panel.history), english));
    const { applyReview } = editHandlers(panel, english, copy);
    expect(await applyReview('optimizer', 'renumber')).toBe('');
    expect(keys(panel.history.current).filter((key) => key.startsWith('optimizer'))).toEqual([
      'optimizer.state.0.momentum_buffer',
      'optimizer.state.1.momentum_buffer',
      'optimizer.param_groups.0.lr = 0.1',
      'optimizer.param_groups.0.momentum = 0.9',
      'optimizer.param_groups.0.dampening = 0',
      'optimizer.param_groups.0.nesterov = False',
      'optimizer.param_groups.0.params.0 = 0',
      'optimizer.param_groups.0.params.1 = 1',
    ]);
    // Brought in step: nothing is left to be said.
    expect(optimizerChanges(panel.history)).toEqual([]);
    expect(panel.reviews.at(-1)).toBeNull();
  });

  test('leaving it is an answer that changes nothing', async () => {
    const panel = await panelAfter(removeB);
    openReview(panel, panel.shown, optimizerReview(panel.shown, optimizerChanges(panel.history), english));
    expect(await editHandlers(panel, english, copy).applyReview('optimizer', 'leave')).toBe('');
    expect(panel.history.index).toBe(1);
  });

  test('a review of a state that is no longer shown is refused', async () => {
    const panel = await panelAfter(removeB);
    openReview(panel, panel.shown, optimizerReview(panel.shown, optimizerChanges(panel.history), english));
    panel.history.undo();
    expect(await editHandlers(panel, english, copy).applyReview('optimizer', 'drop')).toContain(
      'has changed meanwhile',
    );
    expect(panel.history.index).toBe(0);
  });

  test('a new name and another dtype follow', async () => {
    const renamed = await panelAfter({ kind: 'renameKey', path: ['model', 'b'], key: 'bb' });
    const renames = optimizerReview(renamed.shown, optimizerChanges(renamed.history), english).view;
    expect(renames.sentence).toContain('follows: its state goes by the order');
    expect(renames.choices.map(({ id }) => id)).toEqual(['drop', 'leave']);
    const cast = await panelAfter({ kind: 'cast', dtype: 'float16', selection: { paths: [['model']] } });
    const casts = optimizerReview(cast.shown, optimizerChanges(cast.history), english).view;
    expect(casts.sentence).toContain('brings its state to the dtype');
    expect(casts.chosen).toBe('leave');
  });

  test('without a change, the state of selected parameters can be reset', async () => {
    const panel = await panelAfter();
    const { shown } = panel;
    expect(optimizerReview(shown, [], english).view).toMatchObject({ apply: null, choices: [] });
    const selected = selectedParameters(shown, rowsOf(shown, 'model.c'));
    const review = optimizerReview(shown, selected, english);
    expect(items(review.view)).toEqual({ optimizer: ['c: selected'] });
    expect(review.view.sections[0]?.items[0]?.rows).toEqual(rowsOf(shown, 'model.c'));
    expect(review.operations('reset')).toEqual([
      { kind: 'optimizer', action: 'reset', path: ['optimizer'], parameters: [2] },
    ]);
  });
});

describe('make loadable', () => {
  function refused(): Value {
    return dict({
      w: tensor('0'),
      args: object('argparse.Namespace', dict({ lr: float(0.1) })),
      path: call('pathlib.PosixPath', str('runs'), str('1')),
      own: object('pkg.Own', dict({ x: 1 })),
    });
  }

  test('lists each conversion and what is left', async () => {
    const shown = await shownFile(refused());
    const { view } = plainValuesReview(shown, english);
    expect(isReview(view)).toBe(true);
    expect(view.sentence).toBe('2 values become plain. torch.load(weights_only=True) still refuses the file.');
    expect(items(view)['Become plain values']).toEqual([
      'argparse.Namespace → dict: 1 value',
      'pathlib.PosixPath → str: 1 value',
    ]);
    expect(items(view)['Still refused']).toEqual(['pkg.Own is not on its allow-list.: ']);
    expect(view.apply).toBe('Make Plain');
  });

  test('says that there is nothing to do', async () => {
    const { view } = plainValuesReview(await shownFile(dict({ w: tensor('0') })), english);
    expect(view).toMatchObject({
      sentence: 'torch.load(weights_only=True) loads this file as it is.',
      sections: [],
      apply: null,
    });
  });
});

describe('compact', () => {
  test('names storages that shrink, by how much, and the tensors that lie in them', async () => {
    const slice = tensor('0', { shape: [2], elements: 6 });
    const shown = await shownFile(dict({ slice, same: slice, whole: tensor('1') }));
    const { view } = compactReview(shown, english);
    expect(isReview(view)).toBe(true);
    expect(view.sentence).toBe('1 storage shrinks: 24 B → 8 B.');
    expect(items(view)).toEqual({ 'Storages that shrink': ['slice and 1 more: 8 B of 24 B used'] });
    expect(view.sections[0]?.items[0]?.rows).toEqual(rowsOf(shown, 'slice', 'same'));
  });

  test('says that there is nothing to leave out', async () => {
    const { view } = compactReview(await shownFile(dict({ w: tensor('0') })), english);
    expect(view).toMatchObject({ sections: [], apply: null });
  });
});

describe('keep for partial loading', () => {
  test('counts what stays and what goes, in tensors and bytes', async () => {
    const shown = await shownFile(training(), records);
    const review = partialReview(shown, rowsOf(shown, 'model.a', 'model.b'), english);
    expect(isReview(review.view)).toBe(true);
    expect(review.view.sentence).toBe('2 of 6 tensors stay, 48 B of 144 B.');
    expect(items(review.view)).toEqual({
      Stays: ['model.a: 1 tensor, 24 B', 'model.b: 1 tensor, 24 B'],
      Goes: ['model.c: 1 tensor, 24 B', 'optimizer.state: 3 tensors, 72 B', 'optimizer.param_groups: 7 entries'],
    });
    expect(review.view.sections[0]?.items[0]?.rows).toEqual([rowOf(shown, 'model.a')]);
  });

  test('its button keeps them', async () => {
    const panel = await panelAfter();
    const rows = rowsOf(panel.shown, 'model.a');
    openReview(panel, panel.shown, partialReview(panel.shown, rows, english));
    expect(await editHandlers(panel, english, copy).applyReview('partial', null)).toBe('');
    expect(keys(panel.history.current)).toEqual(['model.a']);
  });
});

test('views are made of any value: a tuple too', async () => {
  const shown = await shownFile(tuple(tensor('0'), new PyCall(CallForm.Reduce, call('x.y').callee, tuple())));
  expect(plainValuesReview(shown, english).view.apply).toBeNull();
});
