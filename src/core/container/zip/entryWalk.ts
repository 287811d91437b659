import type { ByteSource } from '../../bytes/byteSource';
import { readBytes } from '../../bytes/range';
import { signatureAt } from './fields';
import {
  descriptorAt,
  descriptorSignature,
  readLocalEntry,
  recordOf,
  type Descriptor,
  type LocalEntry,
} from './localEntry';
import { storedMethod, type ZipRecord } from './record';

/** Bytes that are searched for descriptors in all, where nothing says how long an entry is. */
const bytesSearched = 64 << 20;
/** Small entries are the rule where sizes are not known beforehand. */
const firstWindow = 1 << 10;
const largestWindow = 256 << 10;
const longestDescriptor = 24;

/** Says how many bytes an entry has whose header does not tell; null when it cannot be said. */
export type SizeOf = (entry: LocalEntry) => Promise<number | null>;

export interface Walk {
  /** Entries that are there from header to descriptor, in file order. */
  readonly whole: readonly ZipRecord[];
  /** The entry that the file ends in, with its size where that is known. */
  readonly cut: { readonly entry: LocalEntry; readonly size: number | null } | null;
  /** Where the next entry would begin. */
  readonly end: number;
}

/** Goes from one local header to the next, as far as each says where the next one is. For archives without directory. */
export async function walkEntries(
  source: ByteSource,
  sizeOf: SizeOf,
  records: number,
  onEntry: (record: ZipRecord) => Promise<void>,
): Promise<Walk> {
  const whole: ZipRecord[] = [];
  const budget = { left: bytesSearched };
  let at = 0;
  while (whole.length < records) {
    const entry = await readLocalEntry(source, at);
    if (entry === null) break;
    const found = await findEnd(source, entry, sizeOf, budget);
    if (found.record === null) return { whole, cut: { entry, size: found.size }, end: at };
    found.record.position = found.record.packed ? null : entry.position;
    whole.push(found.record);
    await onEntry(found.record);
    at = found.end;
  }
  return { whole, cut: null, end: at };
}

type Found =
  { readonly record: ZipRecord; readonly end: number } | { readonly record: null; readonly size: number | null };

async function findEnd(
  source: ByteSource,
  entry: LocalEntry,
  sizeOf: SizeOf,
  budget: { left: number },
): Promise<Found> {
  if (entry.sizes !== null) {
    const end = entry.position + entry.sizes.packedSize;
    if (end > source.size) return { record: null, size: entry.sizes.size };
    return { record: recordOf(entry, entry.sizes, entry.crc32), end };
  }
  const expected = entry.method === storedMethod ? await sizeOf(entry) : null;
  const size = expected === null ? null : await confirmed(source, entry, expected);
  if (size !== null) return size;
  return (await searchDescriptor(source, entry, budget)) ?? { record: null, size: expected };
}

async function confirmed(source: ByteSource, entry: LocalEntry, size: number): Promise<Found | null> {
  const end = entry.position + size;
  if (end > source.size) return { record: null, size };
  const bytes = await readBytes(source, end, Math.min(longestDescriptor, source.size - end));
  const descriptor = descriptorAt(bytes, 0, size);
  if (descriptor !== null) return foundBy(entry, descriptor, size);
  // The data is there, its descriptor is not: cut between the two.
  return bytes.length < longestDescriptor ? { record: null, size } : null;
}

function foundBy(entry: LocalEntry, descriptor: Descriptor, packedSize: number): Found {
  return {
    record: recordOf(entry, { size: descriptor.size, packedSize }, descriptor.crc32),
    end: entry.position + packedSize + descriptor.length,
  };
}

/** The first descriptor whose size is its distance from the header. */
async function searchDescriptor(
  source: ByteSource,
  entry: LocalEntry,
  budget: { left: number },
): Promise<Found | null> {
  let window = firstWindow;
  for (let at = entry.position; at < source.size && budget.left > 0; at += window, window = grown(window)) {
    // Windows overlap, so that no descriptor is split.
    const bytes = await readBytes(source, at, Math.min(window + longestDescriptor, source.size - at));
    budget.left -= bytes.length;
    for (let i = 0; i < Math.min(window, bytes.length); i++) {
      if (bytes[i] !== 0x50 || signatureAt(bytes, i) !== descriptorSignature) continue;
      const packedSize = at + i - entry.position;
      const descriptor = descriptorAt(bytes, i, packedSize);
      if (descriptor !== null) return foundBy(entry, descriptor, packedSize);
    }
  }
  return null;
}

function grown(window: number): number {
  return Math.min(largestWindow, window * 4);
}
