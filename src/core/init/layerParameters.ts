import type { Draw } from './draw';
import { isOn, listOf, numberOf, type LayerSpec } from './layerSpec';

/** A tensor of a layer by its name in the layer's own state dict. */
export interface LayerTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly role: 'parameter' | 'buffer';
  /** torch's own initialisation. */
  readonly draw: Draw;
  /** Whatever the dtype of the layer. */
  readonly dtype?: 'int64';
}

const zeros: Draw = { kind: 'constant', value: 0 };
const ones: Draw = { kind: 'constant', value: 1 };

/** What `state_dict()` of a new layer holds, in order, which is the order in which the constructor draws. */
export function layerParameters(spec: LayerSpec): readonly LayerTensor[] {
  switch (spec.kind) {
    case 'Linear':
      return weighted(spec, [numberOf(spec, 'out_features'), numberOf(spec, 'in_features')]);
    case 'Bilinear':
      return bilinear(spec);
    case 'Conv1d':
    case 'Conv2d':
    case 'Conv3d':
      return weighted(spec, convolutionShape(spec, 'out_channels', 'in_channels'));
    case 'ConvTranspose1d':
    case 'ConvTranspose2d':
    case 'ConvTranspose3d':
      return weighted(spec, convolutionShape(spec, 'in_channels', 'out_channels'));
    case 'Embedding':
      return [embedding(spec)];
    case 'BatchNorm1d':
    case 'BatchNorm2d':
    case 'BatchNorm3d':
      return batchNorm(spec);
    case 'LayerNorm':
    case 'RMSNorm':
      return affine(spec, 'elementwise_affine', listOf(spec, 'normalized_shape'));
    case 'GroupNorm':
      return affine(spec, 'affine', [numberOf(spec, 'num_channels')]);
    case 'LSTM':
    case 'GRU':
    case 'RNN':
      return recurrentNames(spec)
        .flat()
        .map(({ name, shape }) => parameter(name, shape, hiddenUniform(spec)));
    case 'Identity':
      return [];
  }
}

function parameter(name: string, shape: readonly number[], draw: Draw): LayerTensor {
  return { name, shape, role: 'parameter', draw };
}

function buffer(name: string, shape: readonly number[], draw: Draw): LayerTensor {
  return { name, shape, role: 'buffer', draw };
}

function uniform(bound: number): Draw {
  return { kind: 'uniform', low: -bound, high: bound };
}

/** A layer with a weight [out, in …] and a bias of `out_features` or `out_channels`. */
function weighted(spec: LayerSpec, shape: readonly number[]): readonly LayerTensor[] {
  const output = spec.kind === 'Linear' ? 'out_features' : 'out_channels';
  const weight = parameter('weight', shape, defaultWeight(shape));
  return isOn(spec, 'bias') ? [weight, parameter('bias', [numberOf(spec, output)], defaultBias(shape))] : [weight];
}

/** Of a weight [out, in …], transposed ones too: the product of all sizes but the first. */
function fanIn(shape: readonly number[]): number {
  return shape.slice(1).reduce((product, size) => product * size, 1);
}

/** `kaiming_uniform_(a=√5)` of a weight of a Linear or a convolution, computed in the order that torch does. */
export function defaultWeight(shape: readonly number[]): Draw {
  const slope = Math.sqrt(5);
  const gain = Math.sqrt(2 / (1 + slope * slope));
  return uniform(Math.sqrt(3) * (gain / Math.sqrt(fanIn(shape))));
}

/** The bias beside such a weight. */
export function defaultBias(weightShape: readonly number[]): Draw {
  const fan = fanIn(weightShape);
  return fan > 0 ? uniform(1 / Math.sqrt(fan)) : zeros;
}

function convolutionShape(spec: LayerSpec, first: string, second: string): readonly number[] {
  return [numberOf(spec, first), numberOf(spec, second) / numberOf(spec, 'groups'), ...listOf(spec, 'kernel_size')];
}

function bilinear(spec: LayerSpec): readonly LayerTensor[] {
  const [output, first] = [numberOf(spec, 'out_features'), numberOf(spec, 'in1_features')];
  const draw = uniform(1 / Math.sqrt(first));
  const weight = parameter('weight', [output, first, numberOf(spec, 'in2_features')], draw);
  return isOn(spec, 'bias') ? [weight, parameter('bias', [output], draw)] : [weight];
}

function embedding(spec: LayerSpec): LayerTensor {
  const rows = numberOf(spec, 'num_embeddings');
  const index = spec.arguments['padding_idx'];
  const zeroRow = typeof index === 'number' ? { zeroRow: index < 0 ? index + rows : index } : {};
  return parameter('weight', [rows, numberOf(spec, 'embedding_dim')], { kind: 'normal', mean: 0, std: 1, ...zeroRow });
}

function affine(spec: LayerSpec, flag: string, shape: readonly number[]): readonly LayerTensor[] {
  if (!isOn(spec, flag)) {
    return [];
  }
  const weight = parameter('weight', shape, ones);
  return isOn(spec, 'bias') ? [weight, parameter('bias', shape, zeros)] : [weight];
}

function batchNorm(spec: LayerSpec): readonly LayerTensor[] {
  const shape = [numberOf(spec, 'num_features')];
  const statistics = isOn(spec, 'track_running_stats')
    ? [
        buffer('running_mean', shape, zeros),
        buffer('running_var', shape, ones),
        { ...buffer('num_batches_tracked', [], zeros), dtype: 'int64' as const },
      ]
    : [];
  return [...affine(spec, 'affine', shape), ...statistics];
}

const gates = { LSTM: 4, GRU: 3, RNN: 1 } as const;

function gatesOf({ kind }: LayerSpec): number {
  return kind === 'LSTM' || kind === 'GRU' ? gates[kind] : gates.RNN;
}

function hiddenUniform(spec: LayerSpec): Draw {
  return uniform(1 / Math.sqrt(numberOf(spec, 'hidden_size')));
}

interface Named {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Names and shapes of the parameters of a recurrent layer, by layer and direction: torch's `_all_weights`. */
export function recurrentNames(spec: LayerSpec): readonly (readonly Named[])[] {
  const hidden = numberOf(spec, 'hidden_size');
  const projected = numberOf(spec, 'proj_size');
  const output = projected > 0 ? projected : hidden;
  const rows = gatesOf(spec) * hidden;
  const directions = isOn(spec, 'bidirectional') ? ['', '_reverse'] : [''];
  return Array.from({ length: numberOf(spec, 'num_layers') }, (_, layer) => {
    const input = layer === 0 ? numberOf(spec, 'input_size') : output * directions.length;
    return directions.map((direction): readonly Named[] => {
      const named = (name: string, ...shape: readonly number[]): Named => ({
        name: `${name}_l${String(layer)}${direction}`,
        shape,
      });
      return [
        named('weight_ih', rows, input),
        named('weight_hh', rows, output),
        ...(isOn(spec, 'bias') ? [named('bias_ih', rows), named('bias_hh', rows)] : []),
        ...(projected > 0 ? [named('weight_hr', projected, hidden)] : []),
      ];
    });
  }).flat();
}
