import { openReview } from '../../editing/openReviews';
import { optimizerChanges, selectedParameters } from '../../editing/optimizers';
import { compactReview } from '../../editing/reviews/compact';
import { optimizerReview } from '../../editing/reviews/optimizer';
import { partialReview } from '../../editing/reviews/partial';
import { plainValuesReview } from '../../editing/reviews/plainValues';
import { translate } from '../../l10n';
import { editCommand } from './editCommand';

/** Commands that say in a pane what they would do. */

export const makeLoadable = editCommand(({ session, shown }) => {
  openReview(session, shown, plainValuesReview(shown, translate));
});

export const compact = editCommand(({ session, shown }) => {
  openReview(session, shown, compactReview(shown, translate));
});

export const keepForPartialLoading = editCommand(({ session, shown }) => {
  openReview(session, shown, partialReview(shown, session.selection, translate));
});

/** What has changed; where nothing has, the state of the parameters that are selected. */
export const updateOptimizer = editCommand(({ session, shown }) => {
  const { history } = session.document;
  const changes = history === null ? [] : optimizerChanges(history);
  const meant = changes.length > 0 ? changes : selectedParameters(shown, session.selection);
  openReview(session, shown, optimizerReview(shown, meant, translate));
});
