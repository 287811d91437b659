import type { ByteSource } from '../../bytes/byteSource';
import { readBytes } from '../../bytes/range';
import { CheckpointError } from '../../errors';
import type { Finding } from '../../findings';
import type { Limits } from '../../limits';
import { directoryEntrySize, parseDirectory, type ParsedDirectory } from './centralDirectory';
import { findEndRecord, torchReach, type DirectoryClaim, type EndRecord } from './endRecord';
import type { ZipRecord } from './record';

/** An archive as torch (miniz) reads it, and what other readers would see beside it. */
export interface ZipArchive {
  /** In the order of the directory. */
  readonly records: readonly ZipRecord[];
  /** Folder of entry 0, taken off the names of what lies in it; null where it has none. */
  readonly folder: string | null;
  /** Records that do not lie in it. */
  readonly outside: number;
  /** The records again, with their names in full. */
  readonly fullRecords: () => readonly ZipRecord[];
  /** Records of other directories. */
  readonly hidden: readonly ZipRecord[];
  readonly directoryOffset: number;
  /** Where the end record stands. */
  readonly endPosition: number;
  /** The directory is not where the end record says: bytes before the archive, or taken out of it. */
  readonly misplaced: boolean;
  readonly findings: readonly Finding[];
}

/**
 * Reads end record and directory. `null` when there is no end record: the archive is cut.
 * @throws CheckpointError `limit-exceeded`; `malformed-zip`, `truncated` or `unsupported` when no directory can be read.
 */
export async function openArchive(source: ByteSource, limits: Limits): Promise<ZipArchive | null> {
  const end = await findEndRecord(source);
  if (end === null) return null;
  const absolute = await readDirectory(source, end, end.claim, limits);
  const rebased = await readRebased(source, end, limits);
  const findings = endFindings(source, end);
  if (absolute.records.length === 0 && rebased !== null && rebased.records.length > 0) {
    const args = [shiftOf(end)];
    findings.push({ severity: 'error', code: 'directory-misplaced', offset: end.claim.offset, args });
    return archiveOf(end, rebased, { hidden: [], misplaced: true, findings });
  }
  if (absolute.error !== null && absolute.records.length === 0) throw absolute.error;
  const leftOver = readLeftOver(absolute);
  findings.push(...directoryFindings(end, absolute, rebased, leftOver));
  return archiveOf(end, absolute, { hidden: [...(rebased?.records ?? []), ...leftOver], misplaced: false, findings });
}

function archiveOf(
  end: EndRecord,
  { records, folder, outside, offset, fullRecords }: PlacedDirectory,
  rest: Pick<ZipArchive, 'hidden' | 'misplaced' | 'findings'>,
): ZipArchive {
  return { records, folder, outside, fullRecords, directoryOffset: offset, endPosition: end.position, ...rest };
}

/** How far the archive lies from where it says, if the directory ends where the end records begin. */
function shiftOf({ adjacent }: EndRecord): number {
  return adjacent.start - adjacent.claim.size - adjacent.claim.offset;
}

/** The directory that zipfile would read; null when it is the one that torch reads. */
async function readRebased(source: ByteSource, end: EndRecord, limits: Limits): Promise<PlacedDirectory | null> {
  const { claim, adjacent } = end;
  const shift = shiftOf(end);
  if (shift === 0 && claim.offset === adjacent.claim.offset && claim.size === adjacent.claim.size) return null;
  return readDirectory(source, end, { ...adjacent.claim, offset: adjacent.claim.offset + shift }, limits, shift);
}

interface PlacedDirectory extends ParsedDirectory {
  /** Where it stands. */
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly fullRecords: () => readonly ZipRecord[];
}

const noDirectory = {
  records: [],
  folder: null,
  outside: 0,
  length: 0,
  bytes: new Uint8Array(),
  fullRecords: () => [],
};

async function readDirectory(
  source: ByteSource,
  end: EndRecord,
  { offset, size, entryCount }: DirectoryClaim,
  limits: Limits,
  shift = 0,
): Promise<PlacedDirectory> {
  if (entryCount > limits.records) {
    throw new CheckpointError('limit-exceeded', { detail: `${entryCount} records, the limit is ${limits.records}` });
  }
  if (offset < 0 || offset > source.size - size) {
    const error = new CheckpointError('malformed-zip', { offset: end.position, detail: 'directory outside the file' });
    return { ...noDirectory, error, offset };
  }
  if (size > limits.directoryBytes) {
    throw new CheckpointError('limit-exceeded', {
      detail: `directory of ${size} bytes, the limit is ${limits.directoryBytes}`,
    });
  }
  const bytes = await bytesAt(source, end, offset, size);
  const parsed = parseDirectory(bytes, entryCount, { start: offset, shift });
  return {
    ...parsed,
    offset,
    bytes,
    fullRecords: () => parseDirectory(bytes, entryCount, { start: offset, shift, fullNames: true }).records,
  };
}

async function bytesAt(source: ByteSource, { tail }: EndRecord, offset: number, length: number): Promise<Uint8Array> {
  const start = offset - tail.start;
  if (start >= 0 && start + length <= tail.bytes.length) return tail.bytes.subarray(start, start + length);
  return readBytes(source, offset, length);
}

/** Entries behind the last one that the end record counts: readers that go by size see them, torch does not. */
function readLeftOver({ bytes, offset, length, error }: PlacedDirectory): readonly ZipRecord[] {
  if (error !== null || bytes.length - length < directoryEntrySize) return [];
  return parseDirectory(bytes.subarray(length), Infinity, { start: offset + length }).records;
}

function endFindings(source: ByteSource, end: EndRecord): Finding[] {
  const findings: Finding[] = [];
  if (source.size - end.position > torchReach) {
    findings.push({ severity: 'error', code: 'end-record-too-far', offset: end.position, args: [end.trailingBytes] });
  } else if (end.trailingBytes > 0) {
    const offset = source.size - end.trailingBytes;
    findings.push({ severity: 'warning', code: 'trailing-bytes', offset, args: [end.trailingBytes] });
  }
  for (const offset of end.others) findings.push({ severity: 'warning', code: 'second-end-record', offset });
  return findings;
}

function directoryFindings(
  { claim, adjacent }: EndRecord,
  absolute: ParsedDirectory,
  rebased: ParsedDirectory | null,
  leftOver: readonly ZipRecord[],
): Finding[] {
  const findings: Finding[] = [];
  const { offset, size, entryCount } = claim;
  if (absolute.error !== null) {
    const args = [absolute.records.length, entryCount];
    findings.push({ severity: 'error', code: 'directory-broken', offset: offset + absolute.length, args });
  }
  if (leftOver.length > 0) {
    findings.push({ severity: 'error', code: 'directory-count', offset, args: [leftOver.length] });
  }
  if (rebased !== null && rebased.records.length > 0) {
    const other = adjacent.start - adjacent.claim.size;
    findings.push({ severity: 'error', code: 'two-directories', offset: other, args: [rebased.records.length] });
  } else if (rebased !== null) {
    const args = [adjacent.start - offset - size];
    findings.push({ severity: 'warning', code: 'directory-gap', offset: offset + size, args });
  }
  return findings;
}
