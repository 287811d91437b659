import { keyOf } from '../../../src/core/checkpoint/path';
import type { Checkpoint } from '../../../src/core/checkpoint/checkpoint';
import { apply, type Resources } from '../../../src/core/edit/apply';
import { EditError } from '../../../src/core/edit/editError';
import type { Operation } from '../../../src/core/edit/operations';
import { startState, type EditState } from '../../../src/core/edit/state';
import type { Value } from '../../../src/core/pickle/values';
import { planSave } from '../../../src/core/write/planSave';
import { writePlan } from '../../../src/core/write/planWriter';
import { open, type Records } from '../checkpoint/builders';

/** The state of a file that `torch.save` would have written for a value. */
export async function stateOf(root: Value, records?: Records): Promise<EditState> {
  return startState(await open(root, records));
}

export function applyAll(state: EditState, ...operations: readonly Operation[]): EditState {
  return operations.reduce((at, operation) => apply(at, operation), state);
}

/** Keys of all entries, in order; of values with their text. */
export function keys(state: EditState | Checkpoint): string[] {
  const { entries } = 'checkpoint' in state ? state.checkpoint : state;
  return entries.map((entry) => (entry.kind === 'tensor' ? keyOf(entry.path) : `${keyOf(entry.path)} = ${entry.repr}`));
}

/** `key dtype device storage+offset shape` of each tensor. */
export function tensors(state: EditState): string[] {
  return state.checkpoint.entries.flatMap((entry) =>
    entry.kind === 'tensor'
      ? [
          `${keyOf(entry.path)} ${entry.dtype} ${String(entry.device)} ${String(entry.storage?.key)}+${String(entry.offset)} [${entry.shape.join()}]`,
        ]
      : [],
  );
}

export interface Refusal {
  readonly code: string;
  readonly reason: string;
  readonly entries: readonly string[];
}

/** Why an edit is refused. @throws Error when it is not. */
export function refusal(state: EditState, operation: Operation, resources?: Resources): Refusal {
  try {
    apply(state, operation, resources);
  } catch (error) {
    if (error instanceof EditError) {
      return { code: error.code, reason: error.reason, entries: error.entries };
    }
    throw error;
  }
  throw new Error('the edit was not refused');
}

/** The file that saving a state as a ZIP writes. */
export async function savedBytes(state: EditState): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  await writePlan(planSave(state, 'zip'), {
    write: (bytes) => {
      pieces.push(bytes.slice());
      return Promise.resolve();
    },
  });
  return Buffer.concat(pieces);
}
