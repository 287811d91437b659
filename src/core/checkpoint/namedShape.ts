import type { TensorEntry } from './checkpoint';

/** The sizes as torch shows them: one that differs from one component of a jagged tensor to the next by its name, `j0`. */
export function namedShape({ shape, ragged }: Pick<TensorEntry, 'shape' | 'ragged'>): readonly (number | string)[] {
  return ragged === undefined ? shape : shape.map((size) => (size === -1 ? ragged : size));
}
