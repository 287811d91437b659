import { descriptorFlag } from '../container/zip/record';
import type { PlacedEntry } from './zipLayout';

/** Headers of a zip archive as torch's writer (miniz) fills them: no times, versions or attributes. */

const utf8Flag = 0x0800;
const overflowed = 0xffffffff;
const zip64Id = 1;
const paddingByte = 0x5a;
/** Version made by and version needed, of the zip64 end record alone. */
const madeBy = 0x031e;
const zip64Needed = 45;

/** Bytes of a local extra field beside its padding, at most. */
export const alignmentOverhead = 4 + 4 + 24;

interface LocalFields {
  readonly name: Uint8Array;
  readonly size: number;
  readonly headerOffset: number;
}

/** Sizes and checksum are left to what stands behind the data. */
export function localHeader({ name, size, headerOffset }: LocalFields, alignment: number): Uint8Array {
  const zip64 = zip64Field(
    [size >= overflowed ? [size, 0] : [], headerOffset >= overflowed ? [headerOffset] : []].flat(),
  );
  const start = headerOffset + 30 + name.length + zip64.length + 4;
  const padding = (alignment - (start % alignment)) % alignment;
  const header = Buffer.alloc(30 + name.length + zip64.length + 4 + padding);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(flagsOf(size), 6);
  header.writeUInt16LE(name.length, 26);
  header.writeUInt16LE(zip64.length + 4 + padding, 28);
  header.set(name, 30);
  header.set(zip64, 30 + name.length);
  const extra = 30 + name.length + zip64.length;
  header.write('FB', extra, 'latin1');
  header.writeUInt16LE(padding, extra + 2);
  header.fill(paddingByte, extra + 4);
  return header;
}

/** What stands behind the data; nothing where there is none. */
export function descriptor({ size, headerOffset }: LocalFields, crc32: number): Uint8Array {
  if (size === 0) {
    return new Uint8Array();
  }
  const is64 = size >= overflowed || headerOffset >= overflowed;
  const bytes = Buffer.alloc(is64 ? 24 : 16);
  bytes.writeUInt32LE(0x08074b50, 0);
  bytes.writeUInt32LE(crc32, 4);
  if (is64) {
    bytes.writeBigUInt64LE(BigInt(size), 8);
    bytes.writeBigUInt64LE(BigInt(size), 16);
  } else {
    bytes.writeUInt32LE(size, 8);
    bytes.writeUInt32LE(size, 12);
  }
  return bytes;
}

export function directoryEntry(
  { name, size, headerOffset }: Pick<PlacedEntry, keyof LocalFields>,
  crc32: number,
): Uint8Array {
  const zip64 = zip64Field(
    [size >= overflowed ? [size, size] : [], headerOffset >= overflowed ? [headerOffset] : []].flat(),
  );
  const entry = Buffer.alloc(46 + name.length + zip64.length);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(flagsOf(size), 8);
  entry.writeUInt32LE(crc32, 16);
  entry.writeUInt32LE(Math.min(size, overflowed), 20);
  entry.writeUInt32LE(Math.min(size, overflowed), 24);
  entry.writeUInt16LE(name.length, 28);
  entry.writeUInt16LE(zip64.length, 30);
  entry.writeUInt32LE(Math.min(headerOffset, overflowed), 42);
  entry.set(name, 46);
  entry.set(zip64, 46 + name.length);
  return entry;
}

/** The zip64 end record, its locator and the end record: torch writes all three, whatever the size. */
export function endRecords(offset: number, size: number, count: number): Uint8Array {
  const bytes = Buffer.alloc(56 + 20 + 22);
  bytes.writeUInt32LE(0x06064b50, 0);
  bytes.writeBigUInt64LE(44n, 4);
  bytes.writeUInt16LE(madeBy, 12);
  bytes.writeUInt16LE(zip64Needed, 14);
  bytes.writeBigUInt64LE(BigInt(count), 24);
  bytes.writeBigUInt64LE(BigInt(count), 32);
  bytes.writeBigUInt64LE(BigInt(size), 40);
  bytes.writeBigUInt64LE(BigInt(offset), 48);
  bytes.writeUInt32LE(0x07064b50, 56);
  bytes.writeBigUInt64LE(BigInt(offset + size), 64);
  bytes.writeUInt32LE(1, 72);
  bytes.writeUInt32LE(0x06054b50, 76);
  bytes.writeUInt16LE(Math.min(count, 0xffff), 84);
  bytes.writeUInt16LE(Math.min(count, 0xffff), 86);
  bytes.writeUInt32LE(Math.min(size, overflowed), 88);
  bytes.writeUInt32LE(Math.min(offset, overflowed), 92);
  return bytes;
}

function flagsOf(size: number): number {
  return size === 0 ? utf8Flag : utf8Flag | descriptorFlag;
}

function zip64Field(values: readonly number[]): Uint8Array {
  if (values.length === 0) {
    return new Uint8Array();
  }
  const field = Buffer.alloc(4 + 8 * values.length);
  field.writeUInt16LE(zip64Id, 0);
  field.writeUInt16LE(8 * values.length, 2);
  values.forEach((value, i) => field.writeBigUInt64LE(BigInt(value), 4 + 8 * i));
  return field;
}
