import type { Path, PathElement } from '../checkpoint/checkpoint';
import { elementText } from '../checkpoint/path';
import type { Shown } from './shown';

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
  /** Place among the shown entries; −1 for a group. */
  readonly entry: number[] = [-1];
  /** Number of the branch; −1 for none. */
  readonly branch: number[] = [-1];
  /** Per node: 1 when nothing at it or below it is there any more. */
  readonly gone: Uint8Array;
  private readonly lastChild: number[] = [-1];
  private readonly groups: (Map<string, number> | undefined)[] = [undefined];

  constructor(shown: Shown) {
    const { entries, branches, placeOf, branchCount } = shown;
    let next = 0;
    const inserter = new Inserter(this);
    for (let place = 0; place < entries.length; place++) {
      for (let branch = branches[next]; next < branchCount && branch !== undefined; branch = branches[++next]) {
        if ((placeOf[branch.first] ?? 0) > place) {
          break;
        }
        this.branch[inserter.group(branch.path)] = next;
      }
      const entry = entries[place];
      if (entry !== undefined) {
        inserter.leaf(entry.path, place);
      }
    }
    // Where one that is gone has the key of another one, that one counts.
    for (let number = branchCount; number < branches.length; number++) {
      const node = inserter.group(branches[number]?.path ?? []);
      this.branch[node] = this.branch[node] === -1 ? number : (this.branch[node] ?? -1);
    }
    this.gone = this.findGone(shown);
  }

  private findGone({ numberAt, entryCount }: Shown): Uint8Array {
    const gone = new Uint8Array(this.size);
    if (numberAt.length === entryCount) {
      return gone;
    }
    const kept = new Uint8Array(this.size);
    for (let node = this.size - 1; node > 0; node--) {
      const place = this.entry[node] ?? -1;
      const isKept = place === -1 ? kept[node] === 1 : (numberAt[place] ?? 0) < entryCount;
      gone[node] = isKept ? 0 : 1;
      if (isKept) {
        kept[this.parent[node] ?? 0] = 1;
      }
    }
    return gone;
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
