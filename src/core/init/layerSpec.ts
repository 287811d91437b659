import { editError } from '../edit/editError';

/** Layers of `torch.nn` that can be made. */
export type LayerKind =
  | 'Linear'
  | 'Bilinear'
  | `Conv${Dimensions}`
  | `ConvTranspose${Dimensions}`
  | 'Embedding'
  | `BatchNorm${Dimensions}`
  | 'LayerNorm'
  | 'RMSNorm'
  | 'GroupNorm'
  | 'LSTM'
  | 'GRU'
  | 'RNN'
  | 'Identity';
type Dimensions = '1d' | '2d' | '3d';

/** What an argument may be. Sizes of a convolution are a list with one for each dimension. */
export type Argument = null | boolean | number | string | readonly number[];

/** A layer with every argument of its constructor but `device` and `dtype`: those are taken from the layer before. */
export interface LayerSpec {
  readonly kind: LayerKind;
  readonly arguments: Readonly<Record<string, Argument>>;
}

/**
 * - `size`: a positive int; `count`: one that may be 0; `index`: a row, or None.
 * - `sizes`: an int, or one for each dimension; `counts`: those may be 0; `padding`: those, or 'same', 'valid'.
 * - `shape`: an int, or a list of any length.
 */
export type ArgumentType =
  | 'size'
  | 'count'
  | 'index'
  | 'bool'
  | 'float'
  | 'optional-float'
  | 'sizes'
  | 'counts'
  | 'padding'
  | 'shape'
  | 'padding-mode'
  | 'nonlinearity';

export interface Parameter {
  readonly name: string;
  readonly type: ArgumentType;
  /** Absent where it must be given. */
  readonly default?: Argument;
  readonly keywordOnly?: boolean;
}

function needed(name: string, type: ArgumentType): Parameter {
  return { name, type };
}

function optional(name: string, type: ArgumentType, value: Argument): Parameter {
  return { name, type, default: value };
}

const bias = optional('bias', 'bool', true);
const normBias: Parameter = { ...bias, keywordOnly: true };
const eps = optional('eps', 'float', 1e-5);
const affine = optional('affine', 'bool', true);
const paddingMode = optional('padding_mode', 'padding-mode', 'zeros');

const convolution: readonly Parameter[] = [
  needed('in_channels', 'size'),
  needed('out_channels', 'size'),
  needed('kernel_size', 'sizes'),
  optional('stride', 'sizes', 1),
  optional('padding', 'padding', 0),
  optional('dilation', 'sizes', 1),
  optional('groups', 'size', 1),
  bias,
  paddingMode,
];

const transposed: readonly Parameter[] = [
  needed('in_channels', 'size'),
  needed('out_channels', 'size'),
  needed('kernel_size', 'sizes'),
  optional('stride', 'sizes', 1),
  optional('padding', 'counts', 0),
  optional('output_padding', 'counts', 0),
  optional('groups', 'size', 1),
  bias,
  optional('dilation', 'sizes', 1),
  paddingMode,
];

const batchNorm: readonly Parameter[] = [
  needed('num_features', 'size'),
  eps,
  optional('momentum', 'optional-float', 0.1),
  affine,
  optional('track_running_stats', 'bool', true),
  normBias,
];

const recurrent: readonly Parameter[] = [
  needed('input_size', 'size'),
  needed('hidden_size', 'size'),
  optional('num_layers', 'size', 1),
  bias,
  optional('batch_first', 'bool', false),
  optional('dropout', 'float', 0),
  optional('bidirectional', 'bool', false),
];

/** Parameters of the constructors in torch 2.13, in order. */
export const signatures: Readonly<Record<LayerKind, readonly Parameter[]>> = {
  Linear: [needed('in_features', 'size'), needed('out_features', 'size'), bias],
  Bilinear: [needed('in1_features', 'size'), needed('in2_features', 'size'), needed('out_features', 'size'), bias],
  Conv1d: convolution,
  Conv2d: convolution,
  Conv3d: convolution,
  ConvTranspose1d: transposed,
  ConvTranspose2d: transposed,
  ConvTranspose3d: transposed,
  Embedding: [
    needed('num_embeddings', 'size'),
    needed('embedding_dim', 'size'),
    optional('padding_idx', 'index', null),
    optional('max_norm', 'optional-float', null),
    optional('norm_type', 'float', 2),
    optional('scale_grad_by_freq', 'bool', false),
    optional('sparse', 'bool', false),
  ],
  BatchNorm1d: batchNorm,
  BatchNorm2d: batchNorm,
  BatchNorm3d: batchNorm,
  LayerNorm: [needed('normalized_shape', 'shape'), eps, optional('elementwise_affine', 'bool', true), bias],
  RMSNorm: [
    needed('normalized_shape', 'shape'),
    optional('eps', 'optional-float', null),
    optional('elementwise_affine', 'bool', true),
  ],
  GroupNorm: [needed('num_groups', 'size'), needed('num_channels', 'size'), eps, affine, normBias],
  LSTM: [...recurrent, optional('proj_size', 'count', 0)],
  GRU: recurrent,
  // `nonlinearity` stands before `bias` where it is given by place.
  RNN: [...recurrent.slice(0, 3), optional('nonlinearity', 'nonlinearity', 'tanh'), ...recurrent.slice(3)],
  Identity: [],
};

export function isLayerKind(name: string): name is LayerKind {
  return Object.hasOwn(signatures, name);
}

/** Dimensions of a convolution or batch norm; 0 of other kinds. */
export function dimensionsOf(kind: LayerKind): number {
  return /(\d)d$/.exec(kind)?.[1] === undefined ? 0 : Number(kind.at(-2));
}

/**
 * A layer by the arguments that are given; the others have torch's defaults.
 * @throws EditError `edit-invalid` for what its constructor would not take.
 */
export function layerSpec(kind: LayerKind, given: Readonly<Record<string, Argument>>): LayerSpec {
  const parameters = signatures[kind];
  const unknown = Object.keys(given).find((name) => !parameters.some((parameter) => parameter.name === name));
  if (unknown !== undefined) {
    throw editError('edit-invalid', 'unknown-argument', [], unknown, kind);
  }
  const all: Record<string, Argument> = {};
  for (const parameter of parameters) {
    const { name } = parameter;
    const value = Object.hasOwn(given, name) ? given[name] : parameter.default;
    if (value === undefined) {
      throw editError('edit-invalid', 'missing-argument', [], name, kind);
    }
    const normal = normalArgument(value, parameter.type, dimensionsOf(kind));
    if (normal === undefined) {
      throw editError('edit-invalid', 'bad-argument', [], `${name}=${argumentText(value)}`, kind);
    }
    all[name] = normal;
  }
  const spec = { kind, arguments: all };
  checkTogether(spec);
  return spec;
}

/** As the constructor keeps it; undefined when it takes no such value. */
function normalArgument(value: Argument, type: ArgumentType, dimensions: number): Argument | undefined {
  switch (type) {
    case 'size':
      return isSize(value) ? value : undefined;
    case 'count':
      return isCount(value) ? value : undefined;
    case 'index':
      return value === null || Number.isSafeInteger(value) ? value : undefined;
    case 'bool':
      return typeof value === 'boolean' ? value : undefined;
    case 'float':
      return typeof value === 'number' ? value : undefined;
    case 'optional-float':
      return value === null || typeof value === 'number' ? value : undefined;
    case 'sizes':
      return repeated(value, dimensions, isSize);
    case 'counts':
      return repeated(value, dimensions, isCount);
    case 'padding':
      return value === 'same' || value === 'valid' ? value : repeated(value, dimensions, isCount);
    case 'shape':
      return repeated(value, Array.isArray(value) ? value.length : 1, isSize);
    case 'padding-mode':
      return ['zeros', 'reflect', 'replicate', 'circular'].includes(String(value)) ? value : undefined;
    case 'nonlinearity':
      return value === 'tanh' || value === 'relu' ? value : undefined;
  }
}

/** Sizes of a layer. A weight that has more elements than this fits no machine. */
const largestSize = 2 ** 40;

function isSize(value: unknown): value is number {
  return isCount(value) && value > 0;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= largestSize;
}

function repeated(value: Argument, length: number, test: (value: unknown) => boolean): Argument | undefined {
  const list: unknown = typeof value === 'number' ? new Array<number>(length).fill(value) : value;
  return Array.isArray(list) && length > 0 && list.length === length && list.every(test) ? list.map(Number) : undefined;
}

/** What the constructors check of several arguments at once. */
function checkTogether(spec: LayerSpec): void {
  const { kind } = spec;
  const refuse = (name: string): never => {
    throw editError('edit-invalid', 'bad-argument', [], `${name}=${argumentText(spec.arguments[name] ?? null)}`, kind);
  };
  if (kind.startsWith('Conv')) {
    const groups = numberOf(spec, 'groups');
    if (numberOf(spec, 'in_channels') % groups !== 0 || numberOf(spec, 'out_channels') % groups !== 0) {
      refuse('groups');
    }
    const isStrided = listOf(spec, 'stride').some((stride) => stride !== 1);
    if (spec.arguments['padding'] === 'same' && isStrided) {
      refuse('padding');
    }
    if (kind.startsWith('ConvTranspose') && spec.arguments['padding_mode'] !== 'zeros') {
      refuse('padding_mode');
    }
  }
  if (kind === 'GroupNorm' && numberOf(spec, 'num_channels') % numberOf(spec, 'num_groups') !== 0) {
    refuse('num_groups');
  }
  const row = spec.arguments['padding_idx'];
  const rows = kind === 'Embedding' ? numberOf(spec, 'num_embeddings') : 0;
  if (typeof row === 'number' && (row >= rows || row < -rows)) {
    refuse('padding_idx');
  }
  if (kind === 'LSTM' && numberOf(spec, 'proj_size') >= numberOf(spec, 'hidden_size')) {
    refuse('proj_size');
  }
  const dropout = spec.arguments['dropout'];
  if (typeof dropout === 'number' && (dropout < 0 || dropout > 1)) {
    refuse('dropout');
  }
}

export function numberOf({ arguments: all }: LayerSpec, name: string): number {
  const value = all[name];
  return typeof value === 'number' ? value : 0;
}

export function listOf({ arguments: all }: LayerSpec, name: string): readonly number[] {
  const value = all[name];
  return typeof value === 'object' && value !== null ? value : [];
}

/** Whether an argument is True. */
export function isOn({ arguments: all }: LayerSpec, name: string): boolean {
  return all[name] === true;
}

/** An argument as Python writes it. */
export function argumentText(value: Argument, type?: ArgumentType): string {
  switch (typeof value) {
    case 'boolean':
      return value ? 'True' : 'False';
    case 'string':
      return `'${value}'`;
    case 'number':
      return type === 'float' || type === 'optional-float' ? floatText(value) : String(value);
    default:
      return value === null ? 'None' : `(${value.join(', ')}${value.length === 1 ? ',' : ''})`;
  }
}

/** As Python's `repr`: below 10⁻⁴ with an exponent. */
function floatText(value: number): string {
  const isSmall = value !== 0 && Math.abs(value) < 1e-4;
  const text = (isSmall ? value.toExponential() : String(value)).replace(/e([+-])(\d)$/, 'e$10$2');
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}
