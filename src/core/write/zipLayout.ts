import { crc32 } from 'node:zlib';
import { CheckpointError } from '../errors';
import {
  bytesPart,
  Checksum,
  partLength,
  type BytesPart,
  type ContentPart,
  type LatePart,
  type RangePart,
  type SavePart,
  type SavePlan,
} from './savePlan';
import { alignmentOverhead, directoryEntry, endRecords, localHeader, descriptor } from './zipFields';

/** One record of an archive to be written. */
export interface ZipEntry {
  /** Without the root folder. */
  readonly name: string;
  /** CRC-32 of its bytes; null: it is found out while they are written. */
  readonly crc32: number | null;
  readonly parts: readonly (BytesPart | RangePart | ContentPart)[];
}

/** How an entry is written: what its header, its descriptor and the directory say of it. */
export interface PlacedEntry {
  /** With the root folder. */
  readonly name: Uint8Array;
  readonly size: number;
  readonly headerOffset: number;
  crc32(): number;
}

/**
 * The archive that torch's `PyTorchFileWriter` would write, byte for byte (torch-format.md 1.1): every record's data
 * begins at a multiple of `alignment`, checksums and sizes stand behind it.
 * @throws CheckpointError `save-unsupported` for a name that is too long.
 */
export function layOutZip(root: string, entries: readonly ZipEntry[], alignment: number): SavePlan {
  const layout = new ZipLayout(root, alignment, 0);
  for (const entry of entries) {
    layout.add(entry);
  }
  return layout.finish([]);
}

const longestName = 0xffff - alignmentOverhead;

export class ZipLayout {
  private readonly parts: SavePart[] = [];
  private readonly placed: PlacedEntry[] = [];
  private readonly encoder = new TextEncoder();

  /** @param start Where in the file the first record is to stand, in bytes. */
  constructor(
    private readonly root: string,
    private readonly alignment: number,
    private readonly start: number,
    private position = start,
  ) {}

  add(entry: ZipEntry): void {
    const name = this.encoder.encode(`${this.root}/${entry.name}`);
    if (name.length > longestName) {
      throw new CheckpointError('save-unsupported', { entry: entry.name, detail: 'the name is too long' });
    }
    const size = entry.parts.reduce((sum, part) => sum + partLength(part), 0);
    const known = entry.crc32;
    const checksum = new Checksum();
    const placed = { name, size, headerOffset: this.position, crc32: () => known ?? checksum.value };
    this.placed.push(placed);
    this.push(bytesPart(localHeader(placed, this.alignment)));
    for (const part of entry.parts) {
      this.push(known === null ? { ...part, checksum } : part);
    }
    this.pushLate(descriptor(placed, 0).length, () => descriptor(placed, placed.crc32()));
  }

  /**
   * The whole of it, with its directory.
   * @param others Entries that stand before `start` already; the directory names them first.
   */
  finish(others: readonly PlacedEntry[]): SavePlan {
    const offset = this.position;
    const listed = [...others, ...this.placed];
    const size = listed.reduce((sum, entry) => sum + directoryEntry(entry, 0).length, 0);
    this.pushLate(size, () => Buffer.concat(listed.map((entry) => directoryEntry(entry, entry.crc32()))));
    this.push(bytesPart(endRecords(offset, size, listed.length)));
    return { size: this.position - this.start, parts: this.parts };
  }

  private push(part: SavePart): void {
    const length = partLength(part);
    if (length > 0) {
      this.parts.push(part);
      this.position += length;
    }
  }

  private pushLate(length: number, make: LatePart['make']): void {
    this.push({ kind: 'late', length, make });
  }
}

/** A record of bytes that are known. */
export function bytesEntry(name: string, text: string): ZipEntry {
  const bytes = Buffer.from(text, 'latin1');
  return { name, crc32: crc32(bytes), parts: [bytesPart(bytes)] };
}
