import { elementsOf } from '../checkpoint/aliases';
import { dtypes } from '../checkpoint/dtypes';
import { parametersOf } from './changes';
import type { Plan, PlanAction, PlanLayer, PlanTotals, TrainingMemory } from './plan';

/** Sums over the plan. */
export function totalsOf({ groups }: Plan): PlanTotals {
  const layers = groups.flatMap((group) => group.layers);
  const sum = (action: PlanAction): number =>
    layers.reduce((total, layer) => total + (layer.action === action ? parametersOf(layer) : 0), 0);
  const [kept, initialised] = [sum('keep'), sum('initialise')];
  const count = (action: PlanAction): number => groups.filter((group) => group.action === action).length;
  return {
    kept,
    initialised,
    frozen: sum('freeze'),
    dropped: sum('drop'),
    trainable: kept + initialised,
    memory: memoryOf(layers.filter(({ action }) => action === 'keep' || action === 'initialise')),
    frozenBatchNorms: layers.filter(({ action, isBatchNorm }) => isBatchNorm && action === 'freeze').length,
    groups: { keep: count('keep'), freeze: count('freeze'), initialise: count('initialise'), drop: count('drop') },
  };
}

/** Gradients and optimizer state have the dtype of their parameters; 8-bit states take a byte for each number. */
function memoryOf(trained: readonly PlanLayer[]): TrainingMemory {
  let [bytes, elements] = [0, 0];
  for (const { newShape, dtype, isBuffer, isTied } of trained.flatMap(({ tensors }) => tensors)) {
    const count = isBuffer || isTied ? 0 : elementsOf(newShape);
    elements += count;
    bytes += count * (dtypes.get(dtype)?.size ?? 0);
  }
  return { gradients: bytes, sgd: bytes, adam: 2 * bytes, adam8bit: 2 * elements };
}
