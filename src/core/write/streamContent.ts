import type { ByteSource } from '../bytes/byteSource';
import { memorySource } from '../bytes/memorySource';
import { checkRange } from '../bytes/range';
import { sliceSource } from '../bytes/sliceSource';
import { swapBytes } from '../tensor/byteOrder';
import { castBetween } from '../tensor/cast';
import { unpackedBytes } from '../tensor/elementBytes';
import { blocksOf, bytesOf, readBlock, stridedLayout, type StridedLayout } from '../tensor/stridedLayout';
import { CheckpointError } from '../errors';
import {
  byteOrder,
  contentSize,
  type CastContent,
  type GatherContent,
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
