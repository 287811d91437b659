import type { Draw } from './draw';
import { layerParameters, type LayerTensor } from './layerParameters';
import type { LayerSpec } from './layerSpec';

/** How the weights of a new layer start. Plain JSON. */
export type Initialisation =
  | { readonly kind: 'default' }
  | { readonly kind: 'zeros' | 'xavierUniform' | 'xavierNormal' | 'orthogonal' }
  | { readonly kind: 'kaimingUniform' | 'kaimingNormal'; readonly mode: 'fan_in' | 'fan_out' }
  | { readonly kind: 'normal'; readonly mean: number; readonly std: number }
  | {
      readonly kind: 'truncNormal';
      readonly mean: number;
      readonly std: number;
      readonly low: number;
      readonly high: number;
    };

/** Each initialisation with torch's own values for what it leaves open; by the names of `torch.nn.init`. */
export const initialisations: ReadonlyMap<string, Initialisation> = new Map<string, Initialisation>([
  ['default', { kind: 'default' }],
  ['zeros', { kind: 'zeros' }],
  ['xavier_uniform', { kind: 'xavierUniform' }],
  ['xavier_normal', { kind: 'xavierNormal' }],
  ['kaiming_uniform', { kind: 'kaimingUniform', mode: 'fan_in' }],
  ['kaiming_normal', { kind: 'kaimingNormal', mode: 'fan_in' }],
  ['normal', { kind: 'normal', mean: 0, std: 1 }],
  ['trunc_normal', { kind: 'truncNormal', mean: 0, std: 1, low: -2, high: 2 }],
  ['orthogonal', { kind: 'orthogonal' }],
]);

/**
 * The tensors of a new layer with their draws. Another initialisation than torch's own fills what has two dimensions or more
 * and sets biases to zero; the weights of norms stay ones, unless all are zeros.
 */
export function initialisedParameters(spec: LayerSpec, initialisation: Initialisation): readonly LayerTensor[] {
  return layerParameters(spec).map((tensor) =>
    tensor.role === 'buffer' ? tensor : { ...tensor, draw: initialDraw(tensor, initialisation) },
  );
}

function initialDraw({ shape, draw, name }: LayerTensor, initialisation: Initialisation): Draw {
  if (initialisation.kind === 'default') {
    return draw;
  }
  if (initialisation.kind === 'zeros') {
    return { kind: 'constant', value: 0 };
  }
  if (shape.length >= 2 && !name.startsWith('bias') && draw.kind !== 'constant') {
    return weightDraw(shape, initialisation);
  }
  return draw.kind === 'constant' ? draw : { kind: 'constant', value: 0 };
}

type OfWeight = Exclude<Initialisation, { readonly kind: 'default' }>;

/** What a function of `torch.nn.init` draws for a weight of at least two dimensions. */
export function weightDraw(shape: readonly number[], initialisation: OfWeight): Draw {
  const { input, output } = fans(shape);
  switch (initialisation.kind) {
    case 'zeros':
      return { kind: 'constant', value: 0 };
    case 'xavierUniform':
      return bounded(Math.sqrt(2 / (input + output)));
    case 'xavierNormal':
      return { kind: 'normal', mean: 0, std: Math.sqrt(2 / (input + output)) };
    case 'kaimingUniform':
      return bounded(Math.SQRT2 / Math.sqrt(initialisation.mode === 'fan_in' ? input : output));
    case 'kaimingNormal':
      return {
        kind: 'normal',
        mean: 0,
        std: Math.SQRT2 / Math.sqrt(initialisation.mode === 'fan_in' ? input : output),
      };
    case 'normal':
    case 'truncNormal':
      return initialisation;
    case 'orthogonal':
      return { kind: 'orthogonal', gain: 1 };
  }
}

function bounded(std: number): Draw {
  const bound = Math.sqrt(3) * std;
  return { kind: 'uniform', low: -bound, high: bound };
}

function fans([output = 0, input = 0, ...kernel]: readonly number[]): {
  readonly input: number;
  readonly output: number;
} {
  const field = kernel.reduce((product, size) => product * size, 1);
  return { input: input * field, output: output * field };
}
