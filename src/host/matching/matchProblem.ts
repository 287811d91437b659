import { CheckpointError } from '../../core/errors';
import { MatchError } from '../../core/match/match';
import { PythonError } from '../../core/python/pythonError';
import type { MatchProblem } from '../../protocol/match';
import { matchErrorText } from '../../wording/match';
import { pythonDetails, pythonErrorText } from '../../wording/python';
import type { Translate } from '../../wording/translate';
import { problemText } from '../editing/problems';
import { FormError } from './formError';

/** Why there is no match; null where a person has cancelled it. @throws anything that is no error of `core`. */
export function matchProblem(error: unknown, t: Translate): MatchProblem | null {
  if (error instanceof FormError) {
    return { sentence: error.message, details: '' };
  }
  if (error instanceof MatchError) {
    const { sentence, remedy } = matchErrorText(error, t);
    return { sentence: `${sentence} ${remedy}`, details: '' };
  }
  if (error instanceof PythonError) {
    const { sentence, remedy } = pythonErrorText(error, t);
    return { sentence: `${sentence} ${remedy}`, details: pythonDetails(error, t) };
  }
  return error instanceof CheckpointError && error.code === 'cancelled'
    ? null
    : { sentence: problemText(error, t), details: '' };
}
