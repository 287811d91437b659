/** A layer or block that weights imply. */
export interface Layer {
  /** Its class in torch.nn, or what the field calls the block. */
  readonly name: string;
  /** `64 → 64, 1×1`; '' where only the class is implied. */
  readonly sizes: string;
  readonly input: number | null;
  readonly output: number | null;
}

/** What stands before a layer in its state dict: a norm does not say for how many dimensions it is. */
export interface Context {
  /** Dimensions of the latest weight that was no norm's; 0 when there is none yet. */
  readonly dimensions: number;
  /** Its output channels. */
  readonly channels: number;
}

/** Shapes of a group's own tensors by their last names. */
export interface Shapes {
  get(name: string): readonly number[] | undefined;
}

function layer(name: string, sizes: string, input: number | null = null, output: number | null = null): Layer {
  return { name, sizes, input, output };
}

export function layerText({ name, sizes }: Layer): string {
  return sizes === '' ? name : `${name} ${sizes}`;
}

const embeddingName = /emb|wte|wpe|lookup|vocab|^shared$/i;
const normName = /norm|(?:^|_)(?:ln|gn|bn)(?:_|\d|$)/i;
const transposedName = /transpose|deconv|upconv|(?:^|_)up(?:_|\d|sampl|$)/i;

/** Spatial dimensions that a norm behind a weight of so many dimensions works on. */
const normDimensions: ReadonlyMap<number, string> = new Map([
  [2, '1d'],
  [3, '1d'],
  [4, '2d'],
  [5, '3d'],
]);

function convolution(name: string, weight: readonly number[], { channels }: Context): Layer {
  const [first = 0, second = 0, ...kernel] = weight;
  const suffix = `${String(kernel.length)}d`;
  const size = kernel.join('×');
  if (transposedName.test(name)) {
    return layer(`ConvTranspose${suffix}`, `${String(first)} → ${String(second)}, ${size}`, first, second);
  }
  if (second === 1 && first > 1 && first === channels) {
    return layer(`Conv${suffix}`, `${String(first)}, ${size}, depthwise`, first, first);
  }
  return layer(`Conv${suffix}`, `${String(second)} → ${String(first)}, ${size}`, second, first);
}

function matrix(name: string, [rows = 0, columns = 0]: readonly number[], hasBias: boolean): Layer {
  return embeddingName.test(name) && !hasBias
    ? layer('Embedding', `${String(rows)} × ${String(columns)}`, null, columns)
    : layer('Linear', `${String(columns)} → ${String(rows)}`, columns, rows);
}

function vector(name: string, [size = 0]: readonly number[], hasBias: boolean, { dimensions }: Context): Layer | null {
  if (normName.test(name)) {
    // Behind convolutions it may be a group norm as well: the number of groups leaves no trace.
    const type = dimensions > 2 ? 'Norm' : hasBias ? 'LayerNorm' : 'RMSNorm';
    return layer(type, String(size), size, size);
  }
  return size === 1 && !hasBias ? layer('PReLU', '1') : null;
}

function batchNorm(size: number, { dimensions }: Context): Layer {
  return layer(`BatchNorm${normDimensions.get(dimensions) ?? ''}`, String(size), size, size);
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
  if (input === undefined || name === undefined) {
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
 * The layer that a group's own tensors imply, by their last names and shapes; null when they imply none.
 * @param name of the group: tells a Linear from an Embedding.
 */
export function impliedLayer(name: string, shapes: Shapes, context: Context): Layer | null {
  const mean = shapes.get('running_mean');
  if (mean?.length === 1) {
    return batchNorm(mean[0] ?? 0, context);
  }
  const projection = shapes.get('in_proj_weight');
  if (projection?.length === 2) {
    const size = projection[1] ?? 0;
    return layer('MultiheadAttention', String(size), size, size);
  }
  if (shapes.get('weight_hh_l0') !== undefined || shapes.get('weight_hh') !== undefined) {
    return recurrent(shapes);
  }
  const weight = shapes.get('weight');
  switch (weight?.length) {
    case 1:
      return vector(name, weight, shapes.get('bias') !== undefined, context);
    case 2:
      return matrix(name, weight, shapes.get('bias') !== undefined);
    case 3:
    case 4:
    case 5:
      return convolution(name, weight, context);
    default:
      return null;
  }
}

export type Children = ReadonlyMap<string, Layer>;

function isConvolution(found: Layer | undefined): found is Layer {
  return found?.name.startsWith('Conv2d') === true;
}

function residualBlock(children: Children): Layer | null {
  const [first, second, third] = [children.get('conv1'), children.get('conv2'), children.get('conv3')];
  if (!isConvolution(first) || !isConvolution(second) || !children.has('bn1') || !children.has('bn2')) {
    return null;
  }
  const last = isConvolution(third) && children.has('bn3') ? third : second;
  // The stem of a ResNet has conv1 and bn1 too, but stages of blocks beside them.
  if (children.has('layer1') || (third !== undefined && last !== third)) {
    return null;
  }
  const name = last === third ? 'Bottleneck' : 'BasicBlock';
  return layer(name, `${String(first.input)} → ${String(last.output)}`, first.input, last.output);
}

function transformerLayer(children: Children): Layer | null {
  const attention = children.get('self_attn');
  const isFeedForward = children.get('linear1')?.name === 'Linear' && children.get('linear2')?.name === 'Linear';
  if (attention?.name !== 'MultiheadAttention' || !isFeedForward) {
    return null;
  }
  const name = children.has('multihead_attn') ? 'TransformerDecoderLayer' : 'TransformerEncoderLayer';
  return layer(name, attention.sizes, attention.input, attention.output);
}

/** Layers in a row whose numbers are their names. */
function sequence(children: Children): Layer | null {
  const found = [...children.values()];
  const [first, ...others] = found;
  if (first === undefined || others.length === 0 || ![...children.keys()].every((key) => /^\d+$/.test(key))) {
    return null;
  }
  const output = others.at(-1)?.output ?? first.output;
  if (others.every(({ name }) => name === first.name)) {
    return layer(`${String(found.length)} × ${first.name}`, '', first.input, output);
  }
  // `Conv2d 64 → 256, 1×1 + BatchNorm2d`: longer ones say nothing at a glance.
  const isShort = found.length <= 3 && found.every(({ name }) => !/[×+]/.test(name));
  return isShort
    ? layer([layerText(first), ...others.map(({ name }) => name)].join(' + '), '', first.input, output)
    : null;
}

/**
 * The block that the layers of a group imply.
 * @param complete every child of the group implies a layer.
 */
export function impliedBlock(children: Children, complete: boolean): Layer | null {
  return residualBlock(children) ?? transformerLayer(children) ?? (complete ? sequence(children) : null);
}
