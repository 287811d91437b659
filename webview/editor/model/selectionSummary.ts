import { RowFlag } from '../../../src/core/tree/treeColumns';
import type { TreeIndex } from './treeIndex';

/** What several chosen rows have in common and what differs; groups stand for the entries below them. */
export interface SelectionSummary {
  readonly entries: number;
  readonly tensors: number;
  /** Elements and bytes of the tensors, as the rows show them. */
  readonly elements: number;
  readonly bytes: number;
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
  prefix: string | null = null;

  constructor(private readonly index: TreeIndex) {}

  take(row: number): void {
    const { columns } = this.index;
    this.entries++;
    const key = this.index.filterKeys[row] ?? '';
    this.prefix = this.prefix === null ? key : sharedStart(this.prefix, key);
    count(this.descriptions, columns.description[row]);
    if (this.index.isTensor(row)) {
      this.tensors++;
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

function sharedStart(one: string, other: string): string {
  let length = 0;
  while (length < one.length && one[length] === other[length]) {
    length++;
  }
  return one.slice(0, length);
}

export function summarizeSelection(index: TreeIndex, selected: ReadonlySet<number>): SelectionSummary {
  const summary = new Summary(index);
  let elements = 0;
  let bytes = 0;
  for (const row of topmost(index, selected)) {
    elements += index.columns.elements[row] ?? 0;
    bytes += index.columns.bytes[row] ?? 0;
    for (let below = row; below < index.end(row); below++) {
      if (index.isEntry(below)) {
        summary.take(below);
      }
    }
  }
  const { prefix, entries, tensors, requiresGrad } = summary;
  const named = (counts: ReadonlyMap<number, number>): Map<string, number> =>
    new Map([...counts].map(([text, times]) => [index.columns.strings[text] ?? '', times]));
  return {
    entries,
    tensors,
    elements,
    bytes,
    requiresGrad,
    dtypes: named(summary.dtypes),
    devices: named(summary.devices),
    shapes: named(summary.shapes),
    layers: layerNames(named(summary.descriptions)),
    prefix: (prefix ?? '').slice(0, (prefix ?? '').lastIndexOf('.') + 1),
  };
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
