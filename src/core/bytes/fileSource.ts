import { constants } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import { CheckpointError } from '../errors';
import type { ByteSource, SourceIdentity } from './byteSource';
import { checkRange } from './range';
import { fromSystem } from './systemError';

// Node refuses to read 2 GiB or more at once.
const largestRead = 1 << 30;

// A FIFO put in place of the file between `stat` and `open` must not hang. Windows has neither FIFOs nor the flag: its
// undefined counts as 0 here.
const readOnly = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * Opens a regular file for reading. The caller closes the source.
 * @throws CheckpointError `file-missing`, `no-permission`, `is-a-folder`, `unsupported` (a FIFO, socket or device), `io`.
 */
export async function openFile(path: string): Promise<ByteSource> {
  try {
    // Opening a device can have effects of its own, so it is looked at first.
    checkRegular(await stat(path, { bigint: true }));
    const handle = await open(path, readOnly);
    try {
      const stats = await handle.stat({ bigint: true });
      checkRegular(stats);
      return fileSource(handle, identityOf(stats));
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (error) {
    throw fromSystem(error);
  }
}

function checkRegular(stats: BigIntStats): void {
  if (stats.isDirectory()) throw new CheckpointError('is-a-folder');
  if (!stats.isFile()) throw new CheckpointError('unsupported', { detail: 'not a regular file' });
}

/** What `ByteSource.identity` is of a file. */
export function identityOf(stats: BigIntStats): SourceIdentity {
  return {
    size: Number(stats.size),
    modified: Number(stats.mtimeNs) / 1e6,
    file: `${stats.dev}:${stats.ino}`,
  };
}

function fileSource(handle: FileHandle, identity: SourceIdentity): ByteSource {
  let closed = false;
  return {
    size: identity.size,
    identity,
    async read(offset, target) {
      checkRange(identity.size, offset, target.length);
      try {
        await readFully(handle, offset, target);
      } catch (error) {
        throw fromSystem(error);
      }
    },
    async close() {
      if (closed) return;
      closed = true;
      await handle.close();
    },
  };
}

async function readFully(handle: FileHandle, offset: number, target: Uint8Array): Promise<void> {
  let done = 0;
  while (done < target.length) {
    const length = Math.min(target.length - done, largestRead);
    const { bytesRead } = await handle.read(target, done, length, offset + done);
    if (bytesRead === 0) {
      throw new CheckpointError('file-changed', { offset: offset + done, detail: 'the file has become shorter' });
    }
    done += bytesRead;
  }
}
