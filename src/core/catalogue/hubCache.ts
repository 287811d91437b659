import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ByteSource } from '../bytes/byteSource';
import { fromSystem } from '../bytes/systemError';
import { CheckpointError } from '../errors';

/** Bytes that are hashed at once. */
const pieceBytes = 4 << 20;

/**
 * The folder where torch.hub keeps the weights that it has downloaded, as `torch.hub.get_dir()` finds it: below `$TORCH_HOME`,
 * else below `$XDG_CACHE_HOME/torch`, else below `~/.cache/torch`, on Windows too. A variable that is set to nothing counts as
 * not set.
 */
export function hubCheckpoints(environment: Readonly<Record<string, string | undefined>>, home: string): string {
  const cache = environment['XDG_CACHE_HOME'] || '~/.cache';
  const torchHome = environment['TORCH_HOME'] || join(cache, 'torch');
  return join(torchHome.replace(/^~(?=$|[/\\])/, home), 'hub', 'checkpoints');
}

/**
 * Names of the files in the cache; none where there is no such folder.
 * @throws CheckpointError when there is one that cannot be read.
 */
export async function cachedFiles(folder: string): Promise<ReadonlySet<string>> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return new Set(entries.flatMap((entry) => (entry.isDirectory() ? [] : [entry.name])));
  } catch (error) {
    const known = fromSystem(error);
    if (known instanceof CheckpointError && known.code === 'file-missing') {
      return new Set();
    }
    throw known;
  }
}

export interface HashOptions {
  readonly signal: AbortSignal;
  readonly progress: (bytesDone: number, bytesTotal: number) => void;
}

/**
 * SHA-256 of all bytes of a file, in hexadecimal.
 * @throws CheckpointError `cancelled`, and what reading throws.
 */
export async function sha256Of(source: ByteSource, { signal, progress }: HashOptions): Promise<string> {
  const hash = createHash('sha256');
  const buffer = new Uint8Array(Math.min(pieceBytes, source.size));
  for (let offset = 0; offset < source.size;) {
    if (signal.aborted) {
      throw new CheckpointError('cancelled');
    }
    const piece = buffer.subarray(0, Math.min(buffer.length, source.size - offset));
    await source.read(offset, piece);
    hash.update(piece);
    offset += piece.length;
    progress(offset, source.size);
  }
  return hash.digest('hex');
}
