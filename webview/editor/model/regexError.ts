/** Why a text is no regular expression. */
export interface RegexError {
  /** As the engine says it, in English. */
  readonly message: string;
  /** Where the trouble starts, counted from 0; null where it is not known. */
  readonly position: number | null;
}

export function explainRegexError(text: string, error: SyntaxError): RegexError {
  const message = error.message.slice(error.message.lastIndexOf(': ') + 1).trim();
  const open = openBrackets(text);
  switch (message) {
    case 'Unterminated character class':
      return { message, position: open.characterClass };
    case 'Unterminated group':
      return { message, position: open.group };
    default:
      return { message, position: null };
  }
}

/** Positions of the `[` and of the last `(` that nothing closes. */
function openBrackets(text: string): { characterClass: number | null; group: number | null } {
  const groups: number[] = [];
  let characterClass: number | null = null;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') {
      at++;
    } else if (characterClass !== null) {
      characterClass = character === ']' ? null : characterClass;
    } else if (character === '[') {
      characterClass = at;
    } else if (character === '(') {
      groups.push(at);
    } else if (character === ')') {
      groups.pop();
    }
  }
  return { characterClass, group: groups.at(-1) ?? null };
}
