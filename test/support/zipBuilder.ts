import { crc32, deflateRawSync } from 'node:zlib';
import type { ByteSource } from '../../src/core/bytes/byteSource';
import { CheckpointError } from '../../src/core/errors';

/** One entry of an archive to build. What is left out is as torch writes it. */
export interface EntrySpec {
  readonly name: string;
  /** A number: so many zero bytes, of which none is kept in memory. */
  readonly data: Uint8Array | string | number;
  readonly deflate?: boolean;
  /** Instead of 0 or 8, in the directory. */
  readonly method?: number;
  /** Added to those of the directory. */
  readonly flags?: number;
  /** In the local header, where it differs. */
  readonly localName?: string;
  /** Instead of the true ones, in the directory. */
  readonly crc?: number;
  readonly size?: number;
  readonly packedSize?: number;
  readonly headerOffset?: number;
  /** Left out of the directory. */
  readonly unlisted?: boolean;
  /** Listed only: it stands at `headerOffset`, in bytes before the archive. */
  readonly listedOnly?: boolean;
}

export interface ZipSpec {
  /** Put before every name, with a slash. */
  readonly root?: string;
  /** `torch`: FB padding and descriptors; `plain`: neither; `extra`: an extra field of 9 bytes in local headers only. */
  readonly style?: 'torch' | 'plain' | 'extra';
  readonly alignment?: number;
  /** Where the archive begins: header offsets count from the start of the file. */
  readonly start?: number;
  /** zip64 fields for every size and offset of the directory, small ones too. */
  readonly zip64Entries?: boolean;
  /** False: no zip64 end record and locator. */
  readonly zip64End?: boolean;
  /** Bytes between the records and the directory. */
  readonly beforeDirectory?: Uint8Array;
  /** Bytes between the directory and the end records. */
  readonly afterDirectory?: Uint8Array;
  readonly comment?: Uint8Array;
  readonly trailing?: Uint8Array;
  /** Instead of the true ones, in the end records. */
  readonly entryCount?: number;
  readonly directoryOffset?: number;
}

const descriptorFlag = 8;
const overflowed = 0xffffffff;

/** Builds a zip archive the way torch's writer does (torch-format.md 1.1), or, as `spec` says, another. */
export function buildZip(entries: readonly EntrySpec[], spec: ZipSpec = {}): Buffer {
  const chunks = layOut(entries, spec);
  return Buffer.concat(chunks.map((chunk) => (typeof chunk === 'number' ? Buffer.alloc(chunk) : chunk)));
}

/** As `buildZip`, without memory for the zeros: archives of any size. */
export function sparseZip(entries: readonly EntrySpec[], spec: ZipSpec = {}): ByteSource {
  const parts: { readonly start: number; readonly bytes: Buffer }[] = [];
  let size = 0;
  for (const chunk of layOut(entries, spec)) {
    if (typeof chunk !== 'number') parts.push({ start: size, bytes: chunk });
    size += typeof chunk === 'number' ? chunk : chunk.length;
  }
  return {
    size,
    identity: { size, modified: null, file: null },
    async read(offset, target) {
      if (offset + target.length > size) throw new CheckpointError('truncated', { offset });
      target.fill(0);
      for (const { start, bytes } of parts) {
        const from = Math.max(offset, start);
        const to = Math.min(offset + target.length, start + bytes.length);
        if (from < to) target.set(bytes.subarray(from - start, to - start), from - offset);
      }
    },
    async close() {},
  };
}

/** Positions of the local headers of an archive without zip64 entries, by its directory. */
export function headerOffsets(archive: Buffer): number[] {
  const offsets: number[] = [];
  const start = Buffer.from([0x50, 0x4b, 1, 2]);
  for (let at = archive.indexOf(start); at >= 0; at = archive.indexOf(start, at + 4)) {
    offsets.push(archive.readUInt32LE(at + 42));
  }
  return offsets;
}

/** Bytes, or so many zeros. */
type Chunk = Buffer | number;

function layOut(entries: readonly EntrySpec[], spec: ZipSpec): Chunk[] {
  const chunks: Chunk[] = [];
  const directory: Buffer[] = [];
  let at = spec.start ?? 0;
  for (const entry of entries) {
    const { local, central } = buildEntry(entry, at, spec);
    if (entry.unlisted !== true) directory.push(central);
    if (entry.listedOnly === true) continue;
    for (const chunk of local) at += typeof chunk === 'number' ? chunk : chunk.length;
    chunks.push(...local);
  }
  const before = Buffer.from(spec.beforeDirectory ?? []);
  const central = Buffer.concat(directory);
  const end = buildEnd(at + before.length, central.length, spec.entryCount ?? directory.length, spec);
  return [...chunks, before, central, Buffer.from(spec.afterDirectory ?? []), end, Buffer.from(spec.trailing ?? [])];
}

function buildEntry(entry: EntrySpec, at: number, spec: ZipSpec): { local: Chunk[]; central: Buffer } {
  const torch = (spec.style ?? 'torch') === 'torch';
  const prefix = spec.root === undefined ? '' : `${spec.root}/`;
  const data = typeof entry.data === 'number' ? entry.data : Buffer.from(entry.data);
  const size = typeof data === 'number' ? data : data.length;
  const packed = entry.deflate === true && typeof data !== 'number' ? deflateRawSync(data) : data;
  const packedSize = typeof packed === 'number' ? packed : packed.length;
  // Of zeros without memory any will do but 0, which says that there is none.
  const crc = entry.crc ?? (typeof data === 'number' ? 1 : crc32(data));
  const descriptor = torch && packedSize > 0;
  const flags = (descriptor ? descriptorFlag : 0) | 0x800 | (entry.flags ?? 0);
  const fields = {
    flags,
    method: entry.method ?? (entry.deflate === true ? 8 : 0),
    crc,
    packedSize: entry.packedSize ?? packedSize,
    size: entry.size ?? size,
  };
  const localName = Buffer.from(prefix + (entry.localName ?? entry.name));
  const extra = localExtra(at, localName.length, size, spec);
  const localFields = descriptor ? { ...fields, crc: 0, packedSize: 0, size: 0 } : { ...fields, packedSize, size };
  const local = [
    Buffer.from([0x50, 0x4b, 3, 4, 0, 0]),
    commonFields(localFields, localName.length, extra.length),
    localName,
    extra,
    packed,
    descriptor ? descriptorOf(crc, packedSize, size, size >= overflowed || at >= overflowed) : Buffer.alloc(0),
  ];
  return { local, central: buildCentral(Buffer.from(prefix + entry.name), fields, entry.headerOffset ?? at, spec) };
}

function localExtra(at: number, nameLength: number, size: number, spec: ZipSpec): Buffer {
  if (spec.style === 'plain') return Buffer.alloc(0);
  if (spec.style === 'extra') return Buffer.from([0x55, 0x54, 5, 0, 1, 0, 0, 0, 0]);
  const zip64: Buffer[] = [];
  if (size >= overflowed) zip64.push(uint64(size), uint64(0));
  if (at >= overflowed) zip64.push(uint64(at));
  const values = Buffer.concat(zip64);
  const header = values.length === 0 ? values : Buffer.concat([Buffer.from([1, 0, values.length, 0]), values]);
  return Buffer.concat([header, padding(at + 30 + nameLength + header.length, spec.alignment ?? 64)]);
}

interface Fields {
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
}

function commonFields(fields: Fields, nameLength: number, extraLength: number): Buffer {
  const buffer = Buffer.alloc(24);
  buffer.writeUInt16LE(fields.flags, 0);
  buffer.writeUInt16LE(fields.method, 2);
  buffer.writeUInt32LE(fields.crc, 8);
  buffer.writeUInt32LE(Math.min(fields.packedSize, overflowed), 12);
  buffer.writeUInt32LE(Math.min(fields.size, overflowed), 16);
  buffer.writeUInt16LE(nameLength, 20);
  buffer.writeUInt16LE(extraLength, 22);
  return buffer;
}

function padding(start: number, alignment: number): Buffer {
  const length = (alignment - ((start + 4) % alignment)) % alignment;
  const extra = Buffer.alloc(4 + length, 'Z');
  extra.write('FB', 0);
  extra.writeUInt16LE(length, 2);
  return extra;
}

function uint64(value: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt(value));
  return buffer;
}

function descriptorOf(crc: number, packedSize: number, size: number, zip64: boolean): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeUInt32LE(0x08074b50, 0);
  buffer.writeUInt32LE(crc, 4);
  const sizes = Buffer.concat([uint64(packedSize), uint64(size)]);
  return Buffer.concat([buffer, zip64 ? sizes : Buffer.concat([sizes.subarray(0, 4), sizes.subarray(8, 12)])]);
}

function buildCentral(name: Buffer, fields: Fields, headerOffset: number, spec: ZipSpec): Buffer {
  const isBig = (value: number): boolean => spec.zip64Entries === true || value >= overflowed;
  const slot = (value: number): number => (isBig(value) ? overflowed : value);
  const values = Buffer.concat([fields.size, fields.packedSize, headerOffset].filter(isBig).map(uint64));
  const extra = values.length === 0 ? values : Buffer.concat([Buffer.from([1, 0, values.length, 0]), values]);
  const slots = { ...fields, size: slot(fields.size), packedSize: slot(fields.packedSize) };
  const tail = Buffer.alloc(14);
  tail.writeUInt32LE(slot(headerOffset), 10);
  return Buffer.concat([
    Buffer.from([0x50, 0x4b, 1, 2, 0, 0, 0, 0]),
    commonFields(slots, name.length, extra.length),
    tail,
    name,
    extra,
  ]);
}

function buildEnd(offset: number, size: number, count: number, spec: ZipSpec): Buffer {
  const directoryOffset = spec.directoryOffset ?? offset;
  const comment = Buffer.from(spec.comment ?? []);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Math.min(count, 0xffff), 8);
  end.writeUInt16LE(Math.min(count, 0xffff), 10);
  end.writeUInt32LE(Math.min(size, overflowed), 12);
  end.writeUInt32LE(Math.min(directoryOffset, overflowed), 16);
  end.writeUInt16LE(comment.length, 20);
  if (spec.zip64End === false) return Buffer.concat([end, comment]);
  const record = Buffer.concat([Buffer.alloc(24), ...[count, count, size, directoryOffset].map(uint64)]);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(offset + size + (spec.afterDirectory?.length ?? 0)), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([record, locator, end, comment]);
}
