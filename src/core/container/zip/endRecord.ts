import type { ByteSource } from '../../bytes/byteSource';
import { readBytes } from '../../bytes/range';
import { readUint64, signatureAt, viewOf } from './fields';

/** Where an end record says that the directory is. In bytes. */
export interface DirectoryClaim {
  readonly offset: number;
  readonly size: number;
  readonly entryCount: number;
}

/** End of central directory, with what its zip64 record overrides. All positions and sizes in bytes. */
export interface EndRecord {
  /** Where `PK\5\6` stands. */
  readonly position: number;
  /** What torch goes by: positions are absolute. */
  readonly claim: DirectoryClaim;
  /** What zipfile and others go by: the directory ends at `start`, where the end records begin. */
  readonly adjacent: { readonly start: number; readonly claim: DirectoryClaim };
  /** Bytes behind the end record and its comment. */
  readonly trailingBytes: number;
  /** Positions of other end records behind the end of the directory. */
  readonly others: readonly number[];
  /** The end of the file as it was read to find this: small directories lie in it. */
  readonly tail: Tail;
}

interface Tail {
  readonly start: number;
  readonly bytes: Uint8Array;
}

const endRecordSize = 22;
const locatorSize = 20;
const zip64RecordSize = 56;
const endSignature = 0x06054b50;
const locatorSignature = 0x07064b50;
const zip64Signature = 0x06064b50;

// Most directories of small files fit, and every end record that torch writes (98 bytes).
const firstWindow = 16 << 10;
/** How far from the end torch (miniz: windows of 4,096 bytes, overlapping by 3) still finds the end record. */
export const torchReach = 4096 + 16 * 4093;
// Beyond what torch does: a file with a long tail is still worth showing.
const reach = 1 << 20;
// Other end records that are reported.
const othersShown = 16;

/**
 * Finds the end record as torch does: the last signature with room for a record behind it, whatever its comment length
 * says. `null` where there is none within 1 MiB of the end.
 */
export async function findEndRecord(source: ByteSource): Promise<EndRecord | null> {
  for (let window = firstWindow; ; window *= 4) {
    const start = Math.max(0, source.size - Math.min(window, reach));
    const bytes = await readBytes(source, start, source.size - start);
    const index = lastSignature(bytes, bytes.length - endRecordSize);
    if (index >= 0) return readEndRecord(source, { start, bytes }, index);
    if (start === 0 || window >= reach) return null;
  }
}

function lastSignature(tail: Uint8Array, from: number): number {
  for (let i = from; i >= 0; i--) {
    if (tail[i] === 0x50 && signatureAt(tail, i) === endSignature) return i;
  }
  return -1;
}

/** How far before the end of a range an earlier archive's end record is searched: a comment, or alignment. */
const earlierReach = 512;

/** What the end record says that an earlier archive left at the end of the range; null when there is none. */
export async function earlierClaim(source: ByteSource, start: number, end: number): Promise<DirectoryClaim | null> {
  const from = Math.max(start, end - earlierReach);
  const tail = { start: from, bytes: await readBytes(source, from, end - from) };
  const index = lastSignature(tail.bytes, tail.bytes.length - endRecordSize);
  return index < 0 ? null : claimAt(source, tail, index);
}

async function claimAt(source: ByteSource, tail: Tail, index: number): Promise<DirectoryClaim> {
  const view = viewOf(tail.bytes);
  const plain = {
    offset: view.getUint32(index + 16, true),
    size: view.getUint32(index + 12, true),
    entryCount: view.getUint16(index + 10, true),
  };
  return (await locatedZip64(source, tail, index)) ?? plain;
}

async function readEndRecord(source: ByteSource, tail: Tail, index: number): Promise<EndRecord> {
  const position = tail.start + index;
  const commentLength = viewOf(tail.bytes).getUint16(index + 20, true);
  const claim = await claimAt(source, tail, index);
  const adjacentRecord = index - locatorSize - zip64RecordSize;
  const adjacentClaim = hasLocator(tail, index) ? zip64Claim(tail.bytes, adjacentRecord) : null;
  return {
    position,
    claim,
    adjacent:
      adjacentClaim === null
        ? { start: position, claim }
        : { start: tail.start + adjacentRecord, claim: adjacentClaim },
    trailingBytes: Math.max(0, source.size - position - endRecordSize - commentLength),
    others: otherEndRecords(tail, index, claim.offset + claim.size),
    tail,
  };
}

function hasLocator(tail: Tail, index: number): boolean {
  return index >= locatorSize && signatureAt(tail.bytes, index - locatorSize) === locatorSignature;
}

/** Where a locator stands right before the end record, the values of the zip64 record that it names count, all of them. */
async function locatedZip64(source: ByteSource, tail: Tail, index: number): Promise<DirectoryClaim | null> {
  if (!hasLocator(tail, index)) return null;
  const position = readUint64(viewOf(tail.bytes), index - locatorSize + 8);
  if (position > source.size - zip64RecordSize) return null;
  return position >= tail.start
    ? zip64Claim(tail.bytes, position - tail.start)
    : zip64Claim(await readBytes(source, position, zip64RecordSize), 0);
}

function zip64Claim(bytes: Uint8Array, at: number): DirectoryClaim | null {
  if (at < 0 || at + zip64RecordSize > bytes.length || signatureAt(bytes, at) !== zip64Signature) return null;
  const view = viewOf(bytes);
  return {
    offset: readUint64(view, at + 48),
    size: readUint64(view, at + 40),
    entryCount: readUint64(view, at + 32),
  };
}

function otherEndRecords(tail: Tail, chosen: number, directoryEnd: number): number[] {
  const others: number[] = [];
  const first = Math.max(0, directoryEnd - tail.start);
  for (let i = first; i + 4 <= tail.bytes.length && others.length < othersShown; i++) {
    if (i !== chosen && tail.bytes[i] === 0x50 && signatureAt(tail.bytes, i) === endSignature) {
      others.push(tail.start + i);
    }
  }
  return others;
}
