import type { Draw } from './draw';
import { weightDraw } from './initialisation';
import { defaultBias, defaultWeight } from './layerParameters';

const zeros: Draw = { kind: 'constant', value: 0 };
const ones: Draw = { kind: 'constant', value: 1 };

/** Tables of embeddings look like the weight of a Linear without bias: their names tell. */
const embedding = /embed|(?:^|[._])(?:wte|wpe|tok|emb)(?:$|[._])/i;
const recurrent = /^(?:weight|bias)_(?:ih|hh|hr)(?:_l\d+(?:_reverse)?)?$/;

/** Shapes of a layer's own tensors by their last names. */
export type Beside = (name: string) => readonly number[] | null | undefined;

/**
 * How the default of torch's own layers fills a tensor, as far as names and shapes tell the layer: weights with a fan-in and
 * their biases, norms, embeddings, recurrent layers, attention. Anything else is zero.
 * @param module the layer's name; `name` its tensor's.
 */
export function defaultDraw(module: string, name: string, shape: readonly number[], beside: Beside): Draw {
  if (recurrent.test(name)) {
    return recurrentDraw(name, beside) ?? zeros;
  }
  switch (name) {
    case 'running_var':
    case 'gamma':
      return ones;
    case 'in_proj_weight':
      return shape.length === 2 ? weightDraw(shape, { kind: 'xavierUniform' }) : zeros;
    case 'weight':
      if (shape.length < 2) {
        return ones;
      }
      return shape.length === 2 && !beside('bias') && embedding.test(module)
        ? { kind: 'normal', mean: 0, std: 1 }
        : defaultWeight(shape);
    case 'bias': {
      const weight = beside('weight');
      return weight && weight.length > 1 ? defaultBias(weight) : zeros;
    }
    default:
      return zeros;
  }
}

/** Every parameter of a recurrent layer has one bound, by its hidden size. */
function recurrentDraw(name: string, beside: Beside): Draw | null {
  const suffix = /_l\d+(?:_reverse)?$/.exec(name)?.[0] ?? '';
  const projection = beside(`weight_hr${suffix}`);
  const hidden = projection?.[1] ?? beside(`weight_hh${suffix}`)?.[1] ?? 0;
  const bound = 1 / Math.sqrt(hidden);
  return hidden > 0 ? { kind: 'uniform', low: -bound, high: bound } : null;
}
