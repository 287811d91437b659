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

/** The key of a row: its ancestors' labels and its own, joined with `.`. */
export function rowKey(tree: TreeColumns, labels: readonly string[], row: number): string {
  return [...ancestors(tree, row), row].map((each) => labels[each] ?? '').join('.');
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
