import { CheckpointError } from '../errors';
import type { Value } from './values';

/**
 * The unpickler's memo. CPython numbers objects one by one, and takes 16 bytes for every index up to the highest; a
 * hostile pickle names an index of two billion in six bytes. Here such an index costs one entry of a map.
 */
export class Memo {
  /** The plausible indexes: below twice the number of entries and a little. */
  private readonly dense: (Value | undefined)[] = [];
  private readonly sparse = new Map<number, Value>();
  /** Number of entries: the index that MEMOIZE takes. */
  count = 0;

  constructor(private readonly maxIndex: number) {}

  /** @throws CheckpointError `limit-exceeded` for an index beyond `Limits.memoIndex`. */
  set(index: number, value: Value): void {
    const { dense } = this;
    if (index === dense.length && this.sparse.size === 0) {
      dense.push(value);
      this.count++;
    } else {
      this.setOutOfOrder(index, value);
    }
  }

  private setOutOfOrder(index: number, value: Value): void {
    if (index > this.maxIndex) {
      throw new CheckpointError('limit-exceeded', { detail: `memo index ${index}` });
    }
    if (this.get(index) === undefined) {
      this.count++;
    }
    if (index > 2 * this.count + 64) {
      this.sparse.set(index, value);
      return;
    }
    this.sparse.delete(index);
    while (this.dense.length < index) {
      this.dense.push(undefined);
    }
    this.dense[index] = value;
  }

  get(index: number): Value | undefined {
    return this.dense[index] ?? this.getSparse(index);
  }

  /** Also reached by a memoised None, which is no hole. */
  private getSparse(index: number): Value | undefined {
    const value = this.dense[index];
    return value === undefined ? this.sparse.get(index) : value;
  }
}
