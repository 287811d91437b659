import { bicubic, type GridSize } from './bicubic';

/** Position embeddings as a grid of vectors, with tokens in front that have no place in it (class, distillation). */
export interface PositionGrid {
  /** Vectors before the grid, copied as they are. */
  readonly tokens: number;
  readonly from: GridSize;
  readonly to: GridSize;
  readonly channels: number;
  /** [1, C, H, W] instead of [1, N, C] or [N, C]. */
  readonly channelsFirst: boolean;
}

/** Elements that there are for so large a grid. */
export function gridElements({ tokens, channels }: PositionGrid, [height, width]: GridSize): number {
  return (tokens + height * width) * channels;
}

/** The embeddings for a grid of another size: `bicubic` of the grid, in double. @param numbers in logical order. */
export function interpolatePositions(numbers: Float64Array, grid: PositionGrid): Float64Array {
  const { tokens, from, to, channels, channelsFirst } = grid;
  if (!channelsFirst) {
    const start = tokens * channels;
    const result = new Float64Array(gridElements(grid, to));
    result.set(numbers.subarray(0, start));
    result.set(bicubic(numbers.subarray(start), from, to, channels), start);
    return result;
  }
  const result = new Float64Array(gridElements(grid, to));
  const [places, newPlaces] = [from[0] * from[1], to[0] * to[1]];
  for (let channel = 0; channel < channels; channel++) {
    const plane = numbers.subarray(channel * places, (channel + 1) * places);
    result.set(bicubic(plane, from, to, 1), channel * newPlaces);
  }
  return result;
}
