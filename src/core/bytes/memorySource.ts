import type { ByteSource } from './byteSource';
import { checkRange } from './range';

/** Bytes in memory, not copied: the caller leaves them as they are while the source is in use. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    identity: { size: bytes.length, modified: null, file: null },
    async read(offset, target) {
      checkRange(bytes.length, offset, target.length);
      target.set(bytes.subarray(offset, offset + target.length));
    },
    async close() {},
  };
}
