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

/** Calls back with each value that a node holds, the last first. */
export function eachHeld(node: PyNode, visit: (held: Value) => void): void {
  switch (node.kind) {
    case NodeKind.Tuple:
    case NodeKind.List:
    case NodeKind.Set:
      eachBackwards(node.items, visit);
      return;
    case NodeKind.Dict:
      visit(node.state ?? null);
      eachBackwards(node.entries, visit);
      return;
    case NodeKind.Call:
      visit(node.state ?? null);
      eachBackwards(node.entries ?? [], visit);
      eachBackwards(node.items ?? [], visit);
      visit(node.kwargs ?? null);
      visit(node.args);
      visit(node.callee);
      return;
    case NodeKind.Persistent:
      visit(node.id);
      return;
    default:
  }
}

function eachBackwards(values: readonly Value[], visit: (held: Value) => void): void {
  for (let index = values.length - 1; index >= 0; index--) {
    visit(values[index] ?? null);
  }
}
