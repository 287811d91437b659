import type { Filter, FilterQuery } from '../../../src/core/tree/filter';

/**
 * The test of a plain filter on keys that are already in lower case, some ten times faster than its regular expression:
 * segments between the `*` are taken from the left, the first place each. null for what only the expression can say.
 */
export function foldedTest({ text, regex, matchCase }: FilterQuery): Filter['test'] | null {
  if (regex || matchCase || text === '' || text.includes('?')) {
    return null;
  }
  const segments = text
    .toLowerCase()
    .split('*')
    .filter((segment) => segment !== '');
  const [only] = segments;
  if (segments.length === 1 && only !== undefined) {
    return (key) => key.includes(only);
  }
  return (key) => {
    let from = 0;
    for (const segment of segments) {
      const at = key.indexOf(segment, from);
      if (at < 0) {
        return false;
      }
      from = at + segment.length;
    }
    return true;
  };
}
