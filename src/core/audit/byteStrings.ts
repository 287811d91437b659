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
    for (const child of childrenOf(value)) {
      waiting.push(child);
    }
  }
  return found;
}

function childrenOf(node: PyNode): readonly Value[] {
  switch (node.kind) {
    case NodeKind.Tuple:
    case NodeKind.List:
    case NodeKind.Set:
      return node.items;
    case NodeKind.Dict:
      return node.state === undefined ? node.entries : [...node.entries, node.state];
    case NodeKind.Call:
      return [
        node.callee,
        node.args,
        node.kwargs ?? null,
        ...(node.items ?? []),
        ...(node.entries ?? []),
        node.state ?? null,
      ];
    case NodeKind.Persistent:
      return [node.id];
    case NodeKind.Float:
    case NodeKind.Str:
    case NodeKind.ByteString:
    case NodeKind.Bytes:
    case NodeKind.Global:
    case NodeKind.Extension:
      return [];
  }
}
