import { formatExact } from '../../wording/format';
import type { Translate } from '../../wording/translate';
import type { Recognised } from './matchSession';

/** `Recognised as resnet50 by 318 of 320 keys`; '' where the file is none of the known architectures. */
export function recognisedText(recognised: Recognised, t: Translate): string {
  if (recognised === null) {
    return '';
  }
  const { name, matched, total } = recognised;
  return t('Recognised as {0} by {1} of {2} keys', name, formatExact(matched), formatExact(total));
}
