import type { ByteSource } from '../../bytes/byteSource';
import { readBytes } from '../../bytes/range';
import type { Finding } from '../../findings';
import type { Limits } from '../../limits';
import { parseDirectory } from './centralDirectory';
import { earlierClaim } from './endRecord';
import { readLocalEntry, recordOf } from './localEntry';
import type { Range } from './positions';
import type { ZipRecord } from './record';

/** Earlier directories that are read: one for each save that only appended. */
const directoriesRead = 16;
/** Ranges that are looked into. An append leaves one or two. */
const rangesRead = 32;

export interface DeadRecords {
  /** Those that an earlier directory names. */
  readonly records: readonly ZipRecord[];
  /** Entries that no directory names; their names in full. */
  readonly unlisted: readonly ZipRecord[];
  readonly findings: readonly Finding[];
}

/**
 * What lies in the bytes that no record of the archive owns. A save that only appends leaves the directory before it,
 * which ends where the appended records begin: the records that only this directory names are dead. Of other bytes
 * the start is looked at, for an entry that no directory names.
 * @param known Records of other directories: what begins with one of them is not unowned.
 */
export async function findDeadRecords(
  source: ByteSource,
  unowned: readonly Range[],
  known: readonly ZipRecord[],
  limits: Limits,
): Promise<DeadRecords> {
  const listed = new Set(known.map(({ headerOffset }) => headerOffset));
  const ranges = unowned.filter(({ start }) => !listed.has(start)).slice(-rangesRead);
  const dead = await earlierRecords(source, ranges, limits);
  const stray = ranges.filter((range) => !dead.directories.has(range) && !startsRange(dead.records, range));
  const unlisted = await entriesAt(source, stray);
  return {
    records: [...dead.records.values()],
    unlisted,
    findings: [...deadFindings(ranges, stray, dead.records.size), ...strayFindings(stray, unlisted)],
  };
}

interface Earlier {
  /** By position of the local header. */
  readonly records: ReadonlyMap<number, ZipRecord>;
  /** Ranges that have such a directory in them. */
  readonly directories: ReadonlySet<Range>;
}

async function earlierRecords(source: ByteSource, ranges: readonly Range[], limits: Limits): Promise<Earlier> {
  const records = new Map<number, ZipRecord>();
  const directories = new Set<Range>();
  let left = directoriesRead;
  for (const range of ranges.toReversed()) {
    // One append after the other: before the records that a directory names, the directory before it ends.
    for (let end = range.end; end > range.start && left > 0; left--) {
      const directory = await readEarlier(source, { start: range.start, end }, limits);
      if (directory === null) break;
      directories.add(range);
      end = directory.offset;
      for (const record of directory.records) {
        if (!ranges.some((other) => isWithin(record.headerOffset, other))) continue;
        if (!records.has(record.headerOffset)) records.set(record.headerOffset, record);
        if (isWithin(record.headerOffset, range)) end = Math.min(end, record.headerOffset);
      }
    }
  }
  return { records, directories };
}

interface EarlierDirectory {
  readonly offset: number;
  readonly records: readonly ZipRecord[];
}

async function readEarlier(source: ByteSource, range: Range, limits: Limits): Promise<EarlierDirectory | null> {
  const claim = await earlierClaim(source, range.start, range.end);
  if (claim === null || claim.offset < range.start || claim.offset + claim.size > range.end) return null;
  if (claim.size > limits.directoryBytes || claim.entryCount > limits.records) return null;
  const bytes = await readBytes(source, claim.offset, claim.size);
  return { offset: claim.offset, records: parseDirectory(bytes, claim.entryCount, { start: claim.offset }).records };
}

function isWithin(offset: number, range: Range): boolean {
  return offset >= range.start && offset < range.end;
}

function startsRange(records: ReadonlyMap<number, ZipRecord>, range: Range): boolean {
  return records.has(range.start);
}

/** Entries at the start of ranges. Without sizes in its header, one reaches to the end of its range. */
async function entriesAt(source: ByteSource, ranges: readonly Range[]): Promise<ZipRecord[]> {
  const records: ZipRecord[] = [];
  for (const { start, end } of ranges) {
    const entry = await readLocalEntry(source, start);
    if (entry === null || entry.position > end) continue;
    const most = end - entry.position;
    const sizes = entry.sizes ?? { size: most, packedSize: most };
    if (sizes.packedSize <= most) records.push(recordOf(entry, sizes, entry.crc32));
  }
  return records;
}

function deadFindings(ranges: readonly Range[], stray: readonly Range[], records: number): Finding[] {
  const dead = ranges.filter((range) => !stray.includes(range));
  const first = dead[0];
  return first === undefined
    ? []
    : [{ severity: 'info', code: 'dead-bytes', offset: first.start, args: [totalBytes(dead), records] }];
}

function strayFindings(stray: readonly Range[], unlisted: readonly ZipRecord[]): Finding[] {
  const findings: Finding[] = unlisted.map(({ name, headerOffset }) => ({
    severity: 'warning',
    code: 'unlisted-entry',
    entry: name,
    offset: headerOffset,
  }));
  const first = stray[0];
  if (first !== undefined) {
    findings.push({ severity: 'warning', code: 'unowned-bytes', offset: first.start, args: [totalBytes(stray)] });
  }
  return findings;
}

function totalBytes(ranges: readonly Range[]): number {
  return ranges.reduce((sum, { start, end }) => sum + end - start, 0);
}
