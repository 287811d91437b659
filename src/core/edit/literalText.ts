import { asText } from '../checkpoint/arguments';
import { isNode, NodeKind, type Value } from '../pickle/values';

/** Keys and values of a dict literal that holds texts alone; null for anything else. */
export function dictPairs(value: Value): readonly (readonly [string, string])[] | null {
  if (!isNode(value) || value.kind !== NodeKind.Dict) {
    return null;
  }
  const pairs: [string, string][] = [];
  for (let index = 0; index < value.entries.length; index += 2) {
    const key = asText(value.entries[index]);
    const text = asText(value.entries[index + 1]);
    if (key === null || text === null) {
      return null;
    }
    pairs.push([key, text]);
  }
  return pairs;
}
