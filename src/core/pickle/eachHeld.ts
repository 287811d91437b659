import { NodeKind, type PyNode, type Value } from './values';

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
