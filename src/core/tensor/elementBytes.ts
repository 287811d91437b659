import { memorySource } from '../bytes/memorySource';
import { sliceSource } from '../bytes/sliceSource';
import type { ByteSource } from '../bytes/byteSource';
import type { TensorEntry } from '../checkpoint/checkpoint';
import { dtypeNamed, type Dtype } from '../checkpoint/dtypes';
import { reach } from '../checkpoint/strides';
import type { Container, ContainerRecord } from '../container/container';
import { CheckpointError } from '../errors';
import { swapBytes } from './byteOrder';
import { blocksOf, bytesOf, readBlock, stridedLayout } from './stridedLayout';

/** Bytes read at once. A multiple of every element size. */
const window = 4 << 20;

/** Bytes that a packed storage may unpack to: it is held in memory as a whole. Seen: none, torch packs no storage. */
export const unpackedBytes = 256 << 20;

/** Bytes that a view with stride 0 may show beyond its storage. Seen: expanded attention masks of some 100 MB. */
const expandedBytes = 2 ** 34;

/**
 * The elements of a tensor as contiguous little-endian bytes, whatever its strides and however long it is, in memory
 * that does not grow with it. Each piece is good until the next one is asked for.
 * @throws CheckpointError `missing-record` when the file lacks the bytes, `truncated` when they are cut, `unsupported`
 * for a tensor that is not plainly strided, `limit-exceeded`; `cancelled` and what the file system says.
 */
export async function* elementBytes(entry: TensorEntry, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const { shape, stride, offset, storage } = entry;
  const dtype = dtypeNamed(entry.dtype);
  if (dtype === undefined || stride === null || offset === null || stride.some((step) => step < 0)) {
    throw new CheckpointError('unsupported', { detail: 'no plain strides' });
  }
  if (shape.includes(0)) {
    return;
  }
  const record = storage?.record ?? null;
  if (storage === null || record === null) {
    throw new CheckpointError('missing-record', { detail: 'no bytes of this storage' });
  }
  const { container } = storage;
  if (reach(shape, stride, offset) * dtype.size > record.size) {
    throw new CheckpointError('truncated', { entry: record.name, detail: 'the view goes past its storage' });
  }
  const layout = stridedLayout(shape, stride, offset, dtype.size);
  if (bytesOf(layout) > record.size + expandedBytes) {
    throw new CheckpointError('limit-exceeded', { entry: record.name, detail: 'expanded view' });
  }
  const fix = fixer(dtype, entry.notes, container.metadata.get('byteorder')?.trim() === 'big');
  const source = await storageSource(container, record);
  for (const block of blocksOf(layout, window)) {
    if (signal?.aborted === true) {
      throw new CheckpointError('cancelled');
    }
    const bytes = await readBlock(source, block);
    fix(bytes);
    yield bytes;
  }
}

async function storageSource(container: Container, record: ContainerRecord): Promise<ByteSource> {
  return record.packed
    ? memorySource(await container.readRecord(record, unpackedBytes))
    : sliceSource(container.source, await container.locate(record), record.size);
}

/** Makes the bytes of whole elements, as they are stored, those that torch would show. */
function fixer(dtype: Dtype, notes: readonly string[], bigEndian: boolean): (bytes: Uint8Array) => void {
  const unit = dtype.class === 'complex' ? dtype.size / 2 : dtype.size;
  const negate = notes.includes('neg');
  const conjugate = notes.includes('conj');
  return (bytes) => {
    if (bigEndian) {
      swapBytes(bytes, unit);
    }
    if (negate) {
      flipSigns(bytes, unit, 0, unit);
    }
    if (conjugate) {
      flipSigns(bytes, unit, 1, 2 * unit);
    }
  };
}

/** The sign of a little-endian float is the highest bit of its last byte. `first` in units, `step` in bytes. */
function flipSigns(bytes: Uint8Array, unit: number, first: number, step: number): void {
  for (let last = (first + 1) * unit - 1; last < bytes.length; last += step) {
    bytes[last] = (bytes[last] ?? 0) ^ 0x80;
  }
}
