import { dtypeNamed } from '../checkpoint/dtypes';
import { reach } from '../checkpoint/strides';
import { CheckpointError } from '../errors';
import type { NamedTensor } from './safetensorsLayout';

/** A tensor's bytes in its storage, from the first to the last that it reaches. */
interface Extent {
  readonly tensor: NamedTensor;
  readonly start: number;
  readonly end: number;
}

/** Two tensors share bytes, which a format cannot say. */
export class TiedTensorsError extends CheckpointError {
  constructor(
    readonly first: string,
    readonly second: string,
  ) {
    super('save-unsupported', { entry: second, detail: `${first} and ${second} share memory` });
  }
}

/** @throws TiedTensorsError with the first tensor that shares bytes with another one. */
export function refuseTied(tensors: readonly NamedTensor[]): void {
  const extents = tensors.map(extentOf).filter(({ start, end }) => end > start);
  extents.sort((a, b) => a.tensor.storage.index - b.tensor.storage.index || a.start - b.start);
  let last: Extent | undefined;
  for (const extent of extents) {
    if (last !== undefined && last.tensor.storage === extent.tensor.storage && extent.start < last.end) {
      throw new TiedTensorsError(last.tensor.name, extent.tensor.name);
    }
    last = extent;
  }
}

function extentOf(tensor: NamedTensor): Extent {
  const { shape, stride, offset, dtype } = tensor.entry;
  const size = dtypeNamed(dtype)?.size ?? 1;
  return { tensor, start: (offset ?? 0) * size, end: reach(shape, stride ?? [], offset ?? 0) * size };
}

/** Of tensors that are the same view of one storage the first stays; the metadata names it for the others. */
export function dropTied(tensors: readonly NamedTensor[], metadata: Map<string, string>): NamedTensor[] {
  const first = new Map<string, NamedTensor>();
  const kept = tensors.filter((tensor) => {
    const { storage, entry } = tensor;
    const view = JSON.stringify([storage.index, entry.dtype, entry.offset, entry.shape, entry.stride]);
    const same = first.get(view);
    if (same === undefined || entry.bytes === 0) {
      first.set(view, tensor);
      return true;
    }
    metadata.set(tensor.name, same.name);
    return false;
  });
  refuseTied(kept);
  return kept;
}
