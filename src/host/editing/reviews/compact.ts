import { elementsOf } from '../../../core/checkpoint/aliases';
import type { TensorEntry } from '../../../core/checkpoint/checkpoint';
import { keyOf } from '../../../core/checkpoint/path';
import { EditError } from '../../../core/edit/editError';
import { planCompact, type CompactPlan } from '../../../core/edit/operations/compact';
import { elementBytes } from '../../../core/edit/tensorValues';
import { formatCount, formatSize } from '../../../wording/format';
import type { Translate } from '../../../wording/translate';
import { rowIndex } from '../../rowPaths';
import { contextFor } from '../contexts';
import { hasDeadBytes } from '../deadBytes';
import type { ShownState } from '../editPanel';
import { mostItems, type Review } from '../openReviews';

/** Which storages shrink to what their tensors use, and by how much. */
export function compactReview(shown: ShownState, t: Translate): Review {
  const plan = planOf(shown);
  const isDead = hasDeadBytes(shown.checkpoint);
  return {
    view: {
      id: 'compact',
      title: t('Compact'),
      icon: 'fold',
      sentence: plan === null && isDead ? t('Every storage is used whole.') : sentenceOf(plan, t),
      sections: plan === null ? [] : [section(shown, plan, t)],
      choices: [],
      chosen: null,
      notes: [
        ...(plan === null ? [] : [t('Tensors that share memory go on sharing it.')]),
        ...(isDead
          ? [
              t(
                'The file holds bytes that append saves have left behind. The next save with `checkpointEditor.save.mode` set to `replace` leaves them out.',
              ),
            ]
          : []),
      ],
      apply: plan === null ? null : t('Compact'),
    },
    operations: () => [{ kind: 'compact' }],
  };
}

function planOf({ edit }: ShownState): CompactPlan | null {
  try {
    return planCompact(contextFor(edit));
  } catch (error) {
    if (error instanceof EditError && error.reason === 'nothing-to-compact') {
      return null;
    }
    throw error;
  }
}

function sentenceOf(plan: CompactPlan | null, t: Translate): string {
  if (plan === null) {
    return t('Every storage is used whole: there is nothing to leave out.');
  }
  const [before, after] = [formatSize(plan.bytesBefore), formatSize(plan.bytesAfter)];
  return plan.storages.length === 1
    ? t('1 storage shrinks: {0} → {1}.', before, after)
    : t('{0} storages shrink: {1} → {2}.', formatCount(plan.storages.length), before, after);
}

function section(shown: ShownState, plan: CompactPlan, t: Translate): Review['view']['sections'][number] {
  const tensors = tensorsByStorage(shown);
  return {
    title: t('Storages that shrink'),
    items: plan.storages.slice(0, mostItems).map(({ use, pieces }) => {
      const lying = tensors.get(use.key) ?? [];
      const [first] = lying;
      const name = first === undefined ? use.key : keyOf(first.entry.path);
      const used = pieces.reduce((sum, { views, start, end }) => {
        const [view] = views;
        const elements = Math.min(
          end - start,
          views.reduce((all, { shape }) => all + elementsOf(shape), 0),
        );
        return sum + elements * elementBytes(view?.dtype ?? 'uint8');
      }, 0);
      return {
        text: lying.length > 1 ? t('{0} and {1} more', name, lying.length - 1) : name,
        secondary: t('{0} of {1} used', formatSize(used), formatSize(use.bytes)),
        rows: lying.slice(0, 20).map(({ row }) => row),
      };
    }),
    count: plan.storages.length,
  };
}

interface Lying {
  readonly entry: TensorEntry;
  readonly row: number;
}

function tensorsByStorage(shown: ShownState): ReadonlyMap<string, readonly Lying[]> {
  const index = rowIndex(shown);
  const found = new Map<string, Lying[]>();
  for (const [at, entry] of shown.checkpoint.entries.entries()) {
    if (entry.kind === 'tensor' && entry.storage !== null) {
      const known = found.get(entry.storage.key) ?? [];
      known.push({ entry, row: index.rowOfEntry[at] ?? 0 });
      found.set(entry.storage.key, known);
    }
  }
  return found;
}
