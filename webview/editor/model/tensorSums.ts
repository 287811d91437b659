import { RowFlag } from '../../../src/core/tree/treeColumns';
import type { TreeIndex } from './treeIndex';

/** Texts of the hidden columns that say where a tensor lies: record, offset in elements, strides in elements. */
export interface StoragePlaces {
  record(row: number): string;
  offset(row: number): string;
  stride(row: number): string;
}

type Extent = readonly [start: number, end: number];

/** What the chosen tensors take of one storage. */
interface StorageUse {
  /** Bytes of the tensors, aliases once. */
  bytes: number;
  /** From the first byte to behind the last one. */
  readonly extents: Extent[];
}

/** Sums over tensors as the summary of the file has them: aliases once, parameters without the state of an optimizer. */
export class TensorSums {
  elements = 0;
  parameters = 0;
  /** A tensor that shares its storage was met while it was not known where it lies: the sums may be too large. */
  inexact = false;
  #bytes = 0;
  readonly #aliases = new Set<string>();
  readonly #storages = new Map<string, StorageUse>();

  constructor(
    private readonly index: TreeIndex,
    private readonly places: StoragePlaces | null,
  ) {}

  take(row: number): void {
    const { columns } = this.index;
    const elements = columns.elements[row] ?? 0;
    const bytes = columns.bytes[row] ?? 0;
    const record = this.#record(row);
    if (record === '') {
      this.#bytes += bytes;
    } else if (!this.#isFirst(row, record, bytes)) {
      return;
    }
    this.elements += elements;
    this.parameters += this.index.hasFlag(row, RowFlag.Optimizer) ? 0 : elements;
  }

  /** Of the storages, what lies in several tensors once. */
  get bytes(): number {
    return [...this.#storages.values()].reduce(
      (sum, use) => sum + Math.min(use.bytes, covered(use.extents)),
      this.#bytes,
    );
  }

  /** '' for a tensor that has its storage to itself, and where it is not known. */
  #record(row: number): string {
    if (!this.index.hasFlag(row, RowFlag.Shared)) {
      return '';
    }
    this.inexact ||= this.places === null;
    return this.places?.record(row) ?? '';
  }

  #isFirst(row: number, record: string, bytes: number): boolean {
    const offset = this.places?.offset(row) ?? '';
    const stride = this.places?.stride(row) ?? '';
    const shape = this.index.text('shape', row);
    const alias = [record, offset, stride, shape].join('\n');
    if (this.#aliases.has(alias)) {
      return false;
    }
    this.#aliases.add(alias);
    const use = this.#storages.get(record) ?? { bytes: 0, extents: [] };
    use.bytes += bytes;
    const width = bytes / Math.max(this.index.columns.elements[row] ?? 0, 1);
    const [start = 0] = numbersOf(offset);
    use.extents.push([start * width, (start + span(numbersOf(shape), numbersOf(stride))) * width]);
    this.#storages.set(record, use);
    return true;
  }
}

/** Of an offset `4,096`, strides `(192, 1)`, a shape `[64, 3]`. */
function numbersOf(text: string): number[] {
  return (text.match(/\d+(?:,\d{3})*/g) ?? []).map((digits) => Number(digits.replaceAll(',', '')));
}

/** Elements from the first one of a tensor to behind its last. */
function span(shape: readonly number[], stride: readonly number[]): number {
  return shape.includes(0) ? 0 : shape.reduce((sum, size, axis) => sum + (size - 1) * (stride[axis] ?? 0), 1);
}

function covered(extents: Extent[]): number {
  let sum = 0;
  let reached = 0;
  for (const [start, end] of extents.sort(([one], [other]) => one - other)) {
    sum += Math.max(0, end - Math.max(start, reached));
    reached = Math.max(reached, end);
  }
  return sum;
}
