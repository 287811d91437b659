import { eachHeld } from '../pickle/eachHeld';
import { NodeKind, isNode, type PickleGraph, type PyNode, type Value } from '../pickle/values';

/** The bytes of every Python 2 `str` that stands in a pickle's objects, each once. */
export function byteStringsOf(graph: PickleGraph): Uint8Array[] {
  const found: Uint8Array[] = [];
  const seen = new Set<PyNode>();
  const waiting: Value[] = [graph.root, ...graph.calls, ...graph.persistents];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (!isNode(value) || seen.has(value)) {
      continue;
    }
    seen.add(value);
    if (value.kind === NodeKind.ByteString) {
      found.push(value.bytes);
    }
    eachHeld(value, (held) => {
      waiting.push(held);
    });
  }
  return found;
}
