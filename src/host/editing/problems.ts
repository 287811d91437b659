import { EditError } from '../../core/edit/editError';
import { CheckpointError } from '../../core/errors';
import { editErrorText } from '../../wording/edits';
import { errorText } from '../../wording/errors';
import type { Translate } from '../../wording/translate';

/** Why something cannot be done, and what to do, in one line. @throws anything that is no error of `core`. */
export function problemText(error: unknown, t: Translate): string {
  if (!(error instanceof CheckpointError)) {
    throw error;
  }
  const { sentence, remedy } = error instanceof EditError ? editErrorText(error, t) : errorText(error, t);
  return `${sentence} ${remedy}`;
}

/** Why it cannot be done; '' when it was. @throws anything that is no error of `core`. */
export function problemOf(action: () => void, t: Translate): string {
  try {
    action();
    return '';
  } catch (error) {
    return problemText(error, t);
  }
}
