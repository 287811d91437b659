import { children, naturalCompare } from '../../../src/core/tree/rows';
import { RowKind } from '../../../src/core/tree/treeColumns';
import type { TreeIndex } from './treeIndex';

export type SortColumn = 'key' | 'shape' | 'dtype' | 'device' | 'size' | 'elements';
export interface Sort {
  readonly column: SortColumn;
  readonly descending: boolean;
}
export type Compare = (row: number, other: number) => number;

export function isSortColumn(id: string): id is SortColumn {
  return ['key', 'shape', 'dtype', 'device', 'size', 'elements'].includes(id);
}

/** First click ascending, second descending, third back to the order of the file. */
export function nextSort(sort: Sort | null, column: SortColumn): Sort | null {
  if (sort?.column !== column) {
    return { column, descending: false };
  }
  return sort.descending ? null : { column, descending: true };
}

/** null: file order. Rows that compare equal keep the order of the file. */
export function comparison(index: TreeIndex, order: 'file' | 'natural', sort: Sort | null): Compare | null {
  const base: Compare | null =
    order === 'natural' ? (row, other) => naturalCompare(index.label(row), index.label(other)) : null;
  if (sort === null) {
    return base;
  }
  const compare = columnComparison(index, sort.column);
  const sign = sort.descending ? -1 : 1;
  return (row, other) => {
    const difference = compare(row, other);
    return difference === 0 ? (base?.(row, other) ?? 0) : sign * difference;
  };
}

function columnComparison(index: TreeIndex, column: SortColumn): Compare {
  const { columns } = index;
  switch (column) {
    case 'key':
      return (row, other) => naturalCompare(index.label(row), index.label(other));
    case 'size':
      return (row, other) => (columns.bytes[row] ?? 0) - (columns.bytes[other] ?? 0);
    case 'elements':
      return (row, other) => (columns.elements[row] ?? 0) - (columns.elements[other] ?? 0);
    case 'shape':
      return (row, other) =>
        valuesLast(columns.kind[row]) - valuesLast(columns.kind[other]) ||
        naturalCompare(index.text('shape', row), index.text('shape', other));
    case 'dtype':
    case 'device':
      return (row, other) => naturalCompare(index.text(column, row), index.text(column, other));
  }
}

function valuesLast(kind: number | undefined): number {
  return kind === RowKind.Value ? 1 : 0;
}

/** Every row, parents before children, children of one parent sorted. Iterative: nesting is as deep as the file says. */
export function treeSequence(index: TreeIndex, compare: Compare | null): Uint32Array {
  const sequence = new Uint32Array(index.count);
  if (compare === null) {
    for (let row = 0; row < sequence.length; row++) {
      sequence[row] = row;
    }
    return sequence;
  }
  const stack = lastFirst(index, -1, compare);
  for (let at = 0, row = stack.pop(); row !== undefined; at++, row = stack.pop()) {
    sequence[at] = row;
    if (index.isBranch(row)) {
      for (const child of lastFirst(index, row, compare)) {
        stack.push(child);
      }
    }
  }
  return sequence;
}

function lastFirst(index: TreeIndex, parent: number, compare: Compare): number[] {
  return children(index.columns, parent).sort(compare).reverse();
}

/** The entries as one list. */
export function flatSequence(index: TreeIndex, sequence: Uint32Array, sort: Sort | null): Uint32Array {
  const entries = sequence.filter((row) => index.isEntry(row));
  if (sort === null) {
    return entries;
  }
  const sign = sort.descending ? -1 : 1;
  if (sort.column === 'key') {
    const keys = new Map(Array.from(entries, (row) => [row, index.key(row)]));
    return entries.sort((row, other) => sign * naturalCompare(keys.get(row) ?? '', keys.get(other) ?? ''));
  }
  const compare = columnComparison(index, sort.column);
  return entries.sort((row, other) => sign * compare(row, other));
}
