import type { History } from '../../core/edit/history';
import type { EditState } from '../../core/edit/state';
import { CheckpointError } from '../../core/errors';
import { planSave } from '../../core/write/planSave';
import { ownTarget } from '../../core/write/saveTarget';
import type { EditStepView, EditsView } from '../../protocol/edits';
import { operationIcon, operationText } from '../../wording/edits';
import type { Translate } from '../../wording/translate';
import type { EditedDocument } from './editPanel';
import { problemText } from './problems';

/** Bytes of the file that a state would be saved as; null where it cannot be. */
const sizes = new WeakMap<EditState, number | null>();

/**
 * The list of edits. Sizes are said as far as they have been measured.
 * @param savedAt `14:02`, when the file was last saved or opened.
 */
export function editsView(document: EditedDocument, savedAt: string, t: Translate): EditsView {
  const { history, readOnly, savedBytes, keptBytes } = document;
  const current = history?.current;
  const measured = current === undefined ? undefined : sizes.get(current);
  return {
    readOnly: readOnly === null ? null : problemText(readOnly, t),
    steps: history === null ? [] : stepViews(history, t),
    current: history?.index ?? 0,
    saved: history === null || history.savedIndex === -1 ? null : history.savedIndex,
    savedAt,
    savedBytes,
    bytes: history?.dirty === false ? savedBytes : (measured ?? null),
    keptBytes,
  };
}

function stepViews({ all }: History, t: Translate): EditStepView[] {
  return all.flatMap(({ state, operation }, at) => {
    const before = all[at - 1]?.state;
    if (operation === null || before === undefined) {
      return [];
    }
    const [from, to] = [sizes.get(before), sizes.get(state)];
    const bytes = typeof from === 'number' && typeof to === 'number' ? to - from : null;
    return [{ icon: operationIcon(operation), text: operationText(operation, t), bytes }];
  });
}

/**
 * Finds out what `editsView` could not say yet: the size of the state that is shown and of the one before. It takes as
 * long as writing the pickle does.
 * @returns whether anything has become known.
 */
export function measureSizes({ history }: EditedDocument): boolean {
  const states = [history?.all[history.index - 1]?.state, history?.dirty === true ? history.current : undefined];
  const unknown = states.filter((state) => state !== undefined && !sizes.has(state));
  for (const state of unknown) {
    if (state !== undefined) {
      sizes.set(state, sizeOf(state));
    }
  }
  return unknown.length > 0;
}

function sizeOf(state: EditState): number | null {
  try {
    return planSave(state, ownTarget(state.original)).size;
  } catch (error) {
    if (error instanceof CheckpointError) {
      return null;
    }
    throw error;
  }
}
