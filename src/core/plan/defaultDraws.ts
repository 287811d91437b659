import type { Draw } from '../init/draw';
import { defaultBias, defaultWeight } from '../init/layerParameters';
import type { PlanLayer, PlanTensor } from './plan';

/** A tensor, and how torch's own layer fills it. */
export interface TensorDraw {
  readonly tensor: PlanTensor;
  readonly draw: Draw;
}

const zeros: Draw = { kind: 'constant', value: 0 };
const ones: Draw = { kind: 'constant', value: 1 };

/** What a new layer of the kind that the weights imply would draw, in its order; null where they imply none for certain. */
export function defaultDraws({ kind, tensors, isParameter }: PlanLayer): readonly TensorDraw[] | null {
  if (isParameter) {
    return null;
  }
  const draws = tensors.map((tensor) => ({ tensor, draw: drawOf(kind, tensor, tensors) }));
  const known = draws.flatMap(({ tensor, draw }) => (draw === null ? [] : [{ tensor, draw }]));
  return known.length === draws.length ? known : null;
}

function drawOf(kind: string, { key, newShape }: PlanTensor, tensors: readonly PlanTensor[]): Draw | null {
  const name = key.slice(key.lastIndexOf('.') + 1);
  if (/^(?:BatchNorm|InstanceNorm)/.test(kind)) {
    return normDraw(name);
  }
  if (/^(?:LayerNorm|GroupNorm|RMSNorm|Norm)$/.test(kind)) {
    return name === 'weight' ? ones : zeros;
  }
  if (/^(?:Linear|Conv(?:Transpose)?[123]d)$/.test(kind)) {
    const weight = shapeOf('weight', tensors);
    return weight === null
      ? null
      : name === 'weight'
        ? defaultWeight(newShape)
        : name === 'bias'
          ? defaultBias(weight)
          : null;
  }
  if (kind === 'Embedding') {
    return { kind: 'normal', mean: 0, std: 1 };
  }
  if (/^(?:LSTM|GRU|RNN)(?:Cell)?$/.test(kind)) {
    const hidden = (shapeOf('weight_hh_l0', tensors) ?? shapeOf('weight_hh', tensors))?.[1];
    return hidden === undefined ? null : { kind: 'uniform', low: -1 / Math.sqrt(hidden), high: 1 / Math.sqrt(hidden) };
  }
  return kind === 'PReLU' ? { kind: 'constant', value: 0.25 } : null;
}

function normDraw(name: string): Draw | null {
  switch (name) {
    case 'weight':
    case 'running_var':
      return ones;
    case 'bias':
    case 'running_mean':
    case 'num_batches_tracked':
      return zeros;
    default:
      return null;
  }
}

function shapeOf(name: string, tensors: readonly PlanTensor[]): readonly number[] | null {
  return tensors.find(({ key }) => key.slice(key.lastIndexOf('.') + 1) === name)?.newShape ?? null;
}
