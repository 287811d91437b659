import type { ByteSource } from '../bytes/byteSource';

/** One dimension of a walk over a storage: `size` steps of `step` bytes. */
export interface Axis {
  readonly size: number;
  readonly step: number;
}

/** How the elements of a tensor lie in its storage: outer axes first, then runs of bytes that lie together. */
export interface StridedLayout {
  /** Byte of the storage at which the first element begins. */
  readonly start: number;
  readonly axes: readonly Axis[];
  /** Bytes of one run: at least one element. */
  readonly run: number;
}

/**
 * Joins dimensions that lie together, so that a contiguous tensor is one run. `stride` and `offset` are in elements,
 * `elementSize` in bytes; the tensor is not empty.
 */
export function stridedLayout(
  shape: readonly number[],
  stride: readonly number[],
  offset: number,
  elementSize: number,
): StridedLayout {
  const axes: Axis[] = [];
  let run = elementSize;
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    const size = shape[dim] ?? 1;
    const step = (stride[dim] ?? 0) * elementSize;
    const inner = axes.at(-1);
    if (size === 1) {
      continue;
    }
    if (inner === undefined && step === run) {
      run *= size;
    } else if (inner !== undefined && step === inner.step * inner.size) {
      axes[axes.length - 1] = { size: inner.size * size, step: inner.step };
    } else {
      axes.push({ size, step });
    }
  }
  return { start: offset * elementSize, axes: axes.reverse(), run };
}

/** A part of the storage to read at once, and the runs to pick from it. */
export interface Block {
  readonly start: number;
  readonly axes: readonly Axis[];
  readonly run: number;
}

/** Bytes of the storage from a block's first byte to its last. */
export function extentOf({ axes, run }: Pick<Block, 'axes' | 'run'>): number {
  return axes.reduce((extent, { size, step }) => extent + (size - 1) * step, run);
}

/** Bytes of the elements that a block holds. */
export function bytesOf({ axes, run }: Pick<Block, 'axes' | 'run'>): number {
  return axes.reduce((bytes, { size }) => bytes * size, run);
}

/**
 * Cuts a layout into blocks, in the order of the elements, none of which reads or holds more than `window` bytes.
 * `window` is a multiple of the element size.
 */
export function* blocksOf({ start, axes, run }: StridedLayout, window: number): Generator<Block> {
  let split = axes.length;
  while (split > 0 && fits({ axes: axes.slice(split - 1), run }, window)) {
    split--;
  }
  const inner = axes.slice(split);
  const batched = axes[split - 1];
  for (const outerStart of positions(axes.slice(0, Math.max(split - 1, 0)), start)) {
    if (batched === undefined) {
      yield* runBlocks({ start: outerStart, axes: inner, run }, window);
    } else {
      yield* batches({ start: outerStart, axes: inner, run }, batched, window);
    }
  }
}

function fits(block: Pick<Block, 'axes' | 'run'>, window: number): boolean {
  return extentOf(block) <= window && bytesOf(block) <= window;
}

/** As many steps of `axis` at a time as fit into the window. */
function* batches(block: Block, axis: Axis, window: number): Generator<Block> {
  const byExtent = axis.step === 0 ? axis.size : Math.floor((window - extentOf(block)) / axis.step) + 1;
  const count = Math.max(Math.min(byExtent, Math.floor(window / bytesOf(block))), 1);
  for (let index = 0; index < axis.size; index += count) {
    const size = Math.min(count, axis.size - index);
    const axes = size === 1 ? block.axes : [{ size, step: axis.step }, ...block.axes];
    yield* runBlocks({ start: block.start + index * axis.step, axes, run: block.run }, window);
  }
}

/** A run that is longer than the window, in pieces. */
function* runBlocks(block: Block, window: number): Generator<Block> {
  if (block.run <= window) {
    yield block;
    return;
  }
  for (let done = 0; done < block.run; done += window) {
    yield { start: block.start + done, axes: [], run: Math.min(window, block.run - done) };
  }
}

/** Every start that the axes lead to, outer axes slowest. */
export function* positions(axes: readonly Axis[], start: number): Generator<number> {
  const index = new Array<number>(axes.length).fill(0);
  let position = start;
  for (;;) {
    yield position;
    let dim = axes.length - 1;
    for (; dim >= 0; dim--) {
      const axis = axes[dim];
      const next = (index[dim] ?? 0) + 1;
      if (axis === undefined || next < axis.size) {
        index[dim] = next;
        position += axis?.step ?? 0;
        break;
      }
      index[dim] = 0;
      position -= axis.step * (axis.size - 1);
    }
    if (dim < 0) {
      return;
    }
  }
}

/** The bytes of the elements of a block, one behind the other. */
export async function readBlock(source: ByteSource, block: Block): Promise<Uint8Array> {
  const read = new Uint8Array(extentOf(block));
  await source.read(block.start, read);
  const { axes, run } = block;
  if (axes.length === 0) {
    return read;
  }
  const bytes = new Uint8Array(bytesOf(block));
  let to = 0;
  for (const from of positions(axes, 0)) {
    for (let byte = 0; byte < run; byte++) {
      bytes[to++] = read[from + byte] ?? 0;
    }
  }
  return bytes;
}
