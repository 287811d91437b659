import { countOf } from '../init/distributions';
import type { Draw } from '../init/draw';
import { editError } from './editError';

/** @throws EditError for what `torch.manual_seed` would not take, or JSON would not keep. */
export function checkSeed(seed: number): void {
  if (!Number.isSafeInteger(seed)) {
    throw editError('edit-invalid', 'bad-seed', [], seed);
  }
}

/**
 * Products that an orthogonal matrix may cost, some 20 s: rows × columns × the smaller of them. A Linear(4096, 1000) needs a
 * tenth of it.
 */
const mostProducts = 4e10;

/** @throws EditError for a matrix that cannot be made orthogonal, or not in a time that anybody would wait. */
export function checkOrthogonal(shape: readonly number[], draw: Draw): void {
  if (draw.kind !== 'orthogonal') {
    return;
  }
  const [rows = 0] = shape;
  const columns = countOf(shape.slice(1));
  if (shape.length < 2) {
    throw editError('edit-unsupported', 'no-matrix', [], shape.join(', '));
  }
  if (rows * columns * Math.min(rows, columns) > mostProducts) {
    throw editError('edit-unsupported', 'matrix-too-large', [], `${String(rows)} × ${String(columns)}`);
  }
}
