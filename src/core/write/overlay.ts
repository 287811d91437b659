import type { OverlayContent } from './storageContent';

/** Bytes that are taken from what lies over a tensor. */
export interface OverlaidRun {
  /** Byte of the tensor. */
  readonly at: number;
  /** Byte of what lies over it. */
  readonly from: number;
  readonly length: number;
}

/** The runs of a corner within the bytes `start` to `end` of the tensor, in order. */
export function* overlaidRuns(
  { shape, corner, elementSize }: OverlayContent,
  start: number,
  end: number,
): Generator<OverlaidRun, void, undefined> {
  // Behind the last dimension that is cut, all elements lie together.
  let cut = shape.length - 1;
  let inner = elementSize;
  while (cut > 0 && corner[cut] === shape[cut]) {
    inner *= shape[cut] ?? 1;
    cut--;
  }
  const row = (shape[cut] ?? 1) * inner;
  const run = (corner[cut] ?? 1) * inner;
  if (row === 0 || run === 0) {
    return;
  }
  const outer = { shape: shape.slice(0, Math.max(cut, 0)), corner: corner.slice(0, Math.max(cut, 0)) };
  for (let index = Math.floor(start / row); index * row < end; index++) {
    const place = placeInCorner(outer, index);
    const from = Math.max(start, index * row);
    const to = Math.min(end, index * row + run);
    if (place !== null && from < to) {
      yield { at: from, from: place * run + from - index * row, length: to - from };
    }
  }
}

/** Which row of the corner a row of the tensor is; null when it is none. */
function placeInCorner(
  { shape, corner }: { readonly shape: readonly number[]; readonly corner: readonly number[] },
  row: number,
): number | null {
  let place = 0;
  let rest = row;
  let weight = 1;
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    const size = shape[dim] ?? 1;
    const index = rest % size;
    if (index >= (corner[dim] ?? 0)) {
      return null;
    }
    place += index * weight;
    weight *= corner[dim] ?? 0;
    rest = Math.floor(rest / size);
  }
  return place;
}
