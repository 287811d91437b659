import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyOf } from '../../../src/core/checkpoint/path';
import { apply } from '../../../src/core/edit/apply';
import { changesBetween } from '../../../src/core/edit/changes';
import { EditError } from '../../../src/core/edit/editError';
import type { Operation } from '../../../src/core/edit/operations';
import { isSameContent } from '../../../src/core/edit/sameContent';
import type { EditState } from '../../../src/core/edit/state';
import { PyDict } from '../../../src/core/pickle/values';
import { buildTree } from '../../../src/core/tree/buildTree';
import { RowChange } from '../../../src/core/tree/treeColumns';
import { dict, float, list, object, orderedDict, tensor, tuple } from '../checkpoint/builders';
import { stateOf } from './support';

const start = await stateOf(
  dict({
    model: orderedDict({
      'module.a.weight': tensor('0', { device: 'cuda:0' }),
      'module.a.bias': tensor('1', { shape: [2], elements: 6 }),
      'module.b': tensor('1', { shape: [3], elements: 6, offset: 2 }),
    }),
    optimizer: dict({
      state: new PyDict([0, dict({ step: 1, m: tensor('2') }), 1, dict({ step: 1 })]),
      param_groups: list(dict({ lr: float(0.1), params: list(0) }), dict({ lr: float(0.1), params: list(1) })),
    }),
    args: object('argparse.Namespace', dict({ lr: float(0.1), n: 1 })),
    pair: tuple(1, list(1, 1)),
    epoch: 1,
  }),
);

/** Edits of whatever a state holds then, chosen by numbers. */
const step = fc.tuple(fc.nat(), fc.nat(), fc.nat(14));

function operationOf({ checkpoint }: EditState, at: number, to: number, kind: number): Operation {
  const places = [...checkpoint.entries, ...checkpoint.branches].map(({ path }) => path);
  const path = places[at % places.length] ?? [];
  const key = ['x', 'y', 'model', 'epoch'][to % 4] ?? '';
  switch (kind) {
    case 0:
      return { kind: 'remove', selection: { paths: [path] } };
    case 1:
      return { kind: 'keep', selection: { paths: [path, places[to % places.length] ?? []] } };
    case 2:
      return { kind: 'renameKey', path, key };
    case 3:
      return { kind: 'duplicate', path, key };
    case 4:
      return { kind: 'move', path, index: to % 4 };
    case 5:
      return { kind: 'setValue', path, literal: String(to % 3) };
    case 6:
      return { kind: 'addEntry', path: [...path.slice(0, -1), key], literal: '1' };
    case 7:
      return { kind: 'stripPrefix', prefix: 'module.' };
    case 8:
      return { kind: 'rename', pattern: 'a', text: 'b' };
    case 9:
      return { kind: 'cast', dtype: to % 2 === 0 ? 'float16' : 'float32' };
    case 10:
      return { kind: 'remapDevices', to: { kind: 'all', device: to % 2 === 0 ? 'cpu' : 'cuda:1' } };
    case 11:
      return { kind: 'wrap', key };
    case 12:
      return { kind: 'extract', path };
    case 13:
      return { kind: 'plainValues' };
    default:
      return { kind: 'compact' };
  }
}

function edited(state: EditState, [at, to, kind]: readonly [number, number, number]): EditState {
  try {
    return apply(state, operationOf(state, at, to, kind));
  } catch (error) {
    if (error instanceof EditError) {
      return state;
    }
    throw error;
  }
}

/** Each entry after is what it was, one of the entries before that changed, or new; all others before are gone. */
function checkChanges(before: EditState, after: EditState): void {
  const changes = changesBetween(before, after);
  const [was, is] = [before.checkpoint.entries, after.checkpoint.entries];
  const left = new Set(was);
  for (const { entry } of changes.removed) {
    expect(left.delete(entry)).toBe(true);
  }
  const same: (typeof is)[number][] = [];
  is.forEach((entry, index) => {
    const change = changes.entries.get(index);
    if (change === undefined) {
      same.push(entry);
      return;
    }
    const { kind, before: old, oldPath } = change;
    expect(old === null).toBe(kind === 'added');
    expect(old === null || left.delete(old)).toBe(true);
    expect(kind === 'renamed' && (old === null || oldPath === null || !isSameContent(old, entry))).toBe(false);
    expect(kind === 'modified' && old !== null && isSameContent(old, entry)).toBe(false);
  });
  // In the same number, and each with its like: which is which does not matter.
  expect(same).toHaveLength(left.size);
  for (const entry of same) {
    const like = [...left].find((old) => isSameContent(old, entry));
    expect(like, keyOf(entry.path)).toBeDefined();
    if (like !== undefined) {
      left.delete(like);
    }
  }
  checkTree(after, changes);
}

function checkTree({ checkpoint }: EditState, changes: ReturnType<typeof changesBetween>): void {
  const plain = buildTree(checkpoint);
  const tree = buildTree(checkpoint, undefined, changes);
  const numbers = [...tree.entry].filter((number) => number !== -1);
  const all = Array.from({ length: checkpoint.entries.length + changes.removed.length }, (_, number) => number);
  expect(numbers.toSorted((a, b) => a - b)).toEqual(all);
  // What is gone changes no sum, and not the order of what is still there.
  const top = (rows: typeof tree, column: 'tensors' | 'bytes'): number =>
    rows.parent.reduce((sum, parent, row) => {
      const isCounted = parent === -1 && rows.changes?.change[row] !== RowChange.Removed;
      return isCounted ? sum + (rows[column][row] ?? 0) : sum;
    }, 0);
  expect([top(tree, 'tensors'), top(tree, 'bytes')]).toEqual([top(plain, 'tensors'), top(plain, 'bytes')]);
}

test('whatever is edited, every entry is accounted for, and the tree has each once', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), fc.nat(5), (steps, from) => {
      const states = [start];
      for (const each of steps) {
        states.push(edited(states.at(-1) ?? start, each));
      }
      const last = states.at(-1) ?? start;
      checkChanges(states[from % states.length] ?? start, last);
      // Back again, as after undoing past a save.
      checkChanges(last, start);
    }),
    { seed: 9, numRuns: 150 },
  );
});
