import { isNode, NodeKind, type PyNode, type Value } from '../pickle/values';

/** What stands for a node in the new graph. It may hold nodes of the old graph: those are replaced within it too. */
export type Replacements = ReadonlyMap<PyNode, Value>;

/** Nodes that hold nothing that is to be replaced: they are kept, and not looked into. */
export type IsOpaque = (node: PyNode) => boolean;

/** What stands for a node in the end: a stand-in may be replaced itself. */
export function standInOf(node: PyNode, replacements: Replacements): Value {
  let value: Value = node;
  for (let next = replacements.get(node); next !== undefined && next !== value;) {
    value = next;
    next = isNode(next) ? replacements.get(next) : undefined;
  }
  return value;
}

/** Texts, numbers and names. */
export function isLeafKind(node: PyNode): boolean {
  switch (node.kind) {
    case NodeKind.Float:
    case NodeKind.Str:
    case NodeKind.ByteString:
    case NodeKind.Bytes:
    case NodeKind.Global:
    case NodeKind.Extension:
      return true;
    default:
      return false;
  }
}
