import type { Path } from '../../core/checkpoint/checkpoint';
import { keyOf, lastText } from '../../core/checkpoint/path';
import { optimizerConsequences, type OptimizerConsequence, type ParameterChange } from '../../core/edit/consequences';
import { PathTree } from '../../core/edit/find';
import type { History } from '../../core/edit/history';
import type { EditState } from '../../core/edit/state';
import { isChosen } from '../../core/edit/tensorsIn';
import type { Translate } from '../../wording/translate';
import type { ShownState } from './editPanel';
import { pathsOf } from './rows';

/** An optimizer that is still there, and what has become of its parameters. */
export interface OptimizerChange extends Omit<OptimizerConsequence, 'pathNow' | 'changes'> {
  readonly pathNow: Path;
  readonly changes: readonly {
    readonly parameter: number;
    readonly key: string;
    readonly change: ParameterChange | 'selected';
  }[];
}

/**
 * What edits mean for the optimizers beside the model, since they were last brought in step with it.
 * @param from Index of an edit; those before it do not count.
 */
export function optimizerChanges(history: History, from = 0): readonly OptimizerChange[] {
  const { all, index } = history;
  const inStep = all.findLastIndex(({ operation }, at) => at <= index && operation?.kind === 'optimizer');
  const before = all[Math.max(inStep, from, 0)];
  if (before === undefined || before.state.checkpoint.optimizers.length === 0 || before.state === history.current) {
    return [];
  }
  const known = lastAsked.get(history.current);
  if (known?.before === before.state) {
    return known.changes;
  }
  const changes = changesBetween(before.state, history.current);
  lastAsked.set(history.current, { before: before.state, changes });
  return changes;
}

/** What edits between two states mean for the optimizers that are in both. */
export function changesBetween(before: EditState, after: EditState): readonly OptimizerChange[] {
  return optimizerConsequences(before, after).filter(
    (change): change is OptimizerConsequence & { readonly pathNow: Path } =>
      change.pathNow !== null && (change.changes.length + change.added.length > 0 || change.unknown),
  );
}

/** By the state after: each panel asks again with every change of what it shows. */
const lastAsked = new WeakMap<
  EditState,
  { readonly before: EditState; readonly changes: readonly OptimizerChange[] }
>();

/** Optimizers whose parameters are among the selected rows. */
export function selectedParameters(shown: ShownState, rows: readonly number[]): readonly OptimizerChange[] {
  const chosen = PathTree.of(pathsOf(shown, rows));
  return shown.checkpoint.optimizers.flatMap(({ path, parameters }): OptimizerChange[] => {
    const changes = parameters.flatMap((entry, parameter) => {
      const tensor = shown.checkpoint.entries[entry ?? -1];
      return tensor !== undefined && isChosen(chosen, tensor.path)
        ? [{ parameter, key: lastText(tensor.path), change: 'selected' as const }]
        : [];
    });
    return changes.length === 0
      ? []
      : [{ path, pathNow: path, unknown: false, changes, added: [], refused: false, breaks: false }];
  });
}

/** What happens when the optimizer's state is loaded beside the edited model, in one sentence. */
export function meaningText(
  { pathNow, changes, added, refused, breaks, unknown }: OptimizerChange,
  t: Translate,
): string {
  const optimizer = nameOf(pathNow, t);
  const isGone = changes.some(({ change }) => change === 'removed');
  const [more] = added;
  if (!unknown && !isGone && more !== undefined) {
    return t('“{0}” is no parameter of {1}: with it, load_state_dict refuses the optimizer’s state.', more, optimizer);
  }
  const [first] = changes.filter(({ change }) => (refused ? change === 'removed' : !breaks || change === 'reshaped'));
  if (unknown || first === undefined) {
    return t('It cannot be told which parameters {0} belongs to.', optimizer);
  }
  if (first.change === 'selected') {
    return t('What {0} keeps of the selected parameters can start afresh.', optimizer);
  }
  if (refused) {
    return t(
      '“{0}” is a parameter of {1}: without it, load_state_dict refuses the optimizer’s state.',
      first.key,
      optimizer,
    );
  }
  if (breaks) {
    return t(
      '“{0}” has another shape than its state in {1}: load_state_dict takes it, and step() raises.',
      first.key,
      optimizer,
    );
  }
  const redrawn = changes.find(({ change }) => change === 'redrawn');
  if (redrawn !== undefined) {
    return t('“{0}” has fresh numbers: what {1} keeps of it belongs to those before.', redrawn.key, optimizer);
  }
  return changes.some(({ change }) => change === 'recast')
    ? t('{0} follows: load_state_dict brings its state to the dtype of each parameter.', optimizer)
    : t('{0} follows: its state goes by the order of the parameters, not by their names.', optimizer);
}

export function nameOf(path: Path, t: Translate): string {
  return path.length === 0 ? t('the optimizer') : keyOf(path);
}
