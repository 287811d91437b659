import { CheckpointError } from '../../errors';
import { latin1 } from '../format';
import { readUint64, viewOf } from './fields';
import { maskedDirectoryFlag, ZipRecord } from './record';

export const entrySignature = 0x02014b50;
export const directoryEntrySize = 46;
const zip64ExtraId = 0x0001;
const overflowed = 0xffffffff;

/** A directory, up to where it breaks if it is not whole. */
export interface ParsedDirectory {
  readonly records: readonly ZipRecord[];
  /** Folder of entry 0, which torch takes as the root; null where it has none, or names were to be kept in full. */
  readonly folder: string | null;
  /** Records that do not lie in it. The names of the others are without it. */
  readonly outside: number;
  /** Bytes of the directory that were understood. */
  readonly length: number;
  /** Why it ends before `count` entries; null when it is whole. */
  readonly error: CheckpointError | null;
}

interface ParseOptions {
  /** Position of `bytes` in the source, for error offsets. */
  readonly start: number;
  /** Added to every header offset: what a reader that re-bases the archive adds. */
  readonly shift?: number;
  /** Leave the root folder in the names. */
  readonly fullNames?: boolean;
}

/** Reads up to `count` entries of a central directory. */
export function parseDirectory(bytes: Uint8Array, count: number, options: ParseOptions): ParsedDirectory {
  const view = viewOf(bytes);
  const { start, shift = 0, fullNames = false } = options;
  const names = new NameReader(bytes, fullNames);
  const records: ZipRecord[] = [];
  const result = (error: CheckpointError | null): ParsedDirectory => {
    return { records, folder: names.folder, outside: names.outside, length: at, error };
  };
  let at = 0;
  try {
    while (records.length < count) {
      const length = entryLength(view, at, start + at);
      records.push(parseEntry(view, names, at, shift));
      at += length;
    }
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    return result(error);
  }
  return result(null);
}

function entryLength(view: DataView, at: number, offset: number): number {
  if (at + directoryEntrySize > view.byteLength) {
    throw new CheckpointError('truncated', { offset, detail: 'central directory ends within an entry' });
  }
  if (view.getUint32(at, true) !== entrySignature) {
    throw new CheckpointError('malformed-zip', { offset, detail: 'central directory entry without signature' });
  }
  const length =
    directoryEntrySize + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  if (at + length > view.byteLength) {
    throw new CheckpointError('truncated', { offset, detail: 'central directory ends within an entry' });
  }
  if ((view.getUint16(at + 8, true) & maskedDirectoryFlag) !== 0) {
    throw new CheckpointError('unsupported', { offset, detail: 'central directory is encrypted' });
  }
  return length;
}

function parseEntry(view: DataView, names: NameReader, at: number, shift: number): ZipRecord {
  const nameBytes = view.getUint16(at + 28, true);
  const extraBytes = view.getUint16(at + 30, true);
  const nameStart = at + directoryEntrySize;
  const sizes = entrySizes(view, at, nameStart + nameBytes, extraBytes);
  return new ZipRecord({
    name: names.read(nameStart, nameBytes),
    size: sizes.size,
    packedSize: sizes.packedSize,
    crc32: view.getUint32(at + 16, true),
    method: view.getUint16(at + 10, true),
    flags: view.getUint16(at + 8, true),
    headerOffset: sizes.headerOffset + shift,
    nameBytes,
    extraBytes,
  });
}

interface EntrySizes {
  size: number;
  packedSize: number;
  headerOffset: number;
}

function entrySizes(view: DataView, at: number, extraStart: number, extraBytes: number): EntrySizes {
  const sizes = {
    size: view.getUint32(at + 24, true),
    packedSize: view.getUint32(at + 20, true),
    headerOffset: view.getUint32(at + 42, true),
  };
  if (sizes.size === overflowed || sizes.packedSize === overflowed || sizes.headerOffset === overflowed) {
    applyZip64(view, sizes, extraStart, extraStart + extraBytes);
  }
  return sizes;
}

/** The zip64 extra field holds exactly the values whose 32-bit slot overflowed, in this order. */
function applyZip64(view: DataView, sizes: EntrySizes, start: number, end: number): void {
  for (let at = start; at + 4 <= end;) {
    const next = at + 4 + view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === zip64ExtraId) {
      let value = at + 4;
      for (const field of ['size', 'packedSize', 'headerOffset'] as const) {
        if (sizes[field] !== overflowed || value + 8 > Math.min(next, end)) continue;
        sizes[field] = readUint64(view, value);
        value += 8;
      }
      return;
    }
    at = next;
  }
}

const slash = 0x2f;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Takes names out of the directory. All in one pass over their bytes: there may be a hundred thousand. */
class NameReader {
  folder: string | null = null;
  outside = 0;
  /** The whole directory, so that a name is a slice of it. */
  private readonly text: string;
  /** Folder and slash as they stand in entry 0. */
  private prefix: Uint8Array | null;

  constructor(
    private readonly bytes: Uint8Array,
    fullNames: boolean,
  ) {
    this.text = latin1(bytes);
    this.prefix = fullNames ? new Uint8Array() : null;
  }

  read(start: number, length: number): string {
    const end = start + length;
    const prefix = (this.prefix ??= this.findPrefix(start, end));
    let from = start;
    if (prefix.length > 0) {
      if (this.hasPrefix(prefix, start, end)) from += prefix.length;
      else this.outside++;
    }
    for (let i = from; i < end; i++) {
      if ((this.bytes[i] ?? 0) >= 0x80) return decodeName(this.bytes.subarray(from, end));
    }
    return this.text.substring(from, end);
  }

  private findPrefix(start: number, end: number): Uint8Array {
    const at = this.bytes.subarray(start, end).indexOf(slash);
    if (at >= 0) this.folder = decodeName(this.bytes.subarray(start, start + at));
    return this.bytes.subarray(start, start + at + 1);
  }

  private hasPrefix(prefix: Uint8Array, start: number, end: number): boolean {
    if (start + prefix.length > end) return false;
    for (let i = 0; i < prefix.length; i++) if (this.bytes[start + i] !== prefix[i]) return false;
    return true;
  }
}

/** torch takes names as bytes, whatever flag bit 11 says. What is no UTF-8 is shown as latin1. */
function decodeName(name: Uint8Array): string {
  try {
    return utf8.decode(name);
  } catch {
    return latin1(name);
  }
}
