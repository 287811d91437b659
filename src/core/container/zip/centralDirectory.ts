import { CheckpointError } from '../../errors';
import { latin1 } from '../format';
import { readUint64, viewOf } from './fields';
import { maskedDirectoryFlag, ZipRecord } from './record';

const entrySignature = 0x02014b50;
export const directoryEntrySize = 46;
const zip64ExtraId = 0x0001;
const overflowed = 0xffffffff;

/** The records of a directory that is not whole, up to where it breaks. */
export interface ParsedDirectory {
  readonly records: readonly ZipRecord[];
  /** Bytes of the directory that were understood. */
  readonly length: number;
  /** Why it ends before `count` entries; null when it is whole. */
  readonly error: CheckpointError | null;
}

/**
 * Reads up to `count` entries of a central directory.
 * @param start Position of `bytes` in the source, for error offsets.
 * @param shift Added to every header offset: 0, or what a reader that re-bases the archive adds.
 */
export function parseDirectory(bytes: Uint8Array, count: number, start: number, shift = 0): ParsedDirectory {
  const view = viewOf(bytes);
  const text = latin1(bytes);
  const records: ZipRecord[] = [];
  let at = 0;
  try {
    while (records.length < count) {
      const length = entryLength(view, at, start + at);
      records.push(parseEntry(view, bytes, text, at, shift));
      at += length;
    }
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    return { records, length: at, error };
  }
  return { records, length: at, error: null };
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

function parseEntry(view: DataView, bytes: Uint8Array, text: string, at: number, shift: number): ZipRecord {
  const nameBytes = view.getUint16(at + 28, true);
  const extraBytes = view.getUint16(at + 30, true);
  const nameStart = at + directoryEntrySize;
  const sizes = entrySizes(view, at, nameStart + nameBytes, extraBytes);
  return new ZipRecord({
    name: entryName(bytes, text, nameStart, nameBytes),
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

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** torch takes names as bytes, whatever flag bit 11 says. What is no UTF-8 is shown as latin1. */
function entryName(bytes: Uint8Array, text: string, start: number, length: number): string {
  const end = start + length;
  for (let i = start; i < end; i++) {
    if ((bytes[i] ?? 0) >= 0x80) return decodeName(bytes.subarray(start, end));
  }
  return text.substring(start, end);
}

function decodeName(name: Uint8Array): string {
  try {
    return utf8.decode(name);
  } catch {
    return latin1(name);
  }
}
