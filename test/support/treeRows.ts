import type { TreeColumns } from '../../src/core/tree/treeColumns';

/** The keys of all rows, in row order. */
export function allKeys(tree: TreeColumns, labels: readonly string[]): string[] {
  const keys: string[] = [];
  for (let row = 0; row < tree.count; row++) {
    const above = tree.parent[row] ?? -1;
    const label = labels[row] ?? '';
    keys.push(above === -1 ? label : `${keys[above] ?? ''}.${label}`);
  }
  return keys;
}

/** Ancestors of a row; 0 at the top. */
export function depthOf(tree: TreeColumns, row: number): number {
  let depth = 0;
  for (let above = tree.parent[row] ?? -1; above !== -1; above = tree.parent[above] ?? -1) {
    depth++;
  }
  return depth;
}
