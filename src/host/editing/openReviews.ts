import type { ReviewView } from '../../protocol/edits';
import type { Translate } from '../../wording/translate';
import type { Operation } from '../../core/edit/operations';
import type { EditPanel, ShownState } from './editPanel';
import { problemOf } from './problems';

/** A pane that says what a command would do, and the edits that its primary button makes. */
export interface Review {
  readonly view: ReviewView;
  /** @param choice One of `view.choices`; null where there are none. */
  operations(choice: string | null): readonly Operation[];
}

interface OpenReview {
  readonly review: Review;
  /** The state that it was made for. */
  readonly shown: ShownState;
}

/** Items that a section of a review lists. */
export const mostItems = 200;

const openReviews = new WeakMap<EditPanel, OpenReview>();

/** Shows a review in the panel; one that is open gives way. */
export function openReview(panel: EditPanel, shown: ShownState, review: Review): void {
  openReviews.set(panel, { review, shown });
  panel.webview.review(review.view);
}

/** The primary button of a review. @returns why nothing was done, or ''. */
export function applyReview(panel: EditPanel, id: ReviewView['id'], choice: string | null, t: Translate): string {
  const open = openReviews.get(panel);
  if (open?.review.view.id !== id || open.shown.edit !== panel.shown?.edit) {
    return t('The document has changed meanwhile. Run the command again.');
  }
  const problem = problemOf(() => {
    for (const operation of open.review.operations(choice)) {
      panel.document.apply(operation);
    }
  }, t);
  if (problem === '') {
    openReviews.delete(panel);
    panel.webview.review(null);
  }
  return problem;
}
