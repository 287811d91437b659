import { convolution } from './convolutions';
import { flow, isNumbered, isSameShape, layer, type Context, type Layer, type Shapes } from './layer';

const embeddingName = /emb|wte|wpe|lookup|vocab|^shared$/i;
/** What a Linear without bias is called. */
const linearName =
  /lin|fc|dense|proj|head|mlp|gate|attn|query|key|value|classif|logit|score|output|decoder|_out$|^(?:to_)?(?:qkv|kv|q|k|v|o|w|w\d|wi|wo|w[qkvo]|wi_\d|in|out|up|down)$/i;
const normName = /norm|(?:^|_)(?:ln|gn|bn)(?:_|\d|$)/i;
const activationName = /prelu|(?:^|_)(?:act|relu|activation)(?:_|\d|$)/i;

/** Norms that leave the same tensors behind: a name may tell them apart. */
const normTypes: readonly (readonly [RegExp, string])[] = [
  [/rms/i, 'RMSNorm'],
  [/group_?norm|(?:^|_)gn(?:_|\d|$)/i, 'GroupNorm'],
  [/instance_?norm|(?:^|_)inorm/i, 'InstanceNorm'],
  [/batch_?norm|(?:^|_)bn(?:_|\d|$)/i, 'BatchNorm'],
  [/layer_?norm|(?:^|_)ln(?:_|\d|$)/i, 'LayerNorm'],
];

/** Spatial dimensions that a norm behind a weight of so many dimensions works on. */
const normDimensions: ReadonlyMap<number, string> = new Map([
  [2, '1d'],
  [3, '1d'],
  [4, '2d'],
  [5, '3d'],
]);

/** A norm by its name; `Norm` where that leaves it open. */
function norm(name: string, shape: readonly number[], hasBias: boolean): Layer {
  const type = normTypes.find(([pattern]) => pattern.test(name))?.[1] ?? 'Norm';
  // Llama's `input_layernorm` is an RMSNorm, GPT's `ln_1` a LayerNorm without bias.
  const isOpen = type === 'LayerNorm' && !hasBias;
  const [size = 0] = shape;
  const flowing = shape.length === 1 ? size : null;
  return layer(isOpen ? 'Norm' : type, shape.join('×'), flowing, flowing);
}

function matrix(
  name: string,
  weight: readonly number[],
  bias: readonly number[] | undefined,
  context: Context,
): Layer | null {
  const [rows = 0, columns = 0] = weight;
  if (bias === undefined) {
    return normName.test(name) ? norm(name, weight, false) : bareMatrix(name, [rows, columns], context);
  }
  if (isSameShape(weight, bias)) {
    // No other layer of torch.nn has a bias of two dimensions.
    return normName.test(name) ? layer('LayerNorm', weight.join('×')) : null;
  }
  if (bias.length === 1 && bias[0] === rows) {
    return linear(columns, rows);
  }
  // The transposed Linear that transformers has for GPT-2.
  return bias.length === 1 && bias[0] === columns ? layer('Conv1D', flow(rows, columns), rows, columns) : null;
}

/** A Linear without bias and a table of embeddings look alike. */
function bareMatrix(name: string, [rows, columns]: readonly [number, number], { channels }: Context): Layer | null {
  const isTable = embeddingName.test(name);
  const isLinear = isNumbered(name) ? channels === columns : linearName.test(name);
  if (isTable === isLinear) {
    return null;
  }
  return isTable ? layer('Embedding', `${String(rows)} × ${String(columns)}`, null, columns) : linear(columns, rows);
}

function linear(columns: number, rows: number): Layer {
  return layer('Linear', flow(columns, rows), columns, rows);
}

function vector(name: string, weight: readonly number[], bias: readonly number[] | undefined): Layer | null {
  if (bias !== undefined && !isSameShape(weight, bias)) {
    return null;
  }
  if (normName.test(name) || (bias !== undefined && isNumbered(name))) {
    return norm(name, weight, bias !== undefined);
  }
  return bias === undefined && activationName.test(name) ? layer('PReLU', weight.join()) : null;
}

/** What keeps running statistics. How many dimensions it is for, only the convolution right before it tells. */
function batchNorm(name: string, size: number, { dimensions, channels }: Context): Layer {
  const type = /instance_?norm|(?:^|_)inorm/i.test(name) ? 'InstanceNorm' : 'BatchNorm';
  const suffix = channels === size ? (normDimensions.get(dimensions) ?? '') : '';
  return layer(`${type}${suffix}`, String(size), size, size);
}

/** Gates per unit: rows of the hidden weight over its columns. */
const recurrentNames: ReadonlyMap<number, string> = new Map([
  [4, 'LSTM'],
  [3, 'GRU'],
  [1, 'RNN'],
]);

function recurrent(shapes: Shapes): Layer | null {
  const isCell = shapes.get('weight_hh') !== undefined;
  const [rows = 0, hidden = 0] = shapes.get(isCell ? 'weight_hh' : 'weight_hh_l0') ?? [];
  const input = shapes.get(isCell ? 'weight_ih' : 'weight_ih_l0')?.[1];
  const name = recurrentNames.get(rows / hidden);
  // With a projection the columns are not the units.
  if (input === undefined || name === undefined || shapes.get('weight_hr_l0') !== undefined) {
    return null;
  }
  let layers = 1;
  while (shapes.get(`weight_hh_l${String(layers)}`) !== undefined) {
    layers++;
  }
  const extras = [
    layers > 1 ? `, ×${String(layers)}` : '',
    shapes.get('weight_hh_l0_reverse') !== undefined ? ', bidirectional' : '',
  ];
  return layer(
    `${name}${isCell ? 'Cell' : ''}`,
    `${String(input)} → ${String(hidden)}${extras.join('')}`,
    input,
    hidden,
  );
}

/**
 * The layer that a group's own tensors imply, by their last names and shapes; null when they imply none for certain.
 * @param name of the group: tells apart what has the same tensors.
 */
export function impliedLayer(name: string, shapes: Shapes, context: Context): Layer | null {
  const mean = shapes.get('running_mean');
  if (mean?.length === 1) {
    return batchNorm(name, mean[0] ?? 0, context);
  }
  const [projected, size = 0] = shapes.get('in_proj_weight') ?? [];
  if (projected !== undefined && projected === 3 * size) {
    return layer('MultiheadAttention', String(size), size, size);
  }
  if (shapes.get('weight_hh_l0') !== undefined || shapes.get('weight_hh') !== undefined) {
    return recurrent(shapes);
  }
  const weight = shapes.get('weight');
  const bias = shapes.get('bias');
  switch (weight?.length) {
    case 1:
      return vector(name, weight, bias);
    case 2:
      return matrix(name, weight, bias, context);
    case 3:
    case 4:
    case 5:
      return convolution(name, weight, bias, context);
    default:
      return null;
  }
}
