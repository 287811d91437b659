/**
 * Keys that a JSON object has more than once, each once. `JSON.parse` takes the last one and says nothing.
 * @param text A JSON object that `JSON.parse` accepts. Its own keys count, not those of values within.
 */
export function duplicateKeys(text: string): string[] {
  const seen = new Set<string>();
  const duplicates = new Set<string>();
  let depth = 0;
  let keyNext = false;
  for (let i = 0; i < text.length; i++) {
    switch (text[i]) {
      case '{':
      case '[':
        depth++;
        keyNext = depth === 1;
        break;
      case '}':
      case ']':
        depth--;
        break;
      case ',':
        keyNext = depth === 1;
        break;
      case '"': {
        const end = stringEnd(text, i);
        if (keyNext) {
          const key = unescaped(text.slice(i, end));
          if (seen.has(key)) duplicates.add(key);
          seen.add(key);
          keyNext = false;
        }
        i = end - 1;
        break;
      }
      default:
        break;
    }
  }
  return [...duplicates];
}

/** Index behind the closing quote. */
function stringEnd(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
  return i + 1;
}

function unescaped(literal: string): string {
  return literal.includes('\\') ? String(JSON.parse(literal)) : literal.slice(1, -1);
}
