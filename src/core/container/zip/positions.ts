/**
 * Where the bytes of stored records lie, without reading 100,000 local headers.
 *
 * The directory tells where a local header begins, how long the record's name and data are, and where the next header
 * begins. What it does not tell is the length of the local extra field. Writers are regular, so the length is guessed
 * (torch: padding to a multiple of 64; others: none, the directory's, or what another record had) and the guess is
 * taken only where data and descriptor then end exactly where the next header begins. Where none fits, the local
 * header is read, and its length joins the guesses. `Container.locate` asks the header in any case.
 */
import type { ByteSource } from '../../bytes/byteSource';
import { CheckpointError } from '../../errors';
import { localHeaderSize, readDataPosition } from './localHeader';
import { descriptorFlag, type ZipRecord } from './record';

/** torch pads data to this unless the archive's `.storage_alignment` says otherwise. */
export const defaultAlignment = 64;

// Local headers read while opening; positions of what is left over stay unknown until a record is read.
const headersRead = 64;
const zip64Limit = 0xffffffff;

export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface Layout {
  /** Bytes before the directory that no record owns. */
  readonly unowned: readonly Range[];
  /** Records whose bytes overlap with those of the next one. */
  readonly overlapping: readonly ZipRecord[];
  /** Records without a local header where the directory says, or whose data goes past the end of the file. */
  readonly broken: readonly ZipRecord[];
}

/** How a record lay whose header was read: the next ones may lie likewise. In bytes. */
interface Habit {
  readonly extra: number;
  readonly descriptor: number;
}

/**
 * Sets `position` of each stored record.
 * @param directoryOffset Where the last record before the directory ends at the latest.
 */
export async function locatePositions(
  source: ByteSource,
  records: readonly ZipRecord[],
  directoryOffset: number,
  alignment: number,
): Promise<Layout> {
  const sorted = inFileOrder(records);
  const layout = { unowned: new Array<Range>(), overlapping: new Array<ZipRecord>(), broken: new Array<ZipRecord>() };
  const habits = new Map<string, Habit>();
  let headersLeft = headersRead;
  let end = 0;
  for (const [i, record] of sorted.entries()) {
    const gapEnd = Math.min(record.headerOffset, directoryOffset);
    if (gapEnd > end) layout.unowned.push({ start: end, end: gapEnd });
    // Records behind the directory are allowed, and seen only in archives made to mislead.
    const bound = record.headerOffset < directoryOffset ? directoryOffset : source.size;
    const next = Math.min(sorted[i + 1]?.headerOffset ?? bound, bound);
    let position = guessPosition(record, next, alignment, habits.values());
    end = next;
    if (position === null && headersLeft > 0) {
      headersLeft--;
      position = await actualPosition(source, record);
      if (position === null) layout.broken.push(record);
      else end = learnEnd(record, position, next, habits);
    }
    if (!record.packed) record.position = position;
    if (end > next) layout.overlapping.push(record);
  }
  if (directoryOffset > end) layout.unowned.push({ start: end, end: directoryOffset });
  return layout;
}

/** The same array where the directory is in file order, as it is in whatever torch writes. */
export function inFileOrder(records: readonly ZipRecord[]): readonly ZipRecord[] {
  let last = -1;
  for (const { headerOffset } of records) {
    if (headerOffset < last) return records.toSorted((a, b) => a.headerOffset - b.headerOffset);
    last = headerOffset;
  }
  return records;
}

function guessPosition(record: ZipRecord, next: number, alignment: number, habits: Iterable<Habit>): number | null {
  const base = record.headerOffset + localHeaderSize + record.nameBytes;
  const wanted = next - record.packedSize - torchDescriptor(record);
  if (alignUp(base + torchExtra(record), alignment) === wanted) return wanted;
  if (base === wanted || base + record.extraBytes === wanted) return wanted;
  for (const { extra, descriptor } of habits) {
    if (base + extra + record.packedSize + (hasDescriptor(record) ? descriptor : 0) === next) return base + extra;
  }
  return null;
}

/** Bytes of torch's local extra field before its padding: `FB` and length, and what zip64 needs. */
function torchExtra(record: ZipRecord): number {
  const values = (record.size >= zip64Limit ? 16 : 0) + (record.headerOffset >= zip64Limit ? 8 : 0);
  return 4 + (values > 0 ? 4 + values : 0);
}

/** Signature, CRC and two sizes, of 64 bits where the entry has a zip64 field. */
function torchDescriptor(record: ZipRecord): number {
  if (!hasDescriptor(record)) return 0;
  return record.size >= zip64Limit || record.headerOffset >= zip64Limit ? 24 : 16;
}

// 32 or 64 bits, with the signature or (allowed, never seen) without.
const descriptorLengths = [12, 16, 20, 24];

function hasDescriptor(record: ZipRecord): boolean {
  return (record.flags & descriptorFlag) !== 0;
}

/** Where a record ends whose header was read. When the next one begins right there, that is a habit worth knowing. */
function learnEnd(record: ZipRecord, position: number, next: number, habits: Map<string, Habit>): number {
  const extra = position - record.headerOffset - localHeaderSize - record.nameBytes;
  const rest = next - position - record.packedSize;
  if (hasDescriptor(record) ? descriptorLengths.includes(rest) : rest === 0) {
    habits.set(`${extra} ${rest}`, { extra, descriptor: rest });
    return next;
  }
  return position + record.packedSize + torchDescriptor(record);
}

async function actualPosition(source: ByteSource, record: ZipRecord): Promise<number | null> {
  try {
    const position = await readDataPosition(source, record);
    return position + record.packedSize <= source.size ? position : null;
  } catch (error) {
    if (error instanceof CheckpointError && (error.code === 'malformed-zip' || error.code === 'truncated')) return null;
    throw error;
  }
}

export function alignUp(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}
