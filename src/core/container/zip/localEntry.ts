import type { ByteSource } from '../../bytes/byteSource';
import { readBytes } from '../../bytes/range';
import { readUint64, signatureAt, viewOf } from './fields';
import { localHeaderSize, localSignature } from './localHeader';
import { descriptorFlag, ZipRecord } from './record';

/** Most local headers that torch writes, alignment included, fit; a longer one costs a second read. */
const usualHeader = 256;
export const descriptorSignature = 0x08074b50;
const overflowed = 0xffffffff;
const zip64ExtraId = 0x0001;

/** An entry as its local header tells it. */
export interface LocalEntry {
  readonly name: string;
  readonly nameBytes: number;
  readonly headerOffset: number;
  /** Position of its data. */
  readonly position: number;
  readonly flags: number;
  readonly method: number;
  readonly crc32: number;
  /** Null where the sizes stand behind the data (bit 3). */
  readonly sizes: { readonly size: number; readonly packedSize: number } | null;
}

/** Reads the local header at `offset`; null where there is none, or where it is cut. */
export async function readLocalEntry(source: ByteSource, offset: number): Promise<LocalEntry | null> {
  let bytes = await readBytes(source, offset, Math.max(0, Math.min(usualHeader, source.size - offset)));
  if (bytes.length < localHeaderSize || signatureAt(bytes, 0) !== localSignature) return null;
  const view = viewOf(bytes);
  const nameBytes = view.getUint16(26, true);
  const length = localHeaderSize + nameBytes + view.getUint16(28, true);
  if (length > source.size - offset) return null;
  if (length > bytes.length) bytes = await readBytes(source, offset, length);
  const flags = view.getUint16(6, true);
  return {
    name: Buffer.from(bytes.subarray(localHeaderSize, localHeaderSize + nameBytes)).toString('utf8'),
    nameBytes,
    headerOffset: offset,
    position: offset + length,
    flags,
    method: view.getUint16(8, true),
    crc32: view.getUint32(14, true),
    sizes: (flags & descriptorFlag) === 0 ? localSizes(bytes.subarray(0, length), nameBytes) : null,
  };
}

/** Sizes that overflowed and have no zip64 field stay what they are: then they lead past the end, or to no entry. */
function localSizes(header: Uint8Array, nameBytes: number): NonNullable<LocalEntry['sizes']> {
  const view = viewOf(header);
  const sizes = { size: view.getUint32(22, true), packedSize: view.getUint32(18, true) };
  if (sizes.size !== overflowed && sizes.packedSize !== overflowed) return sizes;
  for (let at = localHeaderSize + nameBytes; at + 20 <= header.length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== zip64ExtraId) continue;
    return { size: readUint64(view, at + 4), packedSize: readUint64(view, at + 12) };
  }
  return sizes;
}

/** What stands behind the data of an entry whose header has no sizes. */
export interface Descriptor {
  readonly crc32: number;
  readonly size: number;
  /** Bytes of the descriptor itself: 16, or 24 with 64-bit sizes. */
  readonly length: number;
}

/** The descriptor at `at` of `bytes`, if it is one of an entry with `packedSize` bytes of data. */
export function descriptorAt(bytes: Uint8Array, at: number, packedSize: number): Descriptor | null {
  if (signatureAt(bytes, at) !== descriptorSignature) return null;
  const view = viewOf(bytes);
  // The 64-bit form first: the upper half of its first size looks like a second 32-bit one.
  if (at + 24 <= bytes.length && view.getBigUint64(at + 8, true) === BigInt(packedSize)) {
    const size = view.getBigUint64(at + 16, true);
    if (size <= Number.MAX_SAFE_INTEGER) return { crc32: view.getUint32(at + 4, true), size: Number(size), length: 24 };
  }
  if (at + 16 > bytes.length || view.getUint32(at + 8, true) !== packedSize) return null;
  return { crc32: view.getUint32(at + 4, true), size: view.getUint32(at + 12, true), length: 16 };
}

/** A record like those of a directory, of an entry whose sizes are known. */
export function recordOf(
  entry: LocalEntry,
  sizes: { readonly size: number; readonly packedSize: number },
  crc32: number,
): ZipRecord {
  return new ZipRecord({ ...entry, ...sizes, crc32, extraBytes: 0 });
}
