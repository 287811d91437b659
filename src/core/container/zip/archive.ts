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
  /** In the order of the directory; names in full. */
  readonly records: readonly ZipRecord[];
  /** Records of other directories. */
  readonly hidden: readonly ZipRecord[];
  readonly directoryOffset: number;
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
  const absolute = await readDirectory(source, end, end.claim, 0, limits);
  const rebased = await readRebased(source, end, limits);
  const findings = endFindings(source, end);
  if (absolute.records.length === 0 && rebased !== null && rebased.records.length > 0) {
    return misplacedArchive(end, rebased, findings);
  }
  if (absolute.error !== null && absolute.records.length === 0) throw absolute.error;
  const leftOver = await readLeftOver(source, end, absolute);
  findings.push(...directoryFindings(end, absolute, rebased, leftOver));
  return {
    records: absolute.records,
    hidden: [...(rebased?.records ?? []), ...leftOver],
    directoryOffset: end.claim.offset,
    misplaced: false,
    findings,
  };
}

/** How far the archive lies from where it says, if the directory ends where the end records begin. */
function shiftOf({ adjacent }: EndRecord): number {
  return adjacent.start - adjacent.claim.size - adjacent.claim.offset;
}

function misplacedArchive(end: EndRecord, rebased: ParsedDirectory, findings: readonly Finding[]): ZipArchive {
  const shift = shiftOf(end);
  return {
    records: rebased.records,
    hidden: [],
    directoryOffset: end.adjacent.claim.offset + shift,
    misplaced: true,
    findings: [
      ...findings,
      { severity: 'error', code: 'directory-misplaced', offset: end.claim.offset, args: [shift] },
    ],
  };
}

/** The directory that zipfile would read; null when it is the one that torch reads. */
async function readRebased(source: ByteSource, end: EndRecord, limits: Limits): Promise<ParsedDirectory | null> {
  const { claim, adjacent } = end;
  const shift = shiftOf(end);
  if (shift === 0 && claim.offset === adjacent.claim.offset && claim.size === adjacent.claim.size) return null;
  return readDirectory(source, end, { ...adjacent.claim, offset: adjacent.claim.offset + shift }, shift, limits);
}

async function readDirectory(
  source: ByteSource,
  end: EndRecord,
  { offset, size, entryCount }: DirectoryClaim,
  shift: number,
  limits: Limits,
): Promise<ParsedDirectory> {
  if (entryCount > limits.records) {
    throw new CheckpointError('limit-exceeded', { detail: `${entryCount} records, the limit is ${limits.records}` });
  }
  if (offset < 0 || offset > source.size - size) {
    const error = new CheckpointError('malformed-zip', { offset: end.position, detail: 'directory outside the file' });
    return { records: [], length: 0, error };
  }
  if (size > limits.directoryBytes) {
    throw new CheckpointError('limit-exceeded', {
      detail: `directory of ${size} bytes, the limit is ${limits.directoryBytes}`,
    });
  }
  return parseDirectory(await bytesAt(source, end, offset, size), entryCount, offset, shift);
}

async function bytesAt(source: ByteSource, { tail }: EndRecord, offset: number, length: number): Promise<Uint8Array> {
  const start = offset - tail.start;
  if (start >= 0 && start + length <= tail.bytes.length) return tail.bytes.subarray(start, start + length);
  return readBytes(source, offset, length);
}

/** Entries behind the last one that the end record counts: readers that go by size see them, torch does not. */
async function readLeftOver(source: ByteSource, end: EndRecord, read: ParsedDirectory): Promise<readonly ZipRecord[]> {
  const length = end.claim.size - read.length;
  if (read.error !== null || length < directoryEntrySize) return [];
  const offset = end.claim.offset + read.length;
  return parseDirectory(await bytesAt(source, end, offset, length), Infinity, offset).records;
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
