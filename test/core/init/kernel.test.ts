import { describe, expect, it } from 'vitest';
import { kernel } from '../../../src/core/init/kernel';
import { Mt19937, worthwhile } from '../../../src/core/init/mt19937';
import { toNormal } from '../../../src/core/init/normal';

/** As 32-bit words: −0 is not 0. */
function bits(numbers: Float32Array): Buffer {
  return Buffer.from(numbers.slice().buffer);
}

/** In parts that are too short for the kernel. */
function plainly(words: Mt19937, count: number, low: number, width: number): Float32Array {
  const made = new Float32Array(count);
  for (let at = 0; at < count; at += 1_000) {
    words.fractions(made.subarray(at, Math.min(at + 1_000, count)), low, width);
  }
  return made;
}

describe('vectors of WebAssembly', () => {
  it('give the fractions of plain code, wherever they begin, and leave the generator where it does', () => {
    expect(kernel()).not.toBeNull();
    for (const count of [worthwhile, 2_495, 2_496, 2_497, 10_003]) {
      for (const before of [0, 1, 623, 624, 1_000]) {
        const [plain, fast] = [Mt19937.seeded(count), Mt19937.seeded(count)];
        plain.skip(before);
        fast.skip(before);
        const made = new Float32Array(count + 5);
        fast.fractions(made.subarray(2, count + 2), -0.1, 0.3);
        expect(bits(made.subarray(2, count + 2)).equals(bits(plainly(plain, count, -0.1, 0.3)))).toBe(true);
        expect([...made.subarray(count + 2), ...made.subarray(0, 2)]).toEqual([0, 0, 0, 0, 0]);
        expect([fast.word(), fast.word()]).toEqual([plain.word(), plain.word()]);
      }
    }
  });

  it('give the normal numbers of plain code', () => {
    const fractions = plainly(Mt19937.seeded(3), 1 << 16, 0, 1);
    // The ends of what a fraction may be.
    fractions.set([0, 1 - 2 ** -24, 2 ** -24, 0.5, 0.25, 0.75, 0.125, 0.875], 8);
    const fast = kernel();
    fast?.numbers.set(fractions);
    fast?.normal(fractions.length / 16, Math.fround(0.3), Math.fround(0.02));
    toNormal(fractions, 0.3, 0.02);
    expect(fast !== null && bits(fast.numbers.subarray(0, fractions.length)).equals(bits(fractions))).toBe(true);
  });
});
