import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PathElement } from '../../../src/core/checkpoint/checkpoint';
import { EditError } from '../../../src/core/edit/editError';
import { History } from '../../../src/core/edit/history';
import type { Operation } from '../../../src/core/edit/operations';
import { dict } from '../checkpoint/builders';
import { keys, stateOf } from './support';

/** A dict of numbers, as JavaScript has one: what the edits do to it is said once more, in the plainest way. */
type Model = readonly (readonly [string, number])[];

const names = ['a', 'b', 'm.a', 'm.b', 'c'] as const;
const name = fc.constantFrom(...names);

const step = fc.oneof(
  fc.record({ kind: fc.constant('remove' as const), key: name }),
  fc.record({ kind: fc.constant('renameKey' as const), key: name, to: name }),
  fc.record({ kind: fc.constant('duplicate' as const), key: name, to: name }),
  fc.record({ kind: fc.constant('move' as const), key: name, index: fc.nat(5) }),
  fc.record({ kind: fc.constant('setValue' as const), key: name, value: fc.integer() }),
  fc.record({ kind: fc.constant('addEntry' as const), key: name, value: fc.integer() }),
  fc.record({ kind: fc.constant('stripPrefix' as const) }),
  fc.record({ kind: fc.constantFrom('undo' as const, 'redo' as const, 'save' as const, 'revert' as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type EditStep = Exclude<Step, { kind: 'undo' | 'redo' | 'save' | 'revert' }>;

function operationOf(edit: EditStep): Operation {
  const path: readonly PathElement[] = 'key' in edit ? [edit.key] : [];
  switch (edit.kind) {
    case 'remove':
      return { kind: 'remove', selection: { paths: [path] } };
    case 'renameKey':
      return { kind: 'renameKey', path, key: edit.to };
    case 'duplicate':
      return { kind: 'duplicate', path, key: edit.to };
    case 'move':
      return { kind: 'move', path, index: edit.index };
    case 'setValue':
    case 'addEntry':
      return { kind: edit.kind, path, literal: String(edit.value) };
    case 'stripPrefix':
      return { kind: 'stripPrefix', prefix: 'm.', in: [[]] };
  }
}

/** null: refused. */
function modelled(model: Model, edit: EditStep): Model | null {
  const at = 'key' in edit ? model.findIndex(([key]) => key === edit.key) : -1;
  const found = model[at];
  const has = (key: string): boolean => model.some(([each]) => each === key);
  if (edit.kind === 'addEntry') {
    return found === undefined ? [...model, [edit.key, edit.value]] : null;
  }
  if (edit.kind === 'stripPrefix') {
    const changed = model.map(([key, value]) => [key.replace(/^m\./, ''), value] as const);
    const isMade = changed.some(([key], index) => key !== model[index]?.[0]);
    return isMade && new Set(changed.map(([key]) => key)).size === changed.length ? changed : null;
  }
  if (found === undefined) {
    return null;
  }
  switch (edit.kind) {
    case 'remove':
      return model.length > 1 ? model.toSpliced(at, 1) : null;
    case 'renameKey':
      return has(edit.to) && edit.to !== edit.key ? null : model.with(at, [edit.to, found[1]]);
    case 'duplicate':
      return has(edit.to) ? null : model.toSpliced(at + 1, 0, [edit.to, found[1]]);
    case 'move':
      return edit.index < model.length ? model.toSpliced(at, 1).toSpliced(edit.index, 0, found) : null;
    case 'setValue':
      return model.with(at, [edit.key, edit.value]);
  }
}

test('any sequence of edits, undos, redos, saves and reverts gives what a plain list of states gives', async () => {
  const start: Model = [
    ['a', 1],
    ['m.a', 2],
    ['m.b', 3],
  ];
  const opened = await stateOf(dict(Object.fromEntries(start)));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const history = new History(opened);
      let states: Model[] = [start];
      let at = 0;
      let saved: Model = start;
      for (const each of steps) {
        switch (each.kind) {
          case 'undo':
            expect(history.undo()).toBe(at > 0);
            at = Math.max(at - 1, 0);
            break;
          case 'redo':
            expect(history.redo()).toBe(at < states.length - 1);
            at = Math.min(at + 1, states.length - 1);
            break;
          case 'save':
            history.markSaved();
            saved = states[at] ?? start;
            break;
          case 'revert': {
            history.revert();
            const index = states.indexOf(saved);
            states = index === -1 ? [saved] : states.slice(0, index + 1);
            at = states.length - 1;
            break;
          }
          default: {
            const next = modelled(states[at] ?? start, each);
            if (next === null) {
              expect(() => history.apply(operationOf(each))).toThrow(EditError);
            } else {
              history.apply(operationOf(each));
              states = [...states.slice(0, at + 1), next];
              at++;
            }
          }
        }
        expect(keys(history.current)).toEqual(states[at]?.map(([key, value]) => `${key} = ${String(value)}`));
        expect(history.dirty).toBe(states[at] !== saved);
      }
    }),
    { numRuns: 150 },
  );
});
