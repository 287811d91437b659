import { english, type Translate } from '../src/wording/translate';

let dictionary: Readonly<Record<string, string>> = {};

/** The host's translations, by English text. */
export function setDictionary(strings: Readonly<Record<string, string>>): void {
  dictionary = strings;
}

/** The sentence in the reader's language; English where there is no translation. */
export const t: Translate = (message, ...args) =>
  english(Object.hasOwn(dictionary, message) ? (dictionary[message] ?? message) : message, ...args);
