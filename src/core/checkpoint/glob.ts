/**
 * A pattern for keys: `*` is any run of characters, dots too; `?` is one character; `\` takes the next one as it is;
 * everything else, brackets too, is itself.
 */
export function globMatcher(pattern: string): (key: string) => boolean {
  const parts = tokens(pattern);
  return (key) => matches(Array.from(key), parts);
}

type Token = { readonly any: 'run' | 'one' } | { readonly character: string };

function tokens(pattern: string): Token[] {
  const list: Token[] = [];
  let escaped = false;
  for (const character of pattern) {
    if (escaped) {
      list.push({ character });
      escaped = false;
    } else if (character === '\\') {
      escaped = true;
    } else if (character === '*') {
      list.push({ any: 'run' });
    } else {
      list.push(character === '?' ? { any: 'one' } : { character });
    }
  }
  return escaped ? [...list, { character: '\\' }] : list;
}

/** Goes back to the last `*` only, so that the time is bounded by the product of both lengths. */
function matches(key: readonly string[], parts: readonly Token[]): boolean {
  let at = 0;
  let part = 0;
  let runPart = -1;
  let runAt = 0;
  while (at < key.length) {
    const token = parts[part];
    if (token !== undefined && 'any' in token && token.any === 'run') {
      runPart = part++;
      runAt = at;
    } else if (token !== undefined && ('any' in token || token.character === key[at])) {
      part++;
      at++;
    } else if (runPart >= 0) {
      part = runPart + 1;
      at = ++runAt;
    } else {
      return false;
    }
  }
  return parts.slice(part).every((token) => 'any' in token && token.any === 'run');
}
