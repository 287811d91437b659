import { block } from './normal';

/** Elements that are made at once: a megabyte. */
export const pieceLength = 1 << 18;

/** Pieces that many elements are made in: whole blocks, and a last one of at least a block where there are that many. */
export function* pieceLengths(count: number): Generator<number, void, undefined> {
  let left = count;
  while (left >= pieceLength + block) {
    yield pieceLength;
    left -= pieceLength;
  }
  if (left > 0) {
    yield left;
  }
}
