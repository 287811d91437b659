import type { ByteSource } from '../bytes/byteSource';
import { readBytes } from '../bytes/range';
import { CheckpointError } from '../errors';
import { latin1, startsWith } from './format';

const blockSize = 512;
const headerChecksumAt = 148;
/** Members that are looked at. A checkpoint has four. */
const membersRead = 10_000;

export interface TarMember {
  readonly name: string;
  readonly position: number;
  readonly size: number;
}

/** Whether the first block is a tar header: `ustar`, or the checksum of the older form. */
export function isTar(head: Uint8Array): boolean {
  if (head.length < blockSize) return false;
  return startsWith(head, [0x75, 0x73, 0x74, 0x61, 0x72], 257) || (head[0] !== 0 && checksumFits(head));
}

function checksumFits(header: Uint8Array): boolean {
  let sum = 0;
  for (let i = 0; i < blockSize; i++) {
    sum += i >= headerChecksumAt && i < headerChecksumAt + 8 ? 0x20 : (header[i] ?? 0);
  }
  return sum === octal(header, headerChecksumAt, 8);
}

/**
 * The files of an uncompressed tar, in file order, up to a header that is none (the end of a cut file).
 * @throws CheckpointError `malformed-tar` when the first header is none.
 */
export async function readTarMembers(source: ByteSource): Promise<TarMember[]> {
  const members: TarMember[] = [];
  for (let at = 0, i = 0; at + blockSize <= source.size && i < membersRead; i++) {
    const header = await readBytes(source, at, blockSize);
    const size = octal(header, 124, 12);
    if (size === null || !checksumFits(header)) {
      if (at === 0) throw new CheckpointError('malformed-tar', { offset: 0, detail: 'no tar header' });
      break;
    }
    const type = header[156] ?? 0;
    // Files are '0' or NUL; folders, links and extended headers have other types and are passed over.
    if (type === 0x30 || type === 0) members.push({ name: text(header, 0, 100), position: at + blockSize, size });
    at += blockSize + Math.ceil(size / blockSize) * blockSize;
  }
  return members;
}

function text(header: Uint8Array, start: number, length: number): string {
  const field = header.subarray(start, start + length);
  const end = field.indexOf(0);
  return latin1(end < 0 ? field : field.subarray(0, end));
}

/** An octal number, padded with spaces or NULs; null when it is none. */
function octal(header: Uint8Array, start: number, length: number): number | null {
  const digits = text(header, start, length).trim();
  return /^[0-7]{1,12}$/.test(digits) ? parseInt(digits, 8) : null;
}
