import { createHash } from 'node:crypto';
import type { Entry, TensorEntry } from '../core/checkpoint/checkpoint';
import { CheckpointError } from '../core/errors';
import { elementBytes } from '../core/tensor/elementBytes';

export interface Digests {
  /**
   * SHA-256 of the tensor's elements as contiguous little-endian bytes, in hexadecimal; null where there are no such
   * bytes (meta, sparse and wrapper tensors) or the file lacks them.
   */
  readonly tensors: ReadonlyMap<TensorEntry, string | null>;
  /**
   * SHA-256 over one line a tensor, `PATH<TAB>DTYPE<TAB>SHAPE<TAB>SHA256<LF>` with path and shape as compact JSON and `null`
   * for a missing digest, the lines sorted by UTF-16 code units: whatever the order of the tensors in the file.
   */
  readonly whole: string;
}

export interface DigestOptions {
  readonly signal: AbortSignal;
  readonly progress: (bytesDone: number, bytesTotal: number) => void;
}

/** Reads the weights of the tensors among `entries`, a few megabytes at a time. */
export async function digestTensors(entries: readonly Entry[], { signal, progress }: DigestOptions): Promise<Digests> {
  const tensors = entries.filter((entry) => entry.kind === 'tensor');
  const total = tensors.reduce((bytes, tensor) => bytes + tensor.bytes, 0);
  const digests = new Map<TensorEntry, string | null>();
  let bytesDone = 0;
  for (const tensor of tensors) {
    const digest = await digestTensor(tensor, signal, (bytes) => {
      bytesDone += bytes;
      progress(bytesDone, total);
    });
    digests.set(tensor, digest);
  }
  return { tensors: digests, whole: wholeDigest(digests) };
}

async function digestTensor(
  tensor: TensorEntry,
  signal: AbortSignal,
  read: (bytes: number) => void,
): Promise<string | null> {
  const hash = createHash('sha256');
  try {
    for await (const bytes of elementBytes(tensor, signal)) {
      hash.update(bytes);
      read(bytes.length);
    }
  } catch (error) {
    if (isMissing(error)) {
      return null;
    }
    throw error;
  }
  return hash.digest('hex');
}

/** The bytes are not there, or not as numbers in order: no reason to give up the other tensors. */
function isMissing(error: unknown): boolean {
  return (
    error instanceof CheckpointError &&
    error.code !== 'cancelled' &&
    error.code !== 'io' &&
    error.code !== 'file-changed'
  );
}

function wholeDigest(digests: ReadonlyMap<TensorEntry, string | null>): string {
  const lines = [...digests].map(
    ([{ path, dtype, shape }, digest]) =>
      `${JSON.stringify(path)}\t${dtype}\t${JSON.stringify(shape)}\t${digest ?? 'null'}\n`,
  );
  const hash = createHash('sha256');
  for (const line of lines.sort((a, b) => (a < b ? -1 : 1))) {
    hash.update(line);
  }
  return hash.digest('hex');
}
