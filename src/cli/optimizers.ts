import { keyOf } from '../core/checkpoint/path';
import { apply } from '../core/edit/apply';
import { coarseCounters, optimizerConsequences, type OptimizerConsequence } from '../core/edit/consequences';
import { editError } from '../core/edit/editError';
import type { OptimizerEdit } from '../core/edit/operations';
import { optimizerEdits } from '../core/edit/optimizerEdits';
import type { EditState } from '../core/edit/state';

export const optimizerActions = ['reset', 'renumber', 'drop'] as const;
export type OptimizerAction = (typeof optimizerActions)[number];

/**
 * Lets the optimizers follow what was done to the parameters.
 * @throws EditError when there is nothing to follow, or no telling.
 */
export function followOptimizers(start: EditState, state: EditState, action: OptimizerAction): EditState {
  const edits = action === 'drop' ? drops(state) : follows(start, state, action);
  return edits.reduce((before, edit) => apply(before, edit), state);
}

/** The last one first: those before it keep their places in a list. */
function drops({ checkpoint }: EditState): readonly OptimizerEdit[] {
  if (checkpoint.optimizers.length === 0) {
    throw editError('edit-no-match', 'no-optimizer');
  }
  return checkpoint.optimizers.toReversed().map(({ path }) => ({ kind: 'optimizer', action: 'drop', path }));
}

function follows(start: EditState, state: EditState, action: 'reset' | 'renumber'): readonly OptimizerEdit[] {
  const beside = optimizerConsequences(start, state).filter(({ pathNow }) => pathNow !== null);
  const [first] = beside;
  if (first === undefined) {
    throw editError('edit-no-match', 'no-optimizer');
  }
  const edits = beside.flatMap((consequence) => optimizerEdits(consequence, action));
  if (edits.length === 0) {
    throw editError('edit-no-match', 'no-parameter', [keyOf(first.path)]);
  }
  return edits;
}

/** What edits mean for the optimizers that are still there, and what `--optimizer` would do about it. */
export function optimizerWarnings(start: EditState, state: EditState): readonly string[] {
  const hasChanged = start.checkpoint.summary.parameters !== state.checkpoint.summary.parameters;
  return optimizerConsequences(start, state).flatMap((consequence) =>
    consequence.pathNow === null ? [] : warningsOf(consequence, hasChanged),
  );
}

/** A cast that an optimizer cannot go on with. */
export function counterWarnings(start: EditState, state: EditState): readonly string[] {
  const coarse = coarseCounters(start, state);
  const [first] = coarse?.paths ?? [];
  return coarse === null || first === undefined
    ? []
    : [
        `${keyOf(first)} counts steps, and ${coarse.dtype} cannot count beyond ${coarse.limit}: ` +
          '--cast DTYPE=GLOB takes the weights alone',
      ];
}

function warningsOf({ path, unknown, changes, added }: OptimizerConsequence, hasChanged: boolean): readonly string[] {
  const name = keyOf(path);
  if (unknown) {
    return hasChanged
      ? [`it cannot be told which parameters ${name} belongs to; --optimizer drop takes it out of the file`]
      : [];
  }
  const removed = changes.filter(({ change }) => change === 'removed').map(({ key }) => key);
  const reshaped = changes.filter(({ change }) => change === 'reshaped').map(({ key }) => key);
  const redrawn = changes.filter(({ change }) => change === 'redrawn').map(({ key }) => key);
  return [
    ...(removed.length === 0
      ? []
      : [
          `${name} still counts ${counted(removed)}: load_state_dict refuses it for a model without; ` +
            '--optimizer renumber closes the gap, reset clears their state only, drop removes the optimizer',
        ]),
    ...(reshaped.length === 0
      ? []
      : [
          `${name} has state of another shape for ${counted(reshaped)}: step() raises; ` +
            '--optimizer reset clears it, drop removes the optimizer',
        ]),
    ...(redrawn.length === 0
      ? []
      : [`${name} keeps state of the numbers before for ${counted(redrawn)}; --optimizer reset clears it`]),
    ...(added.length === 0
      ? []
      : [
          `${name} does not hold ${counted(added)}: load_state_dict refuses it for a model with more; ` +
            '--optimizer drop removes the optimizer',
        ]),
  ];
}

/** `2 parameters (fc.weight, fc.bias)` */
function counted(keys: readonly string[]): string {
  const named = keys.slice(0, 3).join(', ');
  const names = keys.length > 3 ? `${named} and ${keys.length - 3} more` : named;
  return `${keys.length} ${keys.length === 1 ? 'parameter' : 'parameters'} (${names})`;
}
