import { cephes } from './cephes';
import { kernel } from './kernel';
import { worthwhile, type Mt19937 } from './mt19937';
import type { RandomStream } from './randomStream';

/** Numbers that torch makes at once, and from how many on it does. */
export const block = 16;
const half = block / 2;
const { fround } = Math;

/** What `√(−2 ln 2⁻²⁴)` is not above: no normal number is farther from the mean, in stds. */
export const farthest = 5.8;

/** Words that `normal_` takes for so many elements, from `block` elements on. */
export function normalWords(count: number): number {
  return count % block === 0 ? count : count + block;
}

/** `normal_` of at least 16 elements, filled from the front. */
export class NormalBlocks {
  private readonly scratch = new Float32Array(block);
  private done = 0;

  constructor(
    private readonly words: Mt19937,
    private readonly count: number,
    private readonly mean: number,
    private readonly std: number,
  ) {}

  /** @param target the next elements: whole blocks, or all that are left, which are at least one block. */
  fill(target: Float32Array): void {
    const inBlocks = target.length - this.tailOf(target.length);
    const whole = inBlocks - (inBlocks % block);
    drawBlocks(target.subarray(0, whole), this.words, this.mean, this.std);
    if (inBlocks > whole) {
      const { scratch } = this;
      this.draw();
      target.set(scratch.subarray(0, inBlocks - whole), whole);
    }
    if (inBlocks < target.length) {
      // All elements are drawn, then the last 16 once more: their blocks are not whole.
      this.words.skip(this.count - this.done - (inBlocks > whole ? whole + block : whole));
      this.draw();
      target.set(this.scratch, inBlocks);
    }
    this.done += target.length;
  }

  /** Leaves out as many as `fill` would make. */
  skip(length: number): void {
    this.words.skip(this.tailOf(length) === 0 ? length : normalWords(this.count) - this.done);
    this.done += length;
  }

  private tailOf(length: number): number {
    return this.done + length === this.count && this.count % block !== 0 ? block : 0;
  }

  private draw(): void {
    drawBlocks(this.scratch, this.words, this.mean, this.std);
  }
}

function drawBlocks(target: Float32Array, words: Mt19937, mean: number, std: number): void {
  const fast = target.length < worthwhile ? null : kernel();
  if (fast === null) {
    words.fractions(target, 0, 1);
    toNormal(target, mean, std);
  } else {
    words.fillKernel(fast, target.length, 0, 1);
    fast.normal(target.length / block, fround(mean), fround(std));
    target.set(fast.numbers.subarray(0, target.length));
  }
}

/**
 * Box-Muller as torch's AVX2 code has it, to the bit: fractions in blocks of 16 become normal numbers. What a fused
 * multiply-add rounds once is computed in double and rounded once.
 */
export function toNormal(data: Float32Array, mean: number, std: number): void {
  const [mean32, std32] = [fround(mean), fround(std)];
  const [first, second, third] = cephes.reductions;
  for (let start = 0; start < data.length; start += block) {
    for (let index = start; index < start + half; index++) {
      const radius = fround(Math.sqrt(fround(-2 * logarithm(fround(1 - (data[index] ?? 0))))));
      const angle = fround(cephes.twoPi * (data[index + half] ?? 0));
      const octant = (Math.trunc(fround(angle * cephes.fourOverPi)) + 1) & ~1;
      const x = fround(octant * third + fround(octant * second + fround(octant * first + angle)));
      const z = fround(x * x);
      const even = evenPart(z);
      const odd = oddPart(x, z);
      const isEven = (octant & 2) === 0;
      const sine = (octant & 4) === 0 ? (isEven ? odd : even) : -(isEven ? odd : even);
      const cosine = (~(octant - 2) & 4) === 0 ? (isEven ? even : odd) : -(isEven ? even : odd);
      data[index] = fround(radius * cosine) * std32 + mean32;
      data[index + half] = fround(radius * sine) * std32 + mean32;
    }
  }
}

/** Cephes' `cosf` between −π/4 and π/4. @param z the square of the angle. */
function evenPart(z: number): number {
  const [first, second, third] = cephes.cosine;
  const y = fround(fround(fround(first * z + second) * z + third) * z);
  return fround(fround(y * z - z * 0.5) + 1);
}

/** Cephes' `sinf` there. */
function oddPart(x: number, z: number): number {
  const [first, second, third] = cephes.sine;
  const y = fround(fround(first * z + second) * z + third);
  return fround(fround(y * z) * x + x);
}

const floats = new Float32Array(1);
const bits = new Int32Array(floats.buffer);

/** Cephes' `logf` of a positive number that is not denormal. */
function logarithm(value: number): number {
  floats[0] = value;
  const word = bits[0] ?? 0;
  bits[0] = (word & ~0x7f80_0000) | 0x3f00_0000;
  const mantissa = floats[0];
  const isLow = mantissa < cephes.rootOfHalf;
  const exponent = (word >> 23) - (isLow ? 127 : 126);
  const x = isLow ? fround(fround(mantissa - 1) + mantissa) : fround(mantissa - 1);
  const z = fround(x * x);
  let y: number = cephes.log[0];
  for (const next of cephes.log.slice(1)) {
    y = fround(y * x + next);
  }
  y = fround(y * x);
  y = fround(y * z + fround(exponent * cephes.ln2.low));
  y = fround(y - z * 0.5);
  return fround(fround(x + y) + exponent * cephes.ln2.high);
}

/** `normal_` of fewer than 16 elements: one after the other, in double. */
export function fewNormal(target: Float32Array, stream: RandomStream, mean: number, std: number): void {
  for (let index = 0; index < target.length; index++) {
    target[index] = nextNormal(stream) * std + mean;
  }
}

function nextNormal(stream: RandomStream): number {
  const spare = stream.spareNormal;
  if (spare !== null) {
    stream.spareNormal = null;
    return spare;
  }
  const angle = 2 * Math.PI * fraction53(stream.words);
  const radius = Math.sqrt(-2 * Math.log1p(-fraction53(stream.words)));
  stream.spareNormal = radius * Math.sin(angle);
  return radius * Math.cos(angle);
}

/** The lower 53 of 64 bits, the higher word first. */
function fraction53(words: Mt19937): number {
  const high = words.word() & 0x1f_ffff;
  return (high * 0x1_0000_0000 + words.word()) / 2 ** 53;
}
