import {
  isNode,
  NodeKind,
  PyCall,
  PyDict,
  PyList,
  PyPersistent,
  PySet,
  PyTuple,
  type PyNode,
  type Value,
} from '../pickle/values';

/** What stands for a node in the new graph. */
export type Replacements = ReadonlyMap<PyNode, Value>;

/**
 * The graph with other nodes in place of some. Only what leads to a replaced node is made anew, each node once, so that
 * what was one object stays one object; everything else is shared with the old graph. What lies below a replaced node
 * is not looked into; a replacement is taken as it is.
 *
 * Python's objects can hold themselves through a list, a dict, a set or an object's state, never through a tuple alone:
 * those get their content last, when everything that they may hold is there.
 */
export function replaceNodes(root: Value, replacements: Replacements): Value {
  if (replacements.size === 0 || !isNode(root)) {
    return root;
  }
  const order = orderBelow(root, replacements);
  const changed = changedNodes(order, replacements);
  return changed.has(root) || replacements.has(root) ? rebuild(root, order, changed, replacements) : root;
}

/** Every node below the root, what it holds first; replaced ones are left out. */
function orderBelow(root: PyNode, replacements: Replacements): readonly PyNode[] {
  const order: PyNode[] = [];
  const met = new Set<PyNode>([root]);
  const stack: PyNode[] = [root];
  const opened = new Set<PyNode>();
  for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
    if (replacements.has(node)) {
      stack.pop();
    } else if (opened.has(node)) {
      stack.pop();
      order.push(node);
    } else {
      opened.add(node);
      eachHeld(node, (held) => {
        if (isNode(held) && !isLeaf(held) && !met.has(held)) {
          met.add(held);
          stack.push(held);
        }
      });
    }
  }
  return order;
}

function isLeaf({ kind }: PyNode): boolean {
  switch (kind) {
    case NodeKind.Float:
    case NodeKind.Extension:
      return true;
    default:
      return false;
  }
}

function changedNodes(order: readonly PyNode[], replacements: Replacements): ReadonlySet<PyNode> {
  const changed = new Set<PyNode>();
  // Once is enough where nothing holds itself.
  for (let before = -1; before !== changed.size; ) {
    before = changed.size;
    for (const node of order) {
      let holds = changed.has(node);
      if (!holds) {
        eachHeld(node, (held) => {
          holds ||= isNode(held) && (changed.has(held) || replacements.has(held));
        });
        if (holds) {
          changed.add(node);
        }
      }
    }
  }
  return changed;
}

function rebuild(
  root: PyNode,
  order: readonly PyNode[],
  changed: ReadonlySet<PyNode>,
  replacements: Replacements,
): Value {
  const made = new Map<PyNode, Value>(replacements);
  const mapped = (value: Value): Value => (isNode(value) ? (made.get(value) ?? value) : value);
  const containers: (() => void)[] = [];
  const nodes = order.filter((node) => changed.has(node));
  for (const node of nodes) {
    makeContainer(node, made, containers, mapped);
  }
  for (const node of nodes) {
    makeObject(node, made, containers, mapped);
  }
  for (const fill of containers) {
    fill();
  }
  return mapped(root);
}

type Mapped = (value: Value) => Value;

/** Makes what can be filled later. */
function makeContainer(node: PyNode, made: Map<PyNode, Value>, fills: (() => void)[], mapped: Mapped): void {
  switch (node.kind) {
    case NodeKind.List:
    case NodeKind.Set: {
      const items: Value[] = [];
      made.set(node, node.kind === NodeKind.List ? new PyList(items) : new PySet(node.type, items));
      fills.push(() => {
        for (const item of node.items) {
          items.push(mapped(item));
        }
      });
      return;
    }
    case NodeKind.Dict: {
      const entries: Value[] = [];
      const dict = new PyDict(entries);
      made.set(node, dict);
      fills.push(() => {
        for (const value of node.entries) {
          entries.push(mapped(value));
        }
        dict.state = node.state === undefined ? undefined : mapped(node.state);
      });
      return;
    }
    default:
  }
}

/** Makes what is whole from the start; what it holds is there already. */
function makeObject(node: PyNode, made: Map<PyNode, Value>, fills: (() => void)[], mapped: Mapped): void {
  switch (node.kind) {
    case NodeKind.Tuple:
      made.set(node, new PyTuple(node.items.map(mapped)));
      return;
    case NodeKind.Persistent:
      made.set(node, new PyPersistent(mapped(node.id)));
      return;
    case NodeKind.Call: {
      const kwargs = node.kwargs === undefined ? undefined : mapped(node.kwargs);
      const call = new PyCall(node.form, mapped(node.callee), mapped(node.args), kwargs);
      made.set(node, call);
      fills.push(() => {
        call.items = node.items?.map(mapped);
        call.entries = node.entries?.map(mapped);
        call.state = node.state === undefined ? undefined : mapped(node.state);
      });
      return;
    }
    default:
  }
}

/** Calls back with each value that a node holds, the last first. */
function eachHeld(node: PyNode, visit: (held: Value) => void): void {
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
