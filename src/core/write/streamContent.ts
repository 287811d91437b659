import type { ByteSource } from '../bytes/byteSource';
import { dtypes } from '../checkpoint/dtypes';
import { memorySource } from '../bytes/memorySource';
import { checkRange } from '../bytes/range';
import { sliceSource } from '../bytes/sliceSource';
import { swapBytes } from '../tensor/byteOrder';
import { castBetween } from '../tensor/cast';
import { gridElements, interpolatePositions } from '../tensor/interpolate';
import { unpackedBytes } from '../tensor/elementBytes';
import { blocksOf, bytesOf, readBlock, stridedLayout, type StridedLayout } from '../tensor/stridedLayout';
import { CheckpointError } from '../errors';
import { stepBytes, stepReader } from '../init/drawStream';
import { overlaidRuns } from './overlay';
import {
  byteOrder,
  contentSize,
  type CastContent,
  type DrawnContent,
  type GatherContent,
  type InterpolatedContent,
  type OverlayContent,
  type RecordContent,
  type StorageContent,
} from './storageContent';

/** Bytes that are held at once, of each of the contents that one is made from. A multiple of every element size. */
const window = 1 << 20;

export interface StreamOptions {
  readonly signal?: AbortSignal;
  /** Told of finite numbers that a cast found too large for its dtype. */
  readonly onOverflow?: (count: number) => void;
}

/**
 * The bytes of a storage in memory that does not grow with it, in the byte order of `byteOrder(content)`. A piece is good
 * until the next one is asked for, and holds whole elements.
 * @throws CheckpointError `cancelled`, `unsupported` (no such cast), `truncated`, and what reading the source throws.
 */
export async function* streamContent(
  content: StorageContent,
  options: StreamOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  switch (content.kind) {
    case 'bytes':
      yield content.data;
      return;
    case 'record':
      yield* streamSource(await recordSource(content), options.signal);
      return;
    case 'cast':
      yield* streamCast(content, options);
      return;
    case 'gather':
      yield* streamGather(content, options.signal);
      return;
    case 'drawn':
      yield* streamDrawn(content, options.signal);
      return;
    case 'overlay':
      yield* streamOverlay(content, options);
      return;
    case 'interpolated':
      yield await interpolated(content);
      return;
  }
}

async function* streamSource(source: ByteSource, signal?: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  const buffer = new Uint8Array(Math.min(window, source.size));
  for (let at = 0; at < source.size; at += buffer.length) {
    checkSignal(signal);
    const piece = buffer.subarray(0, Math.min(buffer.length, source.size - at));
    await source.read(at, piece);
    yield piece;
  }
}

async function* streamCast(content: CastContent, options: StreamOptions): AsyncGenerator<Uint8Array, void, undefined> {
  const { from, fromDtype, toDtype } = content;
  const cast = castBetween(fromDtype, toDtype);
  const turned = byteOrder(from) === 'big' ? cast.fromSize : 1;
  let target = new Uint8Array();
  for await (const piece of streamContent(from, options)) {
    const length = (piece.length / cast.fromSize) * cast.toSize;
    if (target.length < length) {
      target = new Uint8Array(length);
    }
    swapBytes(piece, turned);
    const converted = target.subarray(0, length);
    const overflowed = cast.convert(piece, converted);
    if (overflowed > 0) {
      options.onOverflow?.(overflowed);
    }
    yield converted;
  }
}

async function* streamGather(
  content: GatherContent,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const layout = gatherLayout(content);
  if (layout === null) {
    return;
  }
  const source = await contentSource(content.from);
  for (const block of blocksOf(layout, window)) {
    checkSignal(signal);
    yield await readBlock(source, block);
  }
}

async function* streamDrawn(
  { stream, step }: DrawnContent,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (const piece of stepBytes(stream, step, signal)) {
    checkSignal(signal);
    yield piece;
    // Drawing reads nothing: others get their turn here.
    await new Promise(setImmediate);
  }
}

async function* streamOverlay(
  content: OverlayContent,
  options: StreamOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const over = await contentSource(content.over);
  let at = 0;
  for await (const piece of streamContent(content.base, options)) {
    const laid = piece.slice();
    swapBytes(laid, turnedUnit(content.base, content.elementSize));
    await layOver(content, over, at, laid);
    yield laid;
    at += laid.length;
  }
}

/** Puts what lies in a corner into a part of the base that begins at a byte. */
async function layOver(content: OverlayContent, over: ByteSource, at: number, target: Uint8Array): Promise<void> {
  const runs = [...overlaidRuns(content, at, at + target.length)];
  const [first, last] = [runs[0], runs.at(-1)];
  if (first === undefined || last === undefined) {
    return;
  }
  const read = new Uint8Array(last.from + last.length - first.from);
  await over.read(first.from, read);
  swapBytes(read, turnedUnit(content.over, content.elementSize));
  for (const run of runs) {
    const start = run.from - first.from;
    target.set(read.subarray(start, start + run.length), run.at - at);
  }
}

/** Bytes that are to be turned round to be little-endian; 1 where none are. */
function turnedUnit(content: StorageContent, elementSize: number): number {
  return byteOrder(content) === 'big' ? elementSize : 1;
}

async function interpolated({ from, dtype, grid }: InterpolatedContent): Promise<Uint8Array> {
  const bytes = new Uint8Array(contentSize(from));
  await (await contentSource(from)).read(0, bytes);
  swapBytes(bytes, turnedUnit(from, dtypes.get(dtype)?.size ?? 1));
  const numbers = new Float64Array(gridElements(grid, grid.from));
  castBetween(dtype, 'float64').convert(bytes, new Uint8Array(numbers.buffer));
  const result = interpolatePositions(numbers, grid);
  const target = new Uint8Array(result.length * (dtypes.get(dtype)?.size ?? 1));
  castBetween('float64', dtype).convert(new Uint8Array(result.buffer), target);
  return target;
}

function gatherLayout({ shape, stride, offset, elementSize }: GatherContent): StridedLayout | null {
  return shape.includes(0) ? null : stridedLayout(shape, stride, offset, elementSize);
}

function checkSignal(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) {
    throw new CheckpointError('cancelled');
  }
}

/** The same bytes, to be read from anywhere. */
async function contentSource(content: StorageContent): Promise<ByteSource> {
  switch (content.kind) {
    case 'bytes':
      return memorySource(content.data);
    case 'record':
      return recordSource(content);
    case 'cast':
      return castSource(content, await contentSource(content.from));
    case 'gather':
      return gatherSource(content, await contentSource(content.from));
    case 'drawn':
      return sourceOf(contentSize(content), stepReader(content.stream, content.step));
    case 'overlay':
      return overlaySource(content, await contentSource(content.base), await contentSource(content.over));
    case 'interpolated':
      return memorySource(await interpolated(content));
  }
}

async function recordSource({ container, record }: RecordContent): Promise<ByteSource> {
  return record.packed
    ? memorySource(await container.readRecord(record, unpackedBytes))
    : sliceSource(container.source, await container.locate(record), record.size);
}

/** What is read is widened to whole elements. */
function castSource({ from, fromDtype, toDtype, ...content }: CastContent, source: ByteSource): ByteSource {
  const cast = castBetween(fromDtype, toDtype);
  const turned = byteOrder(from) === 'big' ? cast.fromSize : 1;
  return sourceOf(content.elements * cast.toSize, async (offset, target) => {
    const first = Math.floor(offset / cast.toSize);
    const count = Math.ceil((offset + target.length) / cast.toSize) - first;
    const read = new Uint8Array(count * cast.fromSize);
    await source.read(first * cast.fromSize, read);
    swapBytes(read, turned);
    const converted = new Uint8Array(count * cast.toSize);
    cast.convert(read, converted);
    const start = offset - first * cast.toSize;
    target.set(converted.subarray(start, start + target.length));
  });
}

/** Goes through the blocks before the one that is wanted without reading them. */
function gatherSource(content: GatherContent, source: ByteSource): ByteSource {
  const layout = gatherLayout(content);
  return sourceOf(contentSize(content), async (offset, target) => {
    let at = 0;
    for (const block of layout === null ? [] : blocksOf(layout, window)) {
      const end = at + bytesOf(block);
      if (end > offset && at < offset + target.length) {
        const bytes = await readBlock(source, block);
        const from = Math.max(offset, at);
        target.set(bytes.subarray(from - at, Math.min(offset + target.length, end) - at), from - offset);
      }
      at = end;
      if (at >= offset + target.length) {
        return;
      }
    }
  });
}

/** What is read is widened to whole elements. */
function overlaySource(content: OverlayContent, base: ByteSource, over: ByteSource): ByteSource {
  const { elementSize } = content;
  return sourceOf(base.size, async (offset, target) => {
    const first = Math.floor(offset / elementSize) * elementSize;
    const end = Math.ceil((offset + target.length) / elementSize) * elementSize;
    const read = new Uint8Array(end - first);
    await base.read(first, read);
    swapBytes(read, turnedUnit(content.base, elementSize));
    await layOver(content, over, first, read);
    target.set(read.subarray(offset - first, offset - first + target.length));
  });
}

function sourceOf(size: number, read: ByteSource['read']): ByteSource {
  return {
    size,
    identity: { size, modified: null, file: null },
    async read(offset, target) {
      checkRange(size, offset, target.length);
      await read(offset, target);
    },
    async close() {},
  };
}
