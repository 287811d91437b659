import { memorySource } from '../../../src/core/bytes/memorySource';
import { defaultLimits, type Limits } from '../../../src/core/limits';
import { PickleError, readPickle } from '../../../src/core/pickle/reader';
import type { PickleGraph, Value } from '../../../src/core/pickle/values';

/** Bytes of a pickle from text (each character a byte) and byte values. */
export function pickleOf(...parts: (string | number | Uint8Array)[]): Buffer {
  return Buffer.concat(
    parts.map((part) => {
      if (typeof part === 'number') {
        return Buffer.of(part);
      }
      return typeof part === 'string' ? Buffer.from(part, 'latin1') : part;
    }),
  );
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export function uint64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}

export function read(bytes: Uint8Array, limits: Partial<Limits> = {}): Promise<PickleGraph> {
  return readPickle(memorySource(bytes), 0, { end: bytes.length, limits: { ...defaultLimits, ...limits } });
}

export async function rootOf(...parts: Parameters<typeof pickleOf>): Promise<Value> {
  return (await read(pickleOf(...parts))).root;
}

/** The error that reading ends in; a test that expects one fails when there is none, or another. */
export async function pickleErrorOf(bytes: Uint8Array, limits: Partial<Limits> = {}): Promise<PickleError> {
  try {
    await read(bytes, limits);
  } catch (error) {
    if (error instanceof PickleError) {
      return error;
    }
    throw error;
  }
  throw new Error(`read without an error: ${Buffer.from(bytes.subarray(0, 80)).toString('latin1')}`);
}
