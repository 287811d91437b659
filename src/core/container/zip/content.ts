import type { Inflate } from 'fflate';
import type { ByteSource } from '../../bytes/byteSource';
import { readBytes } from '../../bytes/range';
import { CheckpointError } from '../../errors';
import { dataPosition, localHeaderSize, readDataPosition } from './localHeader';
import { deflatedMethod, storedMethod, type ZipRecord } from './record';

// Packed bytes unpacked at a time: at most a thousandfold comes out at once.
const chunkBytes = 16 << 10;
// Small records are read with their header, in one go; this much is allowed for the extra field (torch's alignment).
const smallRecord = 4 << 10;
const extraAllowance = 256;
/** Deflate cannot do better: 258 bytes for two bits. A record that claims more is lying, and gets no memory. */
const largestRatio = 1032;

/**
 * Content of a record, unpacked. Like torch, without regard to its CRC.
 * @throws CheckpointError `limit-exceeded` beyond `limit` bytes, `unsupported` (encrypted, other methods),
 * `malformed-zip`, `truncated`.
 */
export async function readContent(source: ByteSource, record: ZipRecord, limit: number): Promise<Uint8Array> {
  checkReadable(record, limit);
  if (record.method === storedMethod && record.size <= smallRecord) return readSmall(source, record);
  const position = await readDataPosition(source, record);
  if (record.packedSize > source.size - position) {
    throw new CheckpointError('truncated', { offset: position, entry: record.name });
  }
  if (record.method === storedMethod) return readBytes(source, position, record.size);
  return inflateRecord(source, record, position, record.size);
}

async function readSmall(source: ByteSource, record: ZipRecord): Promise<Uint8Array> {
  const wanted = localHeaderSize + record.nameBytes + extraAllowance + record.size;
  const length = Math.max(0, Math.min(wanted, source.size - record.headerOffset));
  const bytes = await readBytes(source, record.headerOffset, length);
  const position = dataPosition(bytes, record);
  const start = position - record.headerOffset;
  if (start + record.size <= bytes.length) return bytes.slice(start, start + record.size);
  return readBytes(source, position, record.size);
}

/** @throws CheckpointError `unsupported`, `malformed-zip` or `limit-exceeded` where no attempt to read makes sense. */
function checkReadable(record: ZipRecord, limit: number): void {
  const entry = record.name;
  if (record.encrypted) throw new CheckpointError('unsupported', { entry, detail: 'record is encrypted' });
  if (record.method !== storedMethod && record.method !== deflatedMethod) {
    throw new CheckpointError('unsupported', { entry, detail: `packed by method ${record.method}` });
  }
  if (record.size > limit) {
    throw new CheckpointError('limit-exceeded', { entry, detail: `${record.size} bytes, the limit is ${limit}` });
  }
  const most = record.method === storedMethod ? record.packedSize : record.packedSize * largestRatio;
  if (record.size > most || (record.method === storedMethod && record.size !== record.packedSize)) {
    throw new CheckpointError('malformed-zip', {
      entry,
      detail: `${record.packedSize} packed bytes cannot hold ${record.size}`,
    });
  }
}

/**
 * The first `length` bytes of a record, or all of it where it has fewer.
 * @throws CheckpointError as `readContent`.
 */
export async function readStart(source: ByteSource, record: ZipRecord, length: number): Promise<Uint8Array> {
  checkReadable(record, Infinity);
  const wanted = Math.min(length, record.size);
  const position = await readDataPosition(source, record);
  return record.method === storedMethod
    ? readBytes(source, position, wanted)
    : inflateRecord(source, record, position, wanted);
}

/** @param wanted Bytes of the content to unpack. */
async function inflateRecord(
  source: ByteSource,
  record: ZipRecord,
  position: number,
  wanted: number,
): Promise<Uint8Array> {
  const content = new Uint8Array(wanted);
  /** Bytes that came out: more than `wanted` end the work, and are not kept. */
  const out = { length: 0 };
  // Loaded where something is packed: setting up its tables takes milliseconds, and few files have anything packed.
  const { Inflate } = await import('fflate');
  const inflate = new Inflate((chunk) => {
    if (out.length < wanted) content.set(chunk.subarray(0, wanted - out.length), out.length);
    out.length += chunk.length;
  });
  for (let at = 0; at < record.packedSize && out.length <= wanted; at += chunkBytes) {
    const part = await readBytes(source, position + at, Math.min(chunkBytes, record.packedSize - at));
    push(inflate, part, at + part.length === record.packedSize, record);
  }
  if (out.length < wanted || (out.length > wanted && wanted === record.size)) throw sizeMismatch(record);
  return content;
}

function push(inflate: Inflate, part: Uint8Array, final: boolean, record: ZipRecord): void {
  try {
    inflate.push(part, final);
  } catch (cause) {
    throw new CheckpointError('malformed-zip', { entry: record.name, detail: 'deflated data is damaged', cause });
  }
}

function sizeMismatch(record: ZipRecord): CheckpointError {
  return new CheckpointError('malformed-zip', {
    entry: record.name,
    detail: `deflated data does not give the ${record.size} bytes that the directory says`,
  });
}
