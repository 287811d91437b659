import { RowFlag } from '../../../src/core/tree/treeColumns';
import { TensorSums } from './tensorSums';
import type { TreeIndex } from './treeIndex';

/** What several chosen rows have in common and what differs; groups stand for the entries below them, removed rows for none. */
export interface SelectionSummary {
  readonly entries: number;
  readonly tensors: number;
  /** Elements and bytes of the tensors: of one row as it shows them, of several without counting any twice. */
  readonly elements: number;
  readonly bytes: number;
  /** Elements outside the state of optimizers. */
  readonly parameters: number;
  /** Distinct texts of the tensors, with how many have each. */
  readonly dtypes: ReadonlyMap<string, number>;
  readonly devices: ReadonlyMap<string, number>;
  readonly shapes: ReadonlyMap<string, number>;
  /** Names of the layers that the weights imply. */
  readonly layers: ReadonlyMap<string, number>;
  /** Tensors that require a gradient. */
  readonly requiresGrad: number;
  /** Start that all keys share, up to a dot; '' for none. */
  readonly prefix: string;
}

class Summary {
  readonly dtypes = new Map<number, number>();
  readonly devices = new Map<number, number>();
  readonly shapes = new Map<number, number>();
  readonly descriptions = new Map<number, number>();
  entries = 0;
  tensors = 0;
  requiresGrad = 0;
  readonly sums: TensorSums;

  constructor(private readonly index: TreeIndex) {
    this.sums = new TensorSums(index);
  }

  take(row: number): void {
    const { columns } = this.index;
    this.entries++;
    count(this.descriptions, columns.description[row]);
    if (this.index.isTensor(row)) {
      this.tensors++;
      this.sums.take(row);
      this.requiresGrad += this.index.hasFlag(row, RowFlag.RequiresGrad) ? 1 : 0;
      count(this.dtypes, columns.dtype[row]);
      count(this.devices, columns.device[row]);
      count(this.shapes, columns.shape[row]);
    }
  }
}

function count(counts: Map<number, number>, value: number | undefined): void {
  if (value !== undefined && value !== 0) {
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
}

export function summarizeSelection(index: TreeIndex, selected: ReadonlySet<number>): SelectionSummary {
  const summary = new Summary(index);
  const rows = topmost(index, selected).filter((row) => !index.isRemoved(row));
  for (const row of rows) {
    for (let below = row; below < index.end(row); below++) {
      if (index.isEntry(below) && !index.isRemoved(below)) {
        summary.take(below);
      }
    }
  }
  const { entries, tensors, requiresGrad, sums } = summary;
  const [only] = selected.size === 1 ? rows : [];
  const named = (counts: ReadonlyMap<number, number>): Map<string, number> =>
    new Map([...counts].map(([text, times]) => [index.columns.strings[text] ?? '', times]));
  return {
    entries,
    tensors,
    elements: only === undefined ? sums.elements : (index.columns.elements[only] ?? 0),
    bytes: only === undefined ? sums.bytes : (index.columns.bytes[only] ?? 0),
    parameters: sums.parameters,
    requiresGrad,
    dtypes: named(summary.dtypes),
    devices: named(summary.devices),
    shapes: named(summary.shapes),
    layers: layerNames(named(summary.descriptions)),
    prefix: sharedPrefix(index, rows),
  };
}

/** The key of the branch that all rows stand below. */
function sharedPrefix(index: TreeIndex, rows: readonly number[]): string {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) {
    return '';
  }
  // Rows are in file order: a branch that holds the first and the last one holds them all.
  const isAround = (row: number): boolean => index.isBranch(row) && row <= first && last < index.end(row);
  const branch = [...index.ancestors(first), first].findLast(isAround);
  return branch === undefined ? '' : `${index.key(branch)}.`;
}

/** Without rows that lie below another chosen one: they are counted with it. */
export function topmost(index: TreeIndex, selected: ReadonlySet<number>): number[] {
  let end = 0;
  return [...selected]
    .sort((one, other) => one - other)
    .filter((row) => {
      const first = row >= end;
      end = first ? index.end(row) : end;
      return first;
    });
}

/** `Conv2d 64 → 64, 1×1` is a Conv2d. */
function layerNames(descriptions: ReadonlyMap<string, number>): Map<string, number> {
  const names = new Map<string, number>();
  for (const [description, times] of descriptions) {
    const name = /^\w+/.exec(description)?.[0] ?? description;
    names.set(name, (names.get(name) ?? 0) + times);
  }
  return names;
}
