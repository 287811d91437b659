import { CheckpointError } from '../errors';
import type { ByteSource } from '../bytes/byteSource';
import { countOf, drawPieces, skipDraw } from './distributions';
import type { Draw } from './draw';
import { RandomStream } from './randomStream';

/**
 * All that is drawn from one `torch.manual_seed`, in order. Plain data; the contents of several storages share one, each with
 * its own step.
 */
export interface DrawStream {
  readonly seed: number;
  readonly steps: readonly { readonly draw: Draw; readonly shape: readonly number[] }[];
}

/** Streams of which the generators before some steps are kept, so that going past the steps before is done once. */
const known = new WeakMap<DrawStream, Map<number, RandomStream>>();

/** Generators that are kept for one stream: 2.5 kB each. */
const mostKept = 1_024;

/** The generator as it is before a step. @throws CheckpointError `cancelled` */
function streamBefore(stream: DrawStream, step: number, signal?: AbortSignal): RandomStream {
  const kept = known.get(stream) ?? new Map<number, RandomStream>();
  known.set(stream, kept);
  let at = step;
  while (at > 0 && !kept.has(at)) {
    at--;
  }
  const random = kept.get(at)?.clone() ?? RandomStream.seeded(stream.seed);
  for (const { draw, shape } of stream.steps.slice(at, step)) {
    if (signal?.aborted === true) {
      throw new CheckpointError('cancelled');
    }
    skipDraw(draw, shape, random);
    keep(kept, ++at, random);
  }
  return random;
}

function keep(kept: Map<number, RandomStream>, step: number, random: RandomStream): void {
  if (kept.has(step)) {
    return;
  }
  const [oldest] = kept.keys();
  if (oldest !== undefined && kept.size >= mostKept) {
    kept.delete(oldest);
  }
  kept.set(step, random.clone());
}

/**
 * The float32 numbers of a step, little-endian. A piece is good until the next one is asked for.
 * @throws CheckpointError `cancelled`
 */
export function* stepBytes(
  stream: DrawStream,
  step: number,
  signal?: AbortSignal,
): Generator<Uint8Array, void, undefined> {
  const found = stream.steps[step];
  if (found === undefined) {
    return;
  }
  const random = streamBefore(stream, step, signal);
  for (const piece of drawPieces(found.draw, found.shape, random)) {
    yield new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
  }
  keep(known.get(stream) ?? new Map<number, RandomStream>(), step + 1, random);
}

/** Bytes of a step. */
export function stepSize(stream: DrawStream, step: number): number {
  return countOf(stream.steps[step]?.shape ?? [0]) * Float32Array.BYTES_PER_ELEMENT;
}

/**
 * Reads the bytes of a step at any place: from front to back they are drawn once, going back draws them anew.
 */
export function stepReader(stream: DrawStream, step: number): ByteSource['read'] {
  let pieces = stepBytes(stream, step);
  let piece = new Uint8Array();
  let start = 0;
  return (offset, target) => {
    if (offset < start) {
      pieces = stepBytes(stream, step);
      piece = new Uint8Array();
      start = 0;
    }
    for (let done = 0; done < target.length;) {
      const from = offset + done - start;
      if (from < piece.length) {
        const part = piece.subarray(from, from + target.length - done);
        target.set(part, done);
        done += part.length;
        continue;
      }
      start += piece.length;
      const next = pieces.next();
      if (next.done === true) {
        throw new CheckpointError('truncated');
      }
      piece = new Uint8Array(next.value);
    }
    return Promise.resolve();
  };
}
