import type { Draw, DrawStep } from '../init/draw';
import { defaultDraw } from '../init/defaultDraw';
import { isCastTarget } from '../tensor/cast';
import { lastName, moduleName, type TargetKey } from './match';

/**
 * How the default of torch's own layers fills tensors, as far as their names and shapes tell the layers: weights with a fan-in
 * and their biases, norms, embeddings. Any other floating tensor is zero; of integers there is no step.
 * @param keys those that are made, in the order drawn.
 * @param all the model's keys: what stands beside a bias tells its fan-in.
 */
export function freshSteps(keys: readonly TargetKey[], all: readonly TargetKey[]): readonly DrawStep[] {
  const shapes = new Map(all.map(({ key, shape }) => [key, shape]));
  return keys.flatMap(({ key, shape, dtype }): readonly DrawStep[] =>
    shape === null || !isFresh(key, dtype) ? [] : [{ key, shape, draw: drawOf(key, shape, shapes) }],
  );
}

/** Of other integers nothing says what they are: a table of indexes is not zero. */
function isFresh(key: string, dtype: string | null): boolean {
  return dtype === null || isCastTarget(dtype) || lastName(key) === 'num_batches_tracked';
}

function drawOf(key: string, shape: readonly number[], shapes: ReadonlyMap<string, readonly number[] | null>): Draw {
  const module = moduleName(key);
  return defaultDraw(module, lastName(key), shape, (name) => shapes.get(module === '' ? name : `${module}.${name}`));
}
