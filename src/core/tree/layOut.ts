import type { Branch } from '../checkpoint/checkpoint';
import type { Trie } from './trie';

/** `items[−1]` would be undefined too, after a slow search for a property of that name. */
export function itemAt<T>(items: readonly T[], index: number | undefined): T | undefined {
  return index === undefined || index < 0 ? undefined : items[index];
}

const foldedTypes = new Set(['dict', 'list', 'tuple', 'collections.OrderedDict', 'collections.defaultdict']);

function folds(trie: Trie, node: number, branches: readonly Branch[]): boolean {
  if (!trie.hasOneChild(node)) {
    return false;
  }
  const branch = itemAt(branches, trie.branch[node]);
  return branch === undefined || (branch.role === null && foldedTypes.has(branch.type));
}

export interface Rows {
  readonly count: number;
  readonly labels: readonly string[];
  readonly parent: Int32Array;
  /** Nodes that the row stands for: from `top` (the first folded) to `node`. */
  readonly top: Uint32Array;
  readonly node: Uint32Array;
}

/** Nodes in file order, groups of one child folded into it. */
export function layOut(trie: Trie, branches: readonly Branch[]): Rows {
  const limit = trie.size;
  const labels: string[] = [];
  const parent = new Int32Array(limit);
  const top = new Uint32Array(limit);
  const nodes = new Uint32Array(limit);
  const open: number[] = [];
  let count = 0;
  let node = trie.firstChild[0] ?? -1;
  while (node !== -1 || open.length > 0) {
    if (node === -1) {
      const row = open.pop() ?? 0;
      node = trie.nextSibling[top[row] ?? 0] ?? -1;
      continue;
    }
    let label = trie.label[node] ?? '';
    let last = node;
    while (folds(trie, last, branches)) {
      last = trie.firstChild[last] ?? 0;
      label += `.${trie.label[last] ?? ''}`;
    }
    const row = count++;
    labels.push(label);
    parent[row] = open[open.length - 1] ?? -1;
    top[row] = node;
    nodes[row] = last;
    open.push(row);
    node = trie.firstChild[last] ?? -1;
  }
  return {
    count,
    labels,
    parent: parent.slice(0, count),
    top: top.subarray(0, count),
    node: nodes.subarray(0, count),
  };
}
