import type { ByteSource } from '../bytes/byteSource';
import { CheckpointError } from '../errors';

/**
 * Bytes that a scan may still read. Records of a hostile archive may lie over each other, so that a small file has the
 * same bytes read a million times.
 */
export class ReadBudget {
  constructor(private left: number) {}

  get isSpent(): boolean {
    return this.left <= 0;
  }

  /** @throws CheckpointError `limit-exceeded` when there are not so many left; then there are none. */
  spend(bytes: number): void {
    this.left -= bytes;
    if (this.left < 0) {
      throw new CheckpointError('limit-exceeded', { detail: 'the same bytes were read over and over' });
    }
  }

  /** The same source, on this budget. */
  meter(source: ByteSource): ByteSource {
    return {
      size: source.size,
      identity: source.identity,
      read: async (offset, target) => {
        this.spend(target.length);
        await source.read(offset, target);
      },
      close: () => source.close(),
    };
  }
}
