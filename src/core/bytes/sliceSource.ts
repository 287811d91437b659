import type { ByteSource } from './byteSource';
import { checkRange } from './range';

/**
 * `length` bytes of another source from `start` on, as a source of their own. Closing it leaves the other one open.
 * @throws CheckpointError `truncated` when the slice does not lie within the source.
 */
export function sliceSource(source: ByteSource, start: number, length: number): ByteSource {
  checkRange(source.size, start, length);
  return {
    size: length,
    identity: { ...source.identity, size: length },
    async read(offset, target) {
      checkRange(length, offset, target.length);
      await source.read(start + offset, target);
    },
    async close() {},
  };
}
