import { t } from '../strings';
import type { RegexError } from './model/regexError';

/** What the engine says of a wrong regular expression, in the reader's language where its sentence is known. */
export function regexErrorText({ message, position }: RegexError): string {
  const text = translated(message);
  return position === null ? text : t('{0} at position {1}', text, position);
}

function translated(message: string): string {
  switch (message) {
    case 'Unterminated character class':
      return t('Unterminated character class');
    case 'Unterminated group':
      return t('Unterminated group');
    case "Unmatched ')'":
      return t('Unmatched “)”');
    case 'Nothing to repeat':
      return t('Nothing to repeat');
    case 'Lone quantifier brackets':
      return t('Lone quantifier brackets');
    case 'Incomplete quantifier':
      return t('Incomplete quantifier');
    case 'Range out of order in character class':
      return t('Range out of order in character class');
    case 'numbers out of order in {} quantifier':
      return t('Numbers out of order in a quantifier');
    case '\\ at end of pattern':
      return t('“\\” at the end of the pattern');
    case 'Invalid escape':
      return t('Invalid escape');
    case 'Invalid group':
      return t('Invalid group');
    case 'Invalid capture group name':
      return t('Invalid name of a group');
    case 'Invalid property name':
      return t('Invalid name of a property');
    default:
      return message;
  }
}
