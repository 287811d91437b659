import { actionsFor } from '../../core/match/actions';
import type { KeyAction, MatchResult, TargetKey } from '../../core/match/match';
import type {
  MatchGroup,
  MatchGroupView,
  MatchProposalView,
  MatchRange,
  MatchResultView,
  MatchRowView,
} from '../../protocol/match';
import { absent, formatCount, formatExact, formatShape } from '../../wording/format';
import { proposalReasonText, proposalText } from '../../wording/match';
import { parameterCount } from '../../wording/summary';
import type { Translate } from '../../wording/translate';
import type { ShownRows } from '../rowPaths';
import { actionOf, groupLength, groupOrder, rowAt, type ComputedMatch } from './computedMatch';
import type { DecidedProposal } from './decisions';
import { filteredTotals, unwritable } from './outcome';
import { treeRow, treeStatus } from './treeStatus';

/** Below this share of the model's parameters nothing of use loads. */
const alarmBelow = 0.01;

/** A match for the pane and the column of the tree. */
export function resultView(
  computed: ComputedMatch,
  shown: ShownRows,
  { revision, version }: { readonly revision: number; readonly version: number },
  note: string,
  t: Translate,
): MatchResultView {
  const { result } = computed;
  const { matched, mismatched, target, coverage, parameters } = result;
  const all = target.keys.length;
  const isCounted = isWithoutShapes(result);
  const share = (keys: number, elements: number): number =>
    isCounted ? keys / Math.max(all, 1) : elements / Math.max(parameters.target, 1);
  return {
    revision,
    headline:
      all === 1
        ? t('{0} of 1 key loads', formatExact(matched.length))
        : t('{0} of {1} keys load', formatExact(matched.length), formatExact(all)),
    parameters: isCounted ? '' : t('{0} of {1}', formatCount(parameters.loads), parameterCount(parameters.target, t)),
    coverage,
    loads: coverage,
    mismatched: share(mismatched.length, parameters.mismatched),
    isAlarm: coverage < alarmBelow,
    proposals: proposalViews(computed.proposals, coverage < alarmBelow, t),
    groups: groupViews(result),
    notes: [...(note === '' ? [] : [note]), ...notesOf(result, t)],
    ...filteredTotals(computed, shown.checkpoint),
    noUpdate: unwritable(computed, t),
    rows: treeStatus(shown, result),
    version,
  };
}

/** An error text names keys without their shapes. */
function isWithoutShapes({ target }: MatchResult): boolean {
  return target.keys.every(({ shape }) => shape === null);
}

/** Where nothing loads a prefix is the likeliest reason. */
function proposalViews(
  proposals: readonly DecidedProposal[],
  prefixFirst: boolean,
  t: Translate,
): readonly MatchProposalView[] {
  const rank = ({ proposal, state }: DecidedProposal): number =>
    prefixFirst && state === 'open' && ['strip', 'add', 'swap'].includes(proposal.kind) ? 0 : 1;
  return [...proposals]
    .sort((a, b) => rank(a) - rank(b))
    .map(({ proposal, state }) => ({
      id: proposal.id,
      title: proposalText(proposal, t),
      names: [proposal.from, proposal.to].filter((name) => name !== ''),
      reason: proposalReasonText(proposal.reason, t),
      confidence: proposal.confidence,
      state,
    }));
}

function groupViews(result: MatchResult): readonly MatchGroupView[] {
  return groupOrder.flatMap((group) => {
    const count = groupLength(result, group);
    return count === 0
      ? []
      : [{ group, count, parameters: parametersOf(result, group), actions: actionsOfAll(result, group) }];
  });
}

function parametersOf(result: MatchResult, group: MatchGroup): number | null {
  const hasUnknown = group === 'missing' && result.missing.some(({ shape }) => shape === null);
  if (hasUnknown || (group !== 'unexpected' && isWithoutShapes(result))) {
    return null;
  }
  switch (group) {
    case 'matched':
      return result.parameters.loads;
    case 'mismatched':
    case 'missing':
    case 'unexpected':
      return result.parameters[group];
    case 'defaulted':
    case 'ignored':
      return null;
  }
}

/** Rows that are looked at for what can be done with all: they are alike. */
const mostLookedAt = 1_000;

/** What can be done with some row of the group, in the order of the first one that offers it. */
function actionsOfAll(result: MatchResult, group: MatchGroup): readonly KeyAction[] {
  const actions = new Set<KeyAction>();
  for (let index = 0; index < Math.min(groupLength(result, group), mostLookedAt); index++) {
    const row = rowAt(result, group, index);
    for (const action of row === undefined ? [] : actionsFor(row, result.target)) {
      actions.add(action);
    }
  }
  return [...actions];
}

function notesOf({ defaulted, coverage }: MatchResult, t: Translate): readonly string[] {
  return defaulted.length > 0 && coverage >= alarmBelow
    ? [t('torch sets the counters of batches itself: files from before torch 0.4.1 lack them.')]
    : [];
}

/** Rows of one group, as far as they are there. */
export function rowViews(
  { result, actions }: ComputedMatch,
  shown: ShownRows,
  { group, first, count }: MatchRange,
): readonly MatchRowView[] {
  const views: MatchRowView[] = [];
  for (let index = first; index < Math.min(first + count, groupLength(result, group)); index++) {
    const view = decidedRow(result, actions, group, index, shown) ?? plainRow(result, group, index, shown);
    if (view !== null) {
      views.push(view);
    }
  }
  return views;
}

function decidedRow(
  result: MatchResult,
  actions: ComputedMatch['actions'],
  group: MatchGroup,
  index: number,
  shown: ShownRows,
): MatchRowView | null {
  const row = rowAt(result, group, index);
  if (row === undefined) {
    return null;
  }
  const decided = { action: actionOf(row, actions, result.target), actions: actionsFor(row, result.target) };
  switch (row.kind) {
    case 'matched':
    case 'mismatched': {
      const { source, target } = row.pair;
      return {
        key: target.key,
        fileKey: source.key === target.key ? '' : source.key,
        fileShape: shapeOf(source.shape),
        modelShape: shapeOf(target.shape),
        row: treeRow(shown, source),
        ...decided,
      };
    }
    case 'missing':
      return { ...missingRow(row.key), ...decided };
    case 'unexpected':
      return {
        key: row.key.key,
        fileKey: '',
        fileShape: shapeOf(row.key.shape),
        modelShape: absent,
        row: treeRow(shown, row.key),
        ...decided,
      };
  }
}

/** Of the groups where nothing is to be decided. */
function plainRow(result: MatchResult, group: MatchGroup, index: number, shown: ShownRows): MatchRowView | null {
  const nothing = { action: null, actions: [] };
  const missing = group === 'defaulted' ? result.defaulted[index] : undefined;
  const ignored = group === 'ignored' ? result.ignored[index] : undefined;
  if (missing !== undefined) {
    return { ...missingRow(missing), ...nothing };
  }
  return ignored === undefined
    ? null
    : {
        key: ignored.key,
        fileKey: '',
        fileShape: shapeOf(ignored.shape),
        modelShape: absent,
        row: treeRow(shown, ignored),
        ...nothing,
      };
}

function missingRow({ key, shape }: TargetKey): Omit<MatchRowView, 'action' | 'actions'> {
  return { key, fileKey: '', fileShape: absent, modelShape: shapeOf(shape), row: -1 };
}

/** `?` where it is not known. */
function shapeOf(shape: readonly number[] | null): string {
  return shape === null ? '?' : formatShape(shape);
}
