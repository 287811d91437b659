import { eachHeld } from '../pickle/eachHeld';
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
import { isLeafKind, standInOf, type IsOpaque, type Replacements } from './heldNodes';
import { AcyclicReplacing } from './replaceAcyclic';

/**
 * The graph with other nodes in place of some. Only what leads to a replaced node is made anew, each node once, so that
 * what was one object stays one object; everything else is shared with the old graph.
 *
 * Python's objects can hold themselves through a list, a dict, a set or an object's state, never through a tuple alone:
 * those get their content last, when everything that they may hold is there.
 */
export function replaceNodes(root: Value, replacements: Replacements, isOpaque: IsOpaque = () => false): Value {
  if (replacements.size === 0 || !isNode(root)) {
    return root;
  }
  const replaced = new AcyclicReplacing(replacements, isOpaque).run(root);
  return replaced === undefined ? new CyclicReplacing(replacements, isOpaque).run(root) : replaced;
}

/** For any graph, at several times the cost. */
class CyclicReplacing {
  /** Every node that is looked into. What a node holds comes before it, unless the two hold each other. */
  private readonly order: PyNode[] = [];
  private readonly changed = new Set<PyNode>();
  private readonly made = new Map<PyNode, Value>();
  private readonly fills: (() => void)[] = [];
  private hasCycle = false;

  constructor(
    private readonly replacements: Replacements,
    private readonly isOpaque: IsOpaque,
  ) {}

  run(root: PyNode): Value {
    const start = this.standIn(root);
    if (!isNode(start)) {
      return start;
    }
    this.list(start);
    this.findChanged();
    const changed = this.order.filter((node) => this.changed.has(node));
    for (const node of changed) {
      this.makeContainer(node);
    }
    for (const node of changed) {
      this.makeWithParts(node);
    }
    for (const fill of this.fills) {
      fill();
    }
    return this.mapped(root);
  }

  private standIn(node: PyNode): Value {
    return standInOf(node, this.replacements);
  }

  /** A node is opened once; it may wait on the stack more than once, so that it closes before the first that holds it. */
  private list(root: PyNode): void {
    const opened = new Set<PyNode>([root]);
    const closed = new Set<PyNode>();
    const stack: PyNode[] = [root];
    const wait = (held: Value): void => {
      if (!isNode(held) || isLeaf(held)) {
        return;
      }
      const node = this.standIn(held);
      if (!isNode(node) || isLeaf(node)) {
        return;
      }
      if (!opened.has(node)) {
        if (!this.isOpaque(node)) {
          stack.push(node);
        }
      } else if (!closed.has(node)) {
        this.hasCycle = true;
      }
    };
    eachHeld(root, wait);
    for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
      if (!opened.has(node)) {
        opened.add(node);
        eachHeld(node, wait);
        continue;
      }
      stack.pop();
      if (!closed.has(node)) {
        closed.add(node);
        this.order.push(node);
      }
    }
  }

  private findChanged(): void {
    let before: number;
    do {
      before = this.changed.size;
      for (const node of this.order) {
        if (!this.changed.has(node) && this.holdsChanged(node)) {
          this.changed.add(node);
        }
      }
    } while (this.hasCycle && before !== this.changed.size);
  }

  private holdsChanged(node: PyNode): boolean {
    let found = false;
    eachHeld(node, (held) => {
      found ||= isNode(held) && (this.replacements.has(held) || this.changed.has(held));
    });
    return found;
  }

  private readonly mapped = (value: Value): Value => {
    if (!isNode(value)) {
      return value;
    }
    const standIn = this.standIn(value);
    return isNode(standIn) ? (this.made.get(standIn) ?? standIn) : standIn;
  };

  /** Makes what can be filled later. */
  private makeContainer(node: PyNode): void {
    switch (node.kind) {
      case NodeKind.List:
      case NodeKind.Set: {
        const items: Value[] = [];
        this.made.set(node, node.kind === NodeKind.List ? new PyList(items) : new PySet(node.type, items));
        this.fills.push(() => {
          for (const item of node.items) {
            items.push(this.mapped(item));
          }
        });
        return;
      }
      case NodeKind.Dict: {
        const entries: Value[] = [];
        const dict = new PyDict(entries);
        this.made.set(node, dict);
        this.fills.push(() => {
          for (const value of node.entries) {
            entries.push(this.mapped(value));
          }
          dict.state = node.state === undefined ? undefined : this.mapped(node.state);
        });
        return;
      }
      default:
    }
  }

  /** An object that holds itself by its state is made before what its state holds: not always in the order listed. */
  private makeWithParts(node: PyNode): void {
    const stack = [node];
    for (let at = stack.at(-1); at !== undefined; at = stack.at(-1)) {
      const part = this.made.has(at) ? undefined : this.missingPart(at);
      if (part !== undefined) {
        stack.push(part);
        continue;
      }
      stack.pop();
      if (!this.made.has(at)) {
        this.makeObject(at);
      }
    }
  }

  /** Something that must be there when a node is made, and is not. */
  private missingPart(node: PyNode): PyNode | undefined {
    let missing: PyNode | undefined;
    eachPart(node, (part) => {
      const standIn = isNode(part) ? this.standIn(part) : part;
      if (isNode(standIn) && this.changed.has(standIn) && !this.made.has(standIn)) {
        missing = standIn;
      }
    });
    return missing;
  }

  /** Makes what is whole from the start; its parts are there already. */
  private makeObject(node: PyNode): void {
    switch (node.kind) {
      case NodeKind.Tuple:
        this.made.set(node, new PyTuple(node.items.map(this.mapped)));
        return;
      case NodeKind.Persistent:
        this.made.set(node, new PyPersistent(this.mapped(node.id)));
        return;
      case NodeKind.Call: {
        const kwargs = node.kwargs === undefined ? undefined : this.mapped(node.kwargs);
        const call = new PyCall(node.form, this.mapped(node.callee), this.mapped(node.args), kwargs);
        this.made.set(node, call);
        this.fills.push(() => {
          call.items = node.items?.map(this.mapped);
          call.entries = node.entries?.map(this.mapped);
          call.state = node.state === undefined ? undefined : this.mapped(node.state);
        });
        return;
      }
      default:
    }
  }
}

/** Whether a node holds no other: texts, numbers, names, and tuples of plain ints such as shapes. */
function isLeaf(node: PyNode): boolean {
  return isLeafKind(node) || (node.kind === NodeKind.Tuple && !node.items.some(isNode));
}

/** Calls back with each value that a node is made of, what it gets later left out. */
function eachPart(node: PyNode, visit: (part: Value) => void): void {
  switch (node.kind) {
    case NodeKind.Tuple:
      node.items.forEach(visit);
      return;
    case NodeKind.Call:
      visit(node.callee);
      visit(node.args);
      visit(node.kwargs ?? null);
      return;
    case NodeKind.Persistent:
      visit(node.id);
      return;
    default:
  }
}
