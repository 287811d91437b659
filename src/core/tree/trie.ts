import type { Branch, Entry, Path, PathElement } from '../checkpoint/checkpoint';
import { elementText } from '../checkpoint/path';

/** Dots of one key that make groups; a longer tail stays one label. Seen: some 20 in nested transformers. */
const maxDottedDepth = 64;

/** A dotted key is folded into groups; an attribute (`.name`) is one label. */
function isDotted(element: PathElement): element is string {
  return typeof element === 'string' && element.includes('.') && !element.startsWith('.');
}

/** Groups of one parent are found again by this: key 0 and key '0' are two. */
function groupKey(element: PathElement): string {
  switch (typeof element) {
    case 'string':
      return element;
    case 'number':
      return `\u0000${String(element)}`;
    default:
      return `\u0001${element.repr}`;
  }
}

/**
 * Entries by their labels, before single-child groups are folded. Node 0 is the root; a node's number is above its
 * parent's. Columns of plain numbers, as there may be millions.
 */
export class Trie {
  readonly label: string[] = [''];
  readonly parent: number[] = [-1];
  readonly firstChild: number[] = [-1];
  readonly nextSibling: number[] = [-1];
  /** Index into the entries; −1 for a group. */
  readonly entry: number[] = [-1];
  /** Index into the branches; −1 for none. */
  readonly branch: number[] = [-1];
  private readonly lastChild: number[] = [-1];
  private readonly groups: (Map<string, number> | undefined)[] = [undefined];

  constructor(entries: readonly Entry[], branches: readonly Branch[]) {
    let nextBranch = 0;
    const inserter = new Inserter(this);
    for (let index = 0; index < entries.length; index++) {
      for (let branch = branches[nextBranch]; branch !== undefined && branch.first <= index;) {
        this.branch[inserter.group(branch.path)] = nextBranch;
        branch = branches[++nextBranch];
      }
      const entry = entries[index];
      if (entry !== undefined) {
        inserter.leaf(entry.path, index);
      }
    }
  }

  get size(): number {
    return this.label.length;
  }

  addGroup(parent: number, key: string, label: string): number {
    let known = this.groups[parent];
    const found = known?.get(key);
    if (found !== undefined) {
      return found;
    }
    const node = this.add(parent, label, -1);
    known ??= new Map();
    this.groups[parent] = known;
    known.set(key, node);
    return node;
  }

  hasOneChild(node: number): boolean {
    const first = this.firstChild[node];
    return first !== -1 && first === this.lastChild[node];
  }

  add(parent: number, label: string, entry: number): number {
    const node = this.label.length;
    this.label.push(label);
    this.parent.push(parent);
    this.firstChild.push(-1);
    this.nextSibling.push(-1);
    this.lastChild.push(-1);
    this.entry.push(entry);
    this.branch.push(-1);
    this.groups.push(undefined);
    const last = this.lastChild[parent] ?? -1;
    if (last === -1) {
      this.firstChild[parent] = node;
    } else {
      this.nextSibling[last] = node;
    }
    this.lastChild[parent] = node;
    return node;
  }
}

/** Neighbours mostly share the way to them, so the nodes of the last way are kept. */
class Inserter {
  private readonly path: PathElement[] = [];
  private readonly nodes: number[] = [0];
  private prefix = '';
  private prefixParent = -1;
  private prefixNode = -1;

  constructor(private readonly trie: Trie) {}

  group(path: Path): number {
    return this.descend(path, path.length);
  }

  leaf(path: Path, entry: number): void {
    const depth = path.length - 1;
    const element = path[depth] ?? '';
    const parent = this.descend(path, Math.max(depth, 0));
    if (isDotted(element)) {
      const dot = element.lastIndexOf('.');
      this.trie.add(this.dotted(parent, element.slice(0, dot)), element.slice(dot + 1), entry);
    } else {
      this.trie.add(parent, elementText(element), entry);
    }
  }

  private descend(path: Path, depth: number): number {
    let common = 0;
    while (common < depth && common < this.path.length && this.path[common] === path[common]) {
      common++;
    }
    this.path.length = common;
    this.nodes.length = common + 1;
    let node = this.nodes[common] ?? 0;
    for (let at = common; at < depth; at++) {
      const element = path[at] ?? '';
      node = isDotted(element)
        ? this.dotted(node, element)
        : this.trie.addGroup(node, groupKey(element), elementText(element));
      this.path.push(element);
      this.nodes.push(node);
    }
    return node;
  }

  private dotted(parent: number, prefix: string): number {
    if (parent === this.prefixParent && prefix === this.prefix) {
      return this.prefixNode;
    }
    let node = parent;
    let start = 0;
    for (let depth = 1; depth < maxDottedDepth; depth++) {
      const dot = prefix.indexOf('.', start);
      if (dot === -1) {
        break;
      }
      const label = prefix.slice(start, dot);
      node = this.trie.addGroup(node, label, label);
      start = dot + 1;
    }
    const last = prefix.slice(start);
    node = this.trie.addGroup(node, last, last);
    this.prefix = prefix;
    this.prefixParent = parent;
    this.prefixNode = node;
    return node;
  }
}
