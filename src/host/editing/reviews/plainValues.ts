import type { Checkpoint } from '../../../core/checkpoint/checkpoint';
import { EditError } from '../../../core/edit/editError';
import { planPlainValues, type PlainPlan } from '../../../core/edit/operations/plainValues';
import { blockerText } from '../../../wording/audit';
import { formatCount } from '../../../wording/format';
import type { Translate } from '../../../wording/translate';
import type { ReviewSection } from '../../../protocol/edits';
import { rowIndex } from '../../rowPaths';
import { contextFor } from '../contexts';
import type { ShownState } from '../editPanel';
import { mostItems, type Review } from '../openReviews';

/** What "make this file loadable with `weights_only=True`" changes, and what it leaves. */
export function plainValuesReview(shown: ShownState, t: Translate): Review {
  const plan = planOf(shown);
  const { conversions } = plan;
  const count = conversions.reduce((sum, { count: each }) => sum + each, 0);
  return {
    view: {
      id: 'plainValues',
      title: t('Make Loadable With weights_only'),
      icon: 'symbol-object',
      sentence: sentenceOf(shown.checkpoint, plan, count, t),
      sections: [
        {
          title: t('Become plain values'),
          items: conversions.slice(0, mostItems).map(({ from, to, count: each }) => ({
            text: `${from} → ${to}`,
            secondary: each === 1 ? t('1 value') : t('{0} values', formatCount(each)),
            rows: [],
          })),
          count: conversions.length,
        },
        leftSection(shown, plan, t),
      ].filter(({ items }) => items.length > 0),
      choices: [],
      chosen: null,
      notes: conversions.length > 0 ? [t('Numbers and texts stay the same; only their Python types change.')] : [],
      apply: conversions.length > 0 ? t('Make Plain') : null,
    },
    operations: () => [{ kind: 'plainValues' }],
  };
}

/** The plan; an empty one where there is nothing to do. */
function planOf({ edit, checkpoint }: ShownState): PlainPlan {
  try {
    return planPlainValues(contextFor(edit), { kind: 'plainValues' });
  } catch (error) {
    if (error instanceof EditError && error.reason === 'nothing-to-convert') {
      return { conversions: [], left: checkpoint.weightsOnly.blockers };
    }
    throw error;
  }
}

function sentenceOf(
  { weightsOnly }: Checkpoint,
  { conversions, left }: PlainPlan,
  count: number,
  t: Translate,
): string {
  if (conversions.length === 0) {
    return weightsOnly.loads
      ? t('torch.load(weights_only=True) loads this file as it is.')
      : t('Nothing that weights_only refuses has a plain form.');
  }
  const becomes = count === 1 ? t('1 value becomes plain.') : t('{0} values become plain.', formatCount(count));
  const then =
    left.length === 0
      ? t('torch.load(weights_only=True) loads the file then.')
      : t('torch.load(weights_only=True) still refuses the file.');
  return `${becomes} ${then}`;
}

function leftSection(shown: ShownState, { left }: PlainPlan, t: Translate): ReviewSection {
  const index = rowIndex(shown);
  return {
    title: t('Still refused'),
    items: left.slice(0, mostItems).map((blocker) => ({
      text: blockerText(blocker, t),
      secondary: '',
      rows: blocker.paths.slice(0, 20).flatMap((path) => index.rowAt(path) ?? []),
    })),
    count: left.length,
  };
}
