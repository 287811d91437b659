/** Cubic convolution as torch has it: `A` of Keys' kernel. */
const sharpness = -0.75;

/** Where one output element takes its numbers from, along one dimension: four places and their weights. */
interface Tap {
  readonly places: readonly [number, number, number, number];
  readonly weights: readonly [number, number, number, number];
}

/** Height and width. */
export type GridSize = readonly [height: number, width: number];

/**
 * `torch.nn.functional.interpolate(mode='bicubic', align_corners=False, antialias=False)` of a grid of vectors, in double.
 * @param grid row by row, `channels` numbers a place; the result likewise.
 */
export function bicubic(grid: Float64Array, from: GridSize, to: GridSize, channels: number): Float64Array {
  const rows = tapsOf(from[0], to[0]);
  const columns = tapsOf(from[1], to[1]);
  // Rows first, then columns: the sums are the same in either order, and this one reads straight on.
  const wide = weightedSum(grid, rows, from[1] * channels);
  const result = new Float64Array(to[0] * to[1] * channels);
  for (let row = 0; row < to[0]; row++) {
    const line = wide.subarray(row * from[1] * channels, (row + 1) * from[1] * channels);
    result.set(weightedSum(line, columns, channels), row * to[1] * channels);
  }
  return result;
}

function tapsOf(from: number, to: number): readonly Tap[] {
  const scale = from / to;
  return Array.from({ length: to }, (_, index) => {
    const position = (index + 0.5) * scale - 0.5;
    const first = Math.floor(position);
    const place = (offset: number): number => Math.min(Math.max(first + offset, 0), from - 1);
    return { places: [place(-1), place(0), place(1), place(2)], weights: weightsOf(position - first) };
  });
}

function weightsOf(t: number): Tap['weights'] {
  const near = (x: number): number => ((sharpness + 2) * x - (sharpness + 3)) * x * x + 1;
  const far = (x: number): number => ((sharpness * x - 5 * sharpness) * x + 8 * sharpness) * x - 4 * sharpness;
  return [far(t + 1), near(t), near(1 - t), far(2 - t)];
}

/** For each tap the weighted sum of four lines of numbers, `length` each. */
function weightedSum(numbers: Float64Array, taps: readonly Tap[], length: number): Float64Array {
  const sums = new Float64Array(taps.length * length);
  for (const [index, { places, weights }] of taps.entries()) {
    for (let tap = 0; tap < 4; tap++) {
      const start = (places[tap] ?? 0) * length;
      const weight = weights[tap] ?? 0;
      for (let at = 0; at < length; at++) {
        const sum = index * length + at;
        sums[sum] = (sums[sum] ?? 0) + weight * (numbers[start + at] ?? 0);
      }
    }
  }
  return sums;
}
