import { isNode, NodeKind, type Value } from '../../pickle/values';
import { mappingEntries, type SlotReader } from '../slots';

const mappingNames: ReadonlySet<string> = new Set([
  'builtins.dict',
  'collections.OrderedDict',
  'collections.defaultdict',
  'collections.Counter',
]);

/** Keys and values in turn of a dict, or of what is like one; null for anything else. */
export function mappingOf(value: Value, { names }: SlotReader): readonly Value[] | null {
  if (!isNode(value)) {
    return null;
  }
  if (value.kind === NodeKind.Dict) {
    return value.entries;
  }
  const name = value.kind === NodeKind.Call ? names.callee(value.callee) : null;
  return value.kind === NodeKind.Call && name !== null && mappingNames.has(name) ? mappingEntries(value, name) : null;
}
