import { crc32 } from 'node:zlib';
import type { ByteSource } from '../bytes/byteSource';
import type { StorageContent } from './storageContent';

/**
 * What a file will consist of, one part behind the other. Nothing of the weights is read to make one; the size is known
 * before anything is written.
 */
export interface SavePlan {
  /** In bytes. */
  readonly size: number;
  readonly parts: readonly SavePart[];
}

export type SavePart = BytesPart | LatePart | RangePart | ContentPart;

export interface BytesPart {
  readonly kind: 'bytes';
  readonly bytes: Uint8Array;
  readonly checksum?: Checksum;
}

/** Bytes that follow from what was written before them. */
export interface LatePart {
  readonly kind: 'late';
  readonly length: number;
  make(): Uint8Array;
}

/** Bytes to be copied. */
export interface RangePart {
  readonly kind: 'range';
  readonly source: ByteSource;
  readonly start: number;
  readonly length: number;
  readonly checksum?: Checksum;
}

/** The bytes of a storage. */
export interface ContentPart {
  readonly kind: 'content';
  readonly content: StorageContent;
  readonly length: number;
  /** Bytes of one number where its byte order must be turned; 1 where it need not. */
  readonly swap: number;
  readonly checksum?: Checksum;
}

/** A CRC-32 that grows while its parts are written. */
export class Checksum {
  private crc = 0;

  get value(): number {
    return this.crc;
  }

  update(bytes: Uint8Array): void {
    this.crc = crc32(bytes, this.crc);
  }
}

export function partLength(part: SavePart): number {
  return part.kind === 'bytes' ? part.bytes.length : part.length;
}

export function planOf(parts: readonly SavePart[]): SavePlan {
  return { size: parts.reduce((size, part) => size + partLength(part), 0), parts };
}

export function bytesPart(bytes: Uint8Array): BytesPart {
  return { kind: 'bytes', bytes };
}
