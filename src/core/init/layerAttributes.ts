import { recurrentNames } from './layerParameters';
import { argumentText, listOf, signatures, type Argument, type LayerKind, type LayerSpec } from './layerSpec';

/** An attribute of a layer's object, its value as a Python literal. */
export interface LayerAttribute {
  readonly name: string;
  readonly literal: string;
}

/** Arguments that leave no attribute: whether there is a bias shows in the parameters. */
const withoutAttribute: ReadonlySet<string> = new Set(['bias', 'nonlinearity']);

/** What the constructor keeps of its arguments, in torch 2.13's order; parameters and buffers aside. */
export function layerAttributes(spec: LayerSpec): readonly LayerAttribute[] {
  switch (spec.kind) {
    case 'LSTM':
    case 'GRU':
    case 'RNN':
      return recurrent(spec);
    case 'Conv1d':
    case 'Conv2d':
    case 'Conv3d':
    case 'ConvTranspose1d':
    case 'ConvTranspose2d':
    case 'ConvTranspose3d':
      return convolution(spec);
    case 'Embedding':
      return embedding(spec);
    case 'Identity':
    case 'Linear':
    case 'Bilinear':
    case 'BatchNorm1d':
    case 'BatchNorm2d':
    case 'BatchNorm3d':
    case 'LayerNorm':
    case 'RMSNorm':
    case 'GroupNorm':
      return ownArguments(spec);
  }
}

function ownArguments(spec: LayerSpec): readonly LayerAttribute[] {
  return signatures[spec.kind].flatMap(({ name, type }) =>
    withoutAttribute.has(name) ? [] : [{ name, literal: argumentText(spec.arguments[name] ?? null, type) }],
  );
}

function attribute(name: string, value: Argument): LayerAttribute {
  return { name, literal: argumentText(value) };
}

function embedding(spec: LayerSpec): readonly LayerAttribute[] {
  const row = spec.arguments['padding_idx'];
  const rows = Number(spec.arguments['num_embeddings']);
  const counted = typeof row === 'number' && row < 0 ? row + rows : (row ?? null);
  return ownArguments(spec).map((own) => (own.name === 'padding_idx' ? attribute(own.name, counted) : own));
}

function convolution(spec: LayerSpec): readonly LayerAttribute[] {
  const own = new Map(ownArguments(spec).map((each) => [each.name, each]));
  const isTransposed = spec.kind.startsWith('ConvTranspose');
  const kernel = listOf(spec, 'kernel_size');
  const zeros = kernel.map(() => 0);
  return [
    ...['in_channels', 'out_channels', 'kernel_size', 'stride', 'padding', 'dilation'].flatMap(
      (name) => own.get(name) ?? [],
    ),
    attribute('transposed', isTransposed),
    own.get('output_padding') ?? attribute('output_padding', zeros),
    ...['groups', 'padding_mode'].flatMap((name) => own.get(name) ?? []),
    { name: '_reversed_padding_repeated_twice', literal: reversedPadding(spec) },
  ];
}

/** What `F.pad` takes: the last dimension first, each twice. A list where the padding is computed, else a tuple. */
function reversedPadding(spec: LayerSpec): string {
  const dilation = listOf(spec, 'dilation');
  if (typeof spec.arguments['padding'] !== 'string') {
    return argumentText(
      listOf(spec, 'padding')
        .flatMap((size) => [size, size])
        .reverse(),
    );
  }
  const isSame = spec.arguments['padding'] === 'same';
  const sides = listOf(spec, 'kernel_size').map((size, dimension) => {
    const total = isSame ? (dilation[dimension] ?? 1) * (size - 1) : 0;
    return [Math.floor(total / 2), total - Math.floor(total / 2)];
  });
  return `[${sides.reverse().flat().join(', ')}]`;
}

function recurrent(spec: LayerSpec): readonly LayerAttribute[] {
  const mode = spec.kind === 'RNN' ? `RNN_${String(spec.arguments['nonlinearity']).toUpperCase()}` : spec.kind;
  const names = recurrentNames(spec).map((group) => group.map(({ name }) => `'${name}'`));
  const nonlinearity = spec.arguments['nonlinearity'];
  return [
    ...(nonlinearity === undefined ? [] : [attribute('nonlinearity', nonlinearity)]),
    attribute('mode', mode),
    ...ownArguments(spec).filter(({ name }) => name !== 'proj_size' && name !== 'bidirectional' && isBeforeBias(name)),
    attribute('bias', spec.arguments['bias'] ?? true),
    ...ownArguments(spec).filter(({ name }) => name !== 'proj_size' && !isBeforeBias(name)),
    attribute('proj_size', spec.arguments['proj_size'] ?? 0),
    { name: '_flat_weights_names', literal: `[${names.flat().join(', ')}]` },
    { name: '_all_weights', literal: `[${names.map((group) => `[${group.join(', ')}]`).join(', ')}]` },
  ];
}

function isBeforeBias(name: string): boolean {
  return name === 'input_size' || name === 'hidden_size' || name === 'num_layers';
}

/** The module of torch that a layer's class is in. */
export function layerModule(kind: LayerKind): string {
  switch (kind) {
    case 'Linear':
    case 'Bilinear':
    case 'Identity':
      return 'torch.nn.modules.linear';
    case 'Conv1d':
    case 'Conv2d':
    case 'Conv3d':
    case 'ConvTranspose1d':
    case 'ConvTranspose2d':
    case 'ConvTranspose3d':
      return 'torch.nn.modules.conv';
    case 'Embedding':
      return 'torch.nn.modules.sparse';
    case 'BatchNorm1d':
    case 'BatchNorm2d':
    case 'BatchNorm3d':
      return 'torch.nn.modules.batchnorm';
    case 'LayerNorm':
    case 'RMSNorm':
    case 'GroupNorm':
      return 'torch.nn.modules.normalization';
    case 'LSTM':
    case 'GRU':
    case 'RNN':
      return 'torch.nn.modules.rnn';
  }
}
