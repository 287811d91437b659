import { describe, expect, test } from 'vitest';
import { EditError } from '../../../src/core/edit/editError';
import { History } from '../../../src/core/edit/history';
import type { Operation } from '../../../src/core/edit/operations';
import { dict } from '../checkpoint/builders';
import { keys, stateOf } from './support';

const set = (literal: string): Operation => ({ kind: 'setValue', path: ['a'], literal });

async function started(): Promise<History> {
  return new History(await stateOf(dict({ a: 0 })));
}

describe('history', () => {
  test('undo and redo give the very states back', async () => {
    const history = await started();
    const states = [history.current];
    for (const literal of ['1', '2', '3']) {
      states.push(history.apply(set(literal)).state);
    }
    expect(history.operations).toEqual([set('1'), set('2'), set('3')]);
    expect(history.undo() && history.undo()).toBe(true);
    expect(history.current).toBe(states[1]);
    expect(history.operations).toEqual([set('1')]);
    expect(history.redo()).toBe(true);
    expect(history.current).toBe(states[2]);
    expect(history.goTo(0)).toBe(true);
    expect(history.undo()).toBe(false);
    expect(history.current).toBe(states[0]);
  });

  test('is dirty by the state, not by the count of edits', async () => {
    const history = await started();
    for (const literal of ['1', '2', '3']) {
      history.apply(set(literal));
    }
    history.markSaved();
    expect(history.dirty).toBe(false);
    history.undo();
    history.undo();
    history.undo();
    expect([history.dirty, history.savedIndex, history.baseIndex]).toEqual([true, 3, 0]);
    // As many edits as were undone: VS Code takes the document for clean here.
    for (const literal of ['4', '5', '6']) {
      history.apply(set(literal));
    }
    expect([history.dirty, history.savedIndex, keys(history.current)]).toEqual([true, -1, ['a = 6']]);
    expect(history.baseIndex).toBe(0);
  });

  test('an edit during a save stays unsaved', async () => {
    const history = await started();
    const saving = history.apply(set('1'));
    history.apply(set('2'));
    history.markSaved(saving);
    expect([history.dirty, history.savedIndex, history.baseIndex]).toEqual([true, 1, 1]);
  });

  test('undo past a save, and back to it', async () => {
    const history = await started();
    history.apply(set('1'));
    history.markSaved();
    expect(history.undo()).toBe(true);
    expect([history.dirty, keys(history.current)]).toEqual([true, ['a = 0']]);
    history.redo();
    expect(history.dirty).toBe(false);
  });

  test('revert cuts what came after the file, and a late undo of a cut step does nothing', async () => {
    const history = await started();
    history.apply(set('1'));
    history.markSaved();
    const late = history.apply(set('2'));
    history.revert();
    expect([keys(history.current), history.dirty, history.all.length]).toEqual([['a = 1'], false, 2]);
    expect([history.undoStep(late), history.redoStep(late)]).toEqual([false, false]);
    expect(keys(history.current)).toEqual(['a = 1']);
  });

  test('revert finds the saved state after it was cut off', async () => {
    const history = await started();
    history.apply(set('1'));
    history.markSaved();
    history.undo();
    history.apply(set('2'));
    expect(history.savedIndex).toBe(-1);
    history.revert();
    expect([keys(history.current), history.dirty, history.canUndo]).toEqual([['a = 1'], false, false]);
  });

  test('an edit that is refused changes nothing', async () => {
    const history = await started();
    history.apply(set('1'));
    expect(() => history.apply({ kind: 'setValue', path: ['b'], literal: '1' })).toThrow(EditError);
    expect([history.index, history.all.length, keys(history.current)]).toEqual([1, 2, ['a = 1']]);
  });

  test('a step is undone and redone by name', async () => {
    const history = await started();
    const first = history.apply(set('1'));
    const second = history.apply(set('2'));
    expect(history.undoStep(first)).toBe(true);
    expect(keys(history.current)).toEqual(['a = 0']);
    expect(history.redoStep(second)).toBe(true);
    expect(keys(history.current)).toEqual(['a = 2']);
  });
});
