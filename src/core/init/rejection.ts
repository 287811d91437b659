import { pieceLengths } from './pieces';
import { farthest, fewNormal, block, NormalBlocks, normalWords } from './normal';
import type { Draw } from './draw';
import type { RandomStream } from './randomStream';

type TruncNormal = Extract<Draw, { kind: 'truncNormal' }>;
const { fround } = Math;

/**
 * `trunc_normal_` of torch 2.13: all elements are drawn, those that are refused are taken from another draw of all
 * elements, and so on. All rounds are gone through side by side, so that no more than a piece is held.
 */
export function* truncNormalPieces(
  draw: TruncNormal,
  count: number,
  stream: RandomStream,
): Generator<Float32Array, void, undefined> {
  if (count < block && isLikelyInside(draw)) {
    yield fewTruncNormal(draw, count, stream);
    return;
  }
  const rounds = new Rounds(draw, count, stream);
  for (const length of pieceLengths(count)) {
    yield rounds.piece(length);
  }
  rounds.finish();
}

/** Whether no element can be refused: then it is one normal draw. */
export function isUnbounded({ mean, std, low, high }: TruncNormal): boolean {
  return low < mean - farthest * std && high > mean + farthest * std;
}

/** Where the bounds hold less than 0.3 of the normal distribution, candidates are uniform between them. */
function isLikelyInside({ mean, std, low, high }: TruncNormal): boolean {
  return cumulative((high - mean) / std) - cumulative((low - mean) / std) > 0.3;
}

function fewTruncNormal({ mean, std, low, high }: TruncNormal, count: number, stream: RandomStream): Float32Array {
  const values = new Float32Array(count);
  const again = new Float32Array(count);
  fewNormal(values, stream, mean, std);
  const isRefused = (value: number): boolean => value < fround(low) || value > fround(high);
  for (let round = 1; values.some(isRefused) && round < maxRounds; round++) {
    fewNormal(again, stream, mean, std);
    for (const [index, value] of again.entries()) {
      if (isRefused(values[index] ?? 0)) {
        values[index] = value;
      }
    }
  }
  return values;
}

/** The chance that one element is refused is 0.7 at most, which leaves none of 10¹⁴ after so many. */
const maxRounds = 200;

interface Round {
  /** Fills with candidates, and marks by 1 those that are refused. */
  fill(target: Float32Array, refused: Uint8Array): void;
  skip(length: number): void;
}

class Rounds {
  private readonly rounds: Round[] = [];
  /** The generator before the round after the last one. */
  private readonly next: RandomStream;
  private done = 0;
  private readonly likely: boolean;

  constructor(
    private readonly draw: TruncNormal,
    private readonly count: number,
    private readonly stream: RandomStream,
  ) {
    this.next = stream.clone();
    this.likely = isLikelyInside(draw);
  }

  piece(length: number): Float32Array {
    const values = new Float32Array(length);
    const pending = new Uint8Array(length).fill(1);
    const [candidates, refused] = [new Float32Array(length), new Uint8Array(length)];
    for (let number = 0; number < maxRounds; number++) {
      if (!pending.includes(1)) {
        for (const round of this.rounds.slice(number)) {
          round.skip(length);
        }
        break;
      }
      (this.rounds[number] ?? this.add()).fill(candidates, refused);
      for (let index = 0; index < length; index++) {
        if (pending[index] === 1) {
          values[index] = candidates[index] ?? 0;
          pending[index] = refused[index] ?? 0;
        }
      }
    }
    this.done += length;
    return values;
  }

  /** The stream goes on behind the last round. */
  finish(): void {
    this.stream.words.become(this.next.words);
  }

  private add(): Round {
    const { draw, count, next } = this;
    const words = next.words.clone();
    const made = this.likely ? new NormalRound(draw, words, count) : new UniformRound(draw, words, count);
    next.words.skip(this.likely ? normalWords(count) : 2 * count);
    // The pieces before this one refused nothing that far.
    if (this.done > 0) {
      made.skip(this.done);
    }
    this.rounds.push(made);
    return made;
  }
}

class NormalRound implements Round {
  private readonly blocks: NormalBlocks;
  private readonly low: number;
  private readonly high: number;

  constructor({ mean, std, low, high }: TruncNormal, words: RandomStream['words'], count: number) {
    this.blocks = new NormalBlocks(words, count, mean, std);
    [this.low, this.high] = [fround(low), fround(high)];
  }

  fill(target: Float32Array, refused: Uint8Array): void {
    this.blocks.fill(target);
    for (let index = 0; index < target.length; index++) {
      const value = target[index] ?? 0;
      refused[index] = value < this.low || value > this.high ? 1 : 0;
    }
  }

  skip(length: number): void {
    this.blocks.skip(length);
  }
}

/** Uniform candidates, kept by the height of the normal curve over the highest within the bounds. */
class UniformRound implements Round {
  private readonly heights: RandomStream['words'];
  private readonly logPeak: number;

  constructor(
    private readonly draw: TruncNormal,
    private readonly words: RandomStream['words'],
    count: number,
  ) {
    this.heights = words.clone();
    this.heights.skip(count);
    const { mean, std, low, high } = draw;
    const mode = Math.max(low, Math.min(mean, high));
    this.logPeak = -0.5 * ((mode - mean) / std) ** 2;
  }

  fill(target: Float32Array, refused: Uint8Array): void {
    const { low, high, mean, std } = this.draw;
    uniform(target, this.words, low, high);
    const heights = new Float32Array(target.length);
    uniform(heights, this.heights, 0, 1);
    for (let index = 0; index < target.length; index++) {
      const distance = fround(fround((target[index] ?? 0) - fround(mean)) / fround(std));
      const logHeight = fround(fround(fround(distance * distance) * -0.5) - fround(this.logPeak));
      refused[index] = fround(Math.log(heights[index] ?? 0)) > logHeight ? 1 : 0;
    }
  }

  skip(length: number): void {
    this.words.skip(length);
    this.heights.skip(length);
  }
}

/** `uniform_(low, high)` */
export function uniform(target: Float32Array, words: RandomStream['words'], low: number, high: number): void {
  words.fractions(target, fround(low), fround(fround(high) - fround(low)));
}

/** Φ, the normal distribution function. */
function cumulative(x: number): number {
  return (1 + errorFunction(x / Math.SQRT2)) / 2;
}

/** By its series, which is exact enough to compare with 0.3. */
function errorFunction(x: number): number {
  if (Math.abs(x) > 5) {
    return Math.sign(x);
  }
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum) && n < 200; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
