import type { Draw } from './draw';
import { block, fewNormal, NormalBlocks, normalWords } from './normal';
import { orthogonalise } from './orthogonal';
import { pieceLengths } from './pieces';
import type { RandomStream } from './randomStream';
import { isUnbounded, truncNormalPieces, uniform } from './rejection';

/** Elements of a shape. */
export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * The float32 numbers of a draw, as torch makes them on the CPU; the stream is behind them at the end. A piece is good until
 * the next one is asked for. Only an orthogonal matrix is held whole.
 */
export function* drawPieces(
  draw: Draw,
  shape: readonly number[],
  stream: RandomStream,
): Generator<Float32Array, void, undefined> {
  const count = countOf(shape);
  switch (draw.kind) {
    case 'constant':
      yield* filled(count, (target) => target.fill(draw.value));
      return;
    case 'uniform':
      yield* filled(count, (target) => {
        uniform(target, stream.words, draw.low, draw.high);
      });
      return;
    case 'normal':
      yield* withZeroRow(normalPieces(draw.mean, draw.std, count, stream), draw.zeroRow, shape);
      return;
    case 'truncNormal':
      yield* count >= block && isUnbounded(draw)
        ? normalPieces(draw.mean, draw.std, count, stream)
        : truncNormalPieces(draw, count, stream);
      return;
    case 'orthogonal':
      if (count > 0) {
        yield orthogonal(draw.gain, shape, stream);
      }
  }
}

/** Goes past a draw, without making its numbers where they are not needed for that. */
export function skipDraw(draw: Draw, shape: readonly number[], stream: RandomStream): void {
  const count = countOf(shape);
  switch (draw.kind) {
    case 'constant':
      return;
    case 'uniform':
      stream.words.skip(count);
      return;
    case 'normal':
    case 'orthogonal':
      skipNormal(count, stream);
      return;
    case 'truncNormal':
      if (count >= block && isUnbounded(draw)) {
        stream.words.skip(normalWords(count));
      } else {
        goThrough(truncNormalPieces(draw, count, stream));
      }
  }
}

function goThrough(pieces: Iterator<Float32Array>): void {
  let { done } = pieces.next();
  while (done !== true) {
    ({ done } = pieces.next());
  }
}

function skipNormal(count: number, stream: RandomStream): void {
  if (count >= block) {
    stream.words.skip(normalWords(count));
  } else {
    fewNormal(new Float32Array(count), stream, 0, 1);
  }
}

function* filled(count: number, fill: (target: Float32Array) => void): Generator<Float32Array, void, undefined> {
  let buffer = new Float32Array();
  for (const length of pieceLengths(count)) {
    if (buffer.length < length) {
      buffer = new Float32Array(length);
    }
    const target = buffer.subarray(0, length);
    fill(target);
    yield target;
  }
}

function* normalPieces(
  mean: number,
  std: number,
  count: number,
  stream: RandomStream,
): Generator<Float32Array, void, undefined> {
  if (count < block) {
    yield* filled(count, (target) => {
      fewNormal(target, stream, mean, std);
    });
    return;
  }
  const blocks = new NormalBlocks(stream.words, count, mean, std);
  yield* filled(count, (target) => {
    blocks.fill(target);
  });
}

function* withZeroRow(
  pieces: Iterable<Float32Array>,
  zeroRow: number | undefined,
  shape: readonly number[],
): Generator<Float32Array, void, undefined> {
  const width = countOf(shape.slice(1));
  let done = 0;
  for (const piece of pieces) {
    if (zeroRow !== undefined) {
      const start = zeroRow * width - done;
      piece.fill(0, Math.max(start, 0), Math.max(start + width, 0));
    }
    yield piece;
    done += piece.length;
  }
}

function orthogonal(gain: number, shape: readonly number[], stream: RandomStream): Float32Array {
  const count = countOf(shape);
  const whole = new Float32Array(count);
  let at = 0;
  for (const piece of normalPieces(0, 1, count, stream)) {
    whole.set(piece, at);
    at += piece.length;
  }
  orthogonalise(whole, shape[0] ?? 1, gain);
  return whole;
}
