import { CheckpointError } from '../errors';
import type { ByteSource } from './byteSource';

/** @throws CheckpointError `truncated` when `length` bytes from `offset` on do not lie within `size` bytes. */
export function checkRange(size: number, offset: number, length: number): void {
  if (!Number.isSafeInteger(offset) || offset < 0 || length > size - offset) {
    throw new CheckpointError('truncated', {
      offset,
      detail: `${length} bytes at ${offset} wanted, the end is at ${size}`,
    });
  }
}

/**
 * A new array with `length` bytes from `offset` on. The caller has checked `length` against a limit.
 * @throws CheckpointError as `ByteSource.read`.
 */
export async function readBytes(source: ByteSource, offset: number, length: number): Promise<Uint8Array> {
  checkRange(source.size, offset, length);
  const target = new Uint8Array(length);
  await source.read(offset, target);
  return target;
}
