import { crc32 } from 'node:zlib';

/** One entry of an archive under test; everything but name and content may be wrong on purpose. */
export interface ZipEntry {
  readonly name: string;
  readonly content: Uint8Array;
  /** Name in the local header, where it differs. */
  readonly localName?: string;
  readonly crc32?: number;
  /** General purpose bits of the directory. */
  readonly flags?: number;
  readonly method?: number;
  /** Bytes unpacked, of content that is packed. */
  readonly size?: number;
}

/** A zip archive with stored entries and no zip64 trailer: what Python's `zipfile` writes. */
export function storedZip(entries: readonly ZipEntry[]): Uint8Array {
  const parts = zipParts(entries);
  return Buffer.concat([
    parts.body,
    parts.directory,
    endRecord(entries.length, parts.directory.length, parts.body.length),
  ]);
}

/** Local headers with their contents, and the directory that names them, for archives that are put together by hand. */
export function zipParts(entries: readonly ZipEntry[], start = 0): { body: Buffer; directory: Buffer } {
  const body: Buffer[] = [];
  const directory: Buffer[] = [];
  let position = start;
  for (const entry of entries) {
    const local = localHeader(entry);
    body.push(local, Buffer.from(entry.content));
    directory.push(directoryHeader(entry, position));
    position += local.length + entry.content.length;
  }
  return { body: Buffer.concat(body), directory: Buffer.concat(directory) };
}

/** `directoryOffset` is absolute, as torch's miniz takes it. */
export function endRecord(entries: number, directorySize: number, directoryOffset: number): Buffer {
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries, 8);
  end.writeUInt16LE(entries, 10);
  end.writeUInt32LE(directorySize, 12);
  end.writeUInt32LE(directoryOffset, 16);
  return end;
}

function localHeader(entry: ZipEntry): Buffer {
  const name = Buffer.from(entry.localName ?? entry.name);
  const header = Buffer.alloc(30);
  header.write('PK\x03\x04', 'latin1');
  header.writeUInt16LE(entry.method ?? 0, 8);
  header.writeUInt32LE(entry.crc32 ?? crc32(entry.content), 14);
  header.writeUInt32LE(entry.content.length, 18);
  header.writeUInt32LE(entry.size ?? entry.content.length, 22);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, name]);
}

function directoryHeader(entry: ZipEntry, position: number): Buffer {
  const name = Buffer.from(entry.name);
  const header = Buffer.alloc(46);
  header.write('PK\x01\x02', 'latin1');
  header.writeUInt16LE(entry.flags ?? 0, 8);
  header.writeUInt16LE(entry.method ?? 0, 10);
  header.writeUInt32LE(entry.crc32 ?? crc32(entry.content), 16);
  header.writeUInt32LE(entry.content.length, 20);
  header.writeUInt32LE(entry.size ?? entry.content.length, 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt32LE(position, 42);
  return Buffer.concat([header, name]);
}

/** The records of a zip checkpoint around this pickle; `data/0` holds eight bytes. */
export function checkpointEntries(pickle: Uint8Array, extra: readonly ZipEntry[] = []): ZipEntry[] {
  const own = [
    { name: 'archive/data.pkl', content: pickle },
    { name: 'archive/byteorder', content: Buffer.from('little') },
    { name: 'archive/data/0', content: new Uint8Array(8) },
    { name: 'archive/version', content: Buffer.from('3\n') },
  ];
  return [...own, ...extra];
}
