import { RowFlag } from '../../../src/core/tree/treeColumns';
import type { TreeIndex } from './treeIndex';

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
  #bytes = 0;
  readonly #aliases = new Set<number>();
  readonly #storages = new Map<number, StorageUse>();

  constructor(private readonly index: TreeIndex) {}

  take(row: number): void {
    const { columns } = this.index;
    const at = this.index.sharedAt(row);
    if (at === undefined) {
      this.#bytes += columns.bytes[row] ?? 0;
    } else if (!this.#isFirst(row, at)) {
      return;
    }
    const elements = columns.elements[row] ?? 0;
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

  #isFirst(row: number, at: number): boolean {
    const { shared, bytes } = this.index.columns;
    const alias = shared.alias[at] ?? row;
    if (this.#aliases.has(alias)) {
      return false;
    }
    this.#aliases.add(alias);
    const storage = shared.storage[at] ?? 0;
    const use = this.#storages.get(storage) ?? { bytes: 0, extents: [] };
    use.bytes += bytes[row] ?? 0;
    use.extents.push([shared.start[at] ?? 0, shared.end[at] ?? 0]);
    this.#storages.set(storage, use);
    return true;
  }
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
