import { elementsOf } from './aliases';
import { Unreadable } from './arguments';
import type { Path, Storage, TensorEntry } from './checkpoint';
import { dtypes } from './dtypes';
import { reach } from './strides';

/**
 * A tensor as its pickle describes it. Made once, and the entry itself in the end: the walk gives it its path, the
 * optimizers the name of its parameter.
 */
export type OpenTensor = { -readonly [field in keyof TensorEntry]: TensorEntry[field] };

const noPath: Path = [];

export const noNotes: readonly string[] = [];

/** Bytes per element; torch's own names only get here. */
export function elementSize(dtype: string): number {
  return dtypes.get(dtype)?.size ?? 1;
}

/** @throws Unreadable for a shape that no tensor can have. */
export function checkShape(shape: readonly number[]): void {
  for (const size of shape) {
    if (size < 0) {
      throw new Unreadable('bad-shape');
    }
  }
  if (!Number.isSafeInteger(elementsOf(shape))) {
    throw new Unreadable('bad-shape');
  }
}

function checkStride(stride: readonly number[], offset: number, dimensions: number): void {
  if (stride.length !== dimensions) {
    throw new Unreadable('bad-arguments');
  }
  // torch allows neither (torch-format.md 7).
  if (offset < 0 || stride.some((step) => step < 0)) {
    throw new Unreadable('bad-stride');
  }
}

/** A view of a storage: what all the ordinary rebuild functions give. */
export function stridedTensor(
  storage: Storage,
  dtype: string,
  offset: number,
  shape: readonly number[],
  stride: readonly number[],
  requiresGrad: boolean,
): OpenTensor {
  checkShape(shape);
  checkStride(stride, offset, shape.length);
  return {
    kind: 'tensor',
    path: noPath,
    shape,
    dtype,
    device: storage.device,
    stride,
    offset,
    layout: 'strided',
    requiresGrad,
    role: null,
    parameter: null,
    storage,
    notes: noNotes,
    bytes: elementsOf(shape) * elementSize(dtype),
    node: null,
  };
}

/** Bytes that a view reaches in its storage, where that is more than the storage has; null where all is well. */
export function bytesPastStorage({ shape, stride, offset, dtype, storage }: TensorEntry): number | null {
  if (storage === null || stride === null || offset === null) {
    return null;
  }
  const needed = reach(shape, stride, offset) * elementSize(dtype);
  return needed > storage.bytes ? needed : null;
}

/** A tensor whose numbers the file does not hold, or not as a view of a storage. */
export function detachedTensor(
  dtype: string,
  shape: readonly number[],
  device: string | null,
  requiresGrad: boolean,
): OpenTensor {
  checkShape(shape);
  return {
    kind: 'tensor',
    path: noPath,
    shape,
    dtype,
    device,
    stride: null,
    offset: null,
    layout: 'strided',
    requiresGrad,
    role: null,
    parameter: null,
    storage: null,
    notes: noNotes,
    bytes: 0,
    node: null,
  };
}

/** How a tensor shows inside another value, as the key of an optimizer's state. Two tensors of one file differ in it. */
export function tensorText({
  shape,
  dtype,
  storage,
  offset,
}: Pick<OpenTensor, 'shape' | 'dtype' | 'storage' | 'offset'>): string {
  const place = storage === null ? '' : ` at ${storage.key}+${String(offset)}`;
  return `<tensor [${shape.join(', ')}] ${dtype}${place}>`;
}
