import { editError } from './editError';
import type { OptimizerConsequence } from './consequences';
import type { OptimizerEdit } from './operations';
import { keyOf } from '../checkpoint/path';

/**
 * What an optimizer beside the model needs after edits: `reset` clears the state of parameters that are gone or have
 * another shape or fresh numbers; `renumber` takes those that are gone out of its groups, and resets the others.
 * @throws EditError where it cannot be told which parameters those are.
 */
export function optimizerEdits(
  { path, pathNow, unknown, changes }: OptimizerConsequence,
  action: 'reset' | 'renumber',
): readonly OptimizerEdit[] {
  if (pathNow === null) {
    return [];
  }
  if (unknown) {
    throw editError('edit-unsupported', 'parameters-unknown', [keyOf(path)]);
  }
  const removed = changes.filter(({ change }) => change === 'removed').map(({ parameter }) => parameter);
  const reshaped = changes
    .filter(({ change }) => change === 'reshaped' || change === 'redrawn')
    .map(({ parameter }) => parameter);
  const reset = action === 'reset' ? [...removed, ...reshaped] : reshaped;
  const edits: OptimizerEdit[] = [];
  if (reset.length > 0) {
    edits.push({ kind: 'optimizer', action: 'reset', path: pathNow, parameters: reset });
  }
  if (action === 'renumber' && removed.length > 0) {
    edits.push({ kind: 'optimizer', action: 'renumber', path: pathNow, parameters: removed });
  }
  return edits;
}
