import { apply } from '../../../core/edit/apply';
import type { Operation } from '../../../core/edit/operations';
import type { ReviewSection, ReviewView } from '../../../protocol/edits';
import type { Translate } from '../../../wording/translate';
import { pathId, rowIndex } from '../../rowPaths';
import type { ShownState } from '../editPanel';
import { mostItems, type Review } from '../openReviews';
import { meaningText, nameOf, type OptimizerChange } from '../optimizers';
import { problemOf } from '../problems';

/** What is done about an optimizer whose parameters have changed. */
type Choice = 'reset' | 'renumber' | 'drop' | 'leave';

type Kind = OptimizerChange['changes'][number]['change'];

/** What the changed parameters mean for the optimizers, and what can be done about it. */
export function optimizerReview(shown: ShownState, changes: readonly OptimizerChange[], t: Translate): Review {
  const choices = (['renumber', 'reset', 'drop', 'leave'] as const).filter((choice) =>
    isPossible(shown, changes, choice),
  );
  const chosen = likeliest(changes, choices);
  return {
    view: {
      id: 'optimizer',
      title: t('Update Optimizer'),
      icon: 'refresh',
      sentence:
        changes.length === 0
          ? t('No parameter of an optimizer has changed. Select parameters to reset their state.')
          : changes.map((change) => meaningText(change, t)).join(' '),
      sections: changes.map((change) => section(shown, change, t)),
      choices: changes.length === 0 ? [] : choices.map((choice) => choiceView(choice, changes, t)),
      chosen: changes.length === 0 ? null : chosen,
      notes: [],
      apply: changes.length === 0 ? null : t('Update'),
    },
    operations: (choice) => operationsOf(changes, isChoice(choice) ? choice : chosen),
  };
}

function isChoice(text: string | null): text is Choice {
  return text === 'reset' || text === 'renumber' || text === 'drop' || text === 'leave';
}

/** A pickled optimizer object can only go as a whole; numbers close up only where parameters are gone. */
function isPossible(shown: ShownState, changes: readonly OptimizerChange[], choice: Choice): boolean {
  if (choice === 'leave') {
    return true;
  }
  const closesUp = choice !== 'renumber' || changes.some(isGone);
  return closesUp && problemFree(shown, operationsOf(changes, choice));
}

function problemFree({ edit }: ShownState, operations: readonly Operation[]): boolean {
  const problem = problemOf(
    () => {
      operations.reduce((state, operation) => apply(state, operation), edit);
    },
    (text) => text,
  );
  return problem === '' && operations.length > 0;
}

function likeliest(changes: readonly OptimizerChange[], choices: readonly Choice[]): Choice {
  const isStale = changes.some((change) => change.breaks || parametersOf(change, ['selected', 'redrawn']).length > 0);
  const refused = changes.some(isGone) ? 'renumber' : changes.some((change) => change.refused) ? 'drop' : null;
  const wanted = refused ?? (isStale ? 'reset' : 'leave');
  return choices.includes(wanted) ? wanted : (choices[0] ?? 'leave');
}

function operationsOf(changes: readonly OptimizerChange[], choice: Choice): Operation[] {
  return changes.flatMap((change): Operation[] => {
    const { pathNow: path } = change;
    const gone = parametersOf(change, ['removed']);
    const stale = parametersOf(change, ['reshaped', 'recast', 'redrawn', 'selected']);
    switch (choice) {
      case 'drop':
        return [{ kind: 'optimizer', action: 'drop', path }];
      case 'reset':
        return gone.length + stale.length === 0
          ? []
          : [{ kind: 'optimizer', action: 'reset', path, parameters: [...gone, ...stale].sort((a, b) => a - b) }];
      case 'renumber': {
        const reshaped = parametersOf(change, ['reshaped', 'redrawn']);
        // Before the numbers change.
        return [
          ...(reshaped.length === 0
            ? []
            : [{ kind: 'optimizer', action: 'reset', path, parameters: reshaped } as const]),
          ...(gone.length === 0 ? [] : [{ kind: 'optimizer', action: 'renumber', path, parameters: gone } as const]),
        ];
      }
      case 'leave':
        return [];
    }
  });
}

/** Parameters that it holds are no more in the model. */
function isGone(change: OptimizerChange): boolean {
  return parametersOf(change, ['removed']).length > 0;
}

function parametersOf({ changes }: OptimizerChange, kinds: readonly Kind[]): number[] {
  return changes.filter(({ change }) => kinds.includes(change)).map(({ parameter }) => parameter);
}

function choiceView(choice: Choice, changes: readonly OptimizerChange[], t: Translate): ReviewView['choices'][number] {
  switch (choice) {
    case 'reset':
      return {
        id: choice,
        label: t('Reset their state'),
        description: t('Momentum and averages of these parameters start afresh; the groups stay as they are.'),
      };
    case 'renumber':
      return {
        id: choice,
        label: t('Take them out and renumber'),
        description: t('Parameters that are gone leave state and groups, and the others close up.'),
      };
    case 'drop':
      return { id: choice, label: t('Drop the optimizer'), description: t('Training goes on with a fresh one.') };
    case 'leave':
      return { id: choice, label: t('Leave it as it is'), description: leaveText(changes, t) };
  }
}

function leaveText(changes: readonly OptimizerChange[], t: Translate): string {
  if (changes.some(isGone)) {
    return t('load_state_dict refuses it for a model without these parameters.');
  }
  if (changes.some(({ refused }) => refused)) {
    return t('load_state_dict refuses it for a model with more parameters.');
  }
  return changes.some(({ breaks }) => breaks)
    ? t('load_state_dict takes it, and step() raises.')
    : t('It goes on working.');
}

function section(shown: ShownState, { pathNow, changes }: OptimizerChange, t: Translate): ReviewSection {
  const index = rowIndex(shown);
  const id = pathId(pathNow);
  const parameters = shown.checkpoint.optimizers.find(({ path }) => pathId(path) === id)?.parameters ?? [];
  return {
    title: nameOf(pathNow, t),
    items: changes.slice(0, mostItems).map(({ parameter, key, change }) => {
      const row = index.rowOfEntry[parameters[parameter] ?? -1];
      return { text: key, secondary: changeText(change, t), rows: row === undefined ? [] : [row] };
    }),
    count: changes.length,
  };
}

function changeText(change: Kind, t: Translate): string {
  switch (change) {
    case 'removed':
      return t('removed');
    case 'renamed':
      return t('renamed');
    case 'recast':
      return t('other dtype');
    case 'reshaped':
      return t('other shape');
    case 'redrawn':
      return t('fresh numbers');
    case 'selected':
      return t('selected');
  }
}
