import type { TreeColumns } from './treeColumns';

/** Labels of all rows, decoded once. */
export function decodeLabels(tree: TreeColumns): string[] {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(tree.labels);
  const labels: string[] = [];
  let start = 0;
  for (const length of tree.labelLength) {
    labels.push(text.slice(start, start + length));
    start += length;
  }
  return labels;
}

/** Rows above this one, the topmost first. */
export function ancestors(tree: TreeColumns, row: number): number[] {
  const found: number[] = [];
  for (let above = tree.parent[row] ?? -1; above !== -1; above = tree.parent[above] ?? -1) {
    found.push(above);
  }
  return found.reverse();
}

/** Ancestors of a row; 0 at the top. */
export function depthOf(tree: TreeColumns, row: number): number {
  let depth = 0;
  for (let above = tree.parent[row] ?? -1; above !== -1; above = tree.parent[above] ?? -1) {
    depth++;
  }
  return depth;
}

/** The key of a row: its ancestors' labels and its own, joined with `.`. */
export function rowKey(tree: TreeColumns, labels: readonly string[], row: number): string {
  return [...ancestors(tree, row), row].map((each) => labels[each] ?? '').join('.');
}

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

/** Rows right below `row`, in file order; −1 for those at the top. */
export function children(tree: TreeColumns, row: number): number[] {
  const end = row === -1 ? tree.count : (tree.end[row] ?? 0);
  const found: number[] = [];
  for (let child = row + 1; child < end; child = tree.end[child] ?? end) {
    found.push(child);
  }
  return found;
}

/** Whether anything is below the row. */
export function hasChildren(tree: TreeColumns, row: number): boolean {
  return (tree.end[row] ?? 0) > row + 1;
}

const biasedLayer = /^(?:Linear|Conv(?:Transpose)?\dd) /;

/** Whether a row is a layer that may have a bias, and has none: said in the details (`Conv2d 64 → 64, 1×1, no bias`). */
export function lacksBias(tree: TreeColumns, labels: readonly string[], row: number): boolean {
  if (!biasedLayer.test(tree.strings[tree.description[row] ?? 0] ?? '')) {
    return false;
  }
  return tree.entry[row] === -1
    ? !children(tree, row).some((child) => labels[child] === 'bias')
    : (labels[row] ?? '').endsWith('.weight');
}

const zero = 0x30;
const nine = 0x39;

function isDigit(code: number): boolean {
  return code >= zero && code <= nine;
}

/** End of the run of digits that starts at `start`. */
function digitsEnd(text: string, start: number): number {
  let end = start;
  while (end < text.length && isDigit(text.charCodeAt(end))) {
    end++;
  }
  return end;
}

/** `layers.2` before `layers.10`: runs of digits by their number, everything else by code unit. A total order. */
export function naturalCompare(a: string, b: string): number {
  let at = 0;
  let bt = 0;
  while (at < a.length && bt < b.length) {
    const [aCode, bCode] = [a.charCodeAt(at), b.charCodeAt(bt)];
    if (!isDigit(aCode) || !isDigit(bCode)) {
      if (aCode !== bCode) {
        return aCode - bCode;
      }
      at++;
      bt++;
      continue;
    }
    const [aEnd, bEnd] = [digitsEnd(a, at), digitsEnd(b, bt)];
    const order = compareNumbers(a.slice(at, aEnd), b.slice(bt, bEnd));
    if (order !== 0) {
      return order;
    }
    at = aEnd;
    bt = bEnd;
  }
  // `a9` and `a09` are one number; as texts they still have an order.
  return a.length - at - (b.length - bt) || (a < b ? -1 : a > b ? 1 : 0);
}

/** Digits of any length, without turning them into a number that could lose some. */
function compareNumbers(a: string, b: string): number {
  const [one, other] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return one.length - other.length || (one < other ? -1 : one > other ? 1 : 0);
}

export interface VisibleOptions {
  /** Whether what is below a row is shown. */
  readonly isExpanded: (row: number) => boolean;
  /** Order of siblings; without it that of the file. */
  readonly compare?: ((a: number, b: number) => number) | undefined;
  /** 1 for each row that may be shown at all; without it every row. */
  readonly mask?: Uint8Array | undefined;
}

/** Rows that are on the screen, scrolled to or not, from top to bottom. */
export function visibleRows(tree: TreeColumns, options: VisibleOptions): Uint32Array {
  return options.compare === undefined ? inFileOrder(tree, options) : inOrder(tree, options, options.compare);
}

function inFileOrder(tree: TreeColumns, { isExpanded, mask }: VisibleOptions): Uint32Array {
  const rows = new Uint32Array(tree.count);
  let count = 0;
  for (let row = 0; row < tree.count;) {
    if (mask !== undefined && mask[row] === 0) {
      row = tree.end[row] ?? tree.count;
      continue;
    }
    rows[count++] = row;
    row = hasChildren(tree, row) && !isExpanded(row) ? (tree.end[row] ?? tree.count) : row + 1;
  }
  return rows.slice(0, count);
}

function inOrder(
  tree: TreeColumns,
  { isExpanded, mask }: VisibleOptions,
  compare: (a: number, b: number) => number,
): Uint32Array {
  const rows: number[] = [];
  const level = (row: number): number[] => {
    const found = children(tree, row);
    // Taken from the end, hence the other way round.
    return (mask === undefined ? found : found.filter((child) => mask[child] === 1)).sort(
      (a, b) => compare(b, a) || b - a,
    );
  };
  const pending = level(-1);
  for (let row = pending.pop(); row !== undefined; row = pending.pop()) {
    rows.push(row);
    if (hasChildren(tree, row) && isExpanded(row)) {
      for (const child of level(row)) {
        pending.push(child);
      }
    }
  }
  return Uint32Array.from(rows);
}

/** Leaves, as a flat list shows them, in file order. */
export function leafRows(tree: TreeColumns, mask?: Uint8Array): Uint32Array {
  const rows = new Uint32Array(tree.count);
  let count = 0;
  for (let row = 0; row < tree.count; row++) {
    if (tree.entry[row] !== -1 && (mask === undefined || mask[row] === 1)) {
      rows[count++] = row;
    }
  }
  return rows.slice(0, count);
}
