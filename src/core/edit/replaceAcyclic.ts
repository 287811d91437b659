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

/** Longest tuple that is looked through again at each mention. Seen: some 8, the arguments of a tensor. */
const shortTuple = 16;

/** Stands for a node that is not yet made, since something that it holds is not. */
const opening = Symbol('opening');

/**
 * `replaceNodes` for graphs in which nothing holds itself, as of almost every file: each node is made once, after what it
 * holds.
 */
export class AcyclicReplacing {
  private readonly made = new Map<PyNode, Value | typeof opening>();
  private readonly stack: PyNode[] = [];
  private isCyclic = false;
  /** A bit for each kind of node that is replaced: most kinds are not, and need no look into the table. */
  private readonly replacedKinds: number;

  constructor(
    private readonly replacements: Replacements,
    private readonly isOpaque: IsOpaque,
  ) {
    let kinds = 0;
    for (const { kind } of replacements.keys()) {
      kinds |= 1 << kind;
    }
    this.replacedKinds = kinds;
  }

  /** The new graph; undefined when something in the old one holds itself. */
  run(root: PyNode): Value | undefined {
    const start = standInOf(root, this.replacements);
    if (!isNode(start)) {
      return start;
    }
    this.stack.push(start);
    for (let node = this.stack.at(-1); node !== undefined && !this.isCyclic; node = this.stack.at(-1)) {
      const known = this.made.get(node);
      if (known === undefined) {
        this.made.set(node, opening);
        eachHeld(node, this.wait);
        continue;
      }
      this.stack.pop();
      if (known === opening) {
        this.made.set(node, this.remade(node));
      }
    }
    return this.isCyclic ? undefined : this.mapped(root);
  }

  private readonly wait = (held: Value): void => {
    const node = this.standIn(held);
    if (!isNode(node) || this.isSettled(node)) {
      return;
    }
    const known = this.made.get(node);
    this.isCyclic ||= known === opening;
    if (known === undefined && !this.isOpaque(node)) {
      this.stack.push(node);
    }
  };

  private mayBeReplaced({ kind }: PyNode): boolean {
    return (this.replacedKinds & (1 << kind)) !== 0;
  }

  private standIn(value: Value): Value {
    return isNode(value) && this.mayBeReplaced(value) ? standInOf(value, this.replacements) : value;
  }

  /** Nothing that the node holds is replaced, as is seen at once. Spares most nodes of a file a place in the table. */
  private isSettled(node: PyNode): boolean {
    switch (node.kind) {
      case NodeKind.Tuple:
        return node.items.length <= shortTuple && node.items.every(this.isSettledLeaf);
      case NodeKind.Persistent:
        return this.isSettledPart(node.id);
      case NodeKind.Call: {
        const isBare = node.items === undefined && node.entries === undefined && node.state === undefined;
        return isBare && node.kwargs === undefined && this.isSettledLeaf(node.callee) && this.isSettledPart(node.args);
      }
      default:
        return isLeafKind(node);
    }
  }

  private readonly isSettledLeaf = (value: Value): boolean => {
    return !isNode(value) || (isLeafKind(value) && !this.isReplaced(value));
  };

  private isSettledPart(value: Value): boolean {
    return this.isSettledLeaf(value) || (value instanceof PyTuple && !this.isReplaced(value) && this.isSettled(value));
  }

  private isReplaced(node: PyNode): boolean {
    return this.mayBeReplaced(node) && this.replacements.has(node);
  }

  private readonly mapped = (value: Value): Value => {
    const standIn = this.standIn(value);
    if (!isNode(standIn) || this.isSettled(standIn)) {
      return standIn;
    }
    const made = this.made.get(standIn);
    return made === undefined || made === opening ? standIn : made;
  };

  /** The node itself where nothing that it holds changed. */
  private remade(node: PyNode): Value {
    switch (node.kind) {
      case NodeKind.Tuple: {
        const items = this.allMapped(node.items);
        return items === node.items ? node : new PyTuple(items);
      }
      case NodeKind.List: {
        const items = this.allMapped(node.items);
        return items === node.items ? node : new PyList(items);
      }
      case NodeKind.Set: {
        const items = this.allMapped(node.items);
        return items === node.items ? node : new PySet(node.type, items);
      }
      case NodeKind.Dict:
        return this.remadeDict(node);
      case NodeKind.Persistent: {
        const id = this.mapped(node.id);
        return id === node.id ? node : new PyPersistent(id);
      }
      case NodeKind.Call:
        return this.remadeCall(node);
      default:
        return node;
    }
  }

  private remadeDict(node: PyDict): PyDict {
    const entries = this.allMapped(node.entries);
    const state = node.state === undefined ? undefined : this.mapped(node.state);
    if (entries === node.entries && state === node.state) {
      return node;
    }
    const dict = new PyDict(entries);
    dict.state = state;
    return dict;
  }

  private remadeCall(node: PyCall): PyCall {
    const callee = this.mapped(node.callee);
    const args = this.mapped(node.args);
    const kwargs = node.kwargs === undefined ? undefined : this.mapped(node.kwargs);
    const items = node.items === undefined ? undefined : this.allMapped(node.items);
    const entries = node.entries === undefined ? undefined : this.allMapped(node.entries);
    const state = node.state === undefined ? undefined : this.mapped(node.state);
    const isMadeAsBefore = callee === node.callee && args === node.args && kwargs === node.kwargs;
    if (isMadeAsBefore && items === node.items && entries === node.entries && state === node.state) {
      return node;
    }
    const call = new PyCall(node.form, callee, args, kwargs);
    call.items = items;
    call.entries = entries;
    call.state = state;
    return call;
  }

  private allMapped<Values extends readonly Value[]>(values: Values): Values | Value[] {
    for (let index = 0; index < values.length; index++) {
      if (this.mapped(values[index] ?? null) !== (values[index] ?? null)) {
        return values.map(this.mapped);
      }
    }
    return values;
  }
}
