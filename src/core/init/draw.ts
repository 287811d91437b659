/**
 * How the values of one tensor are made. Plain JSON, so that a history, a backup or a plan file keeps it. Draws that are random
 * take words of one stream in the order in which they are written down, as torch's constructors do.
 */
export type Draw =
  | { readonly kind: 'constant'; readonly value: number }
  /** `uniform_(low, high)`: one word an element. */
  | { readonly kind: 'uniform'; readonly low: number; readonly high: number }
  /** `normal_(mean, std)`; afterwards row `zeroRow` of the first dimension (an Embedding's `padding_idx`) is zero. */
  | { readonly kind: 'normal'; readonly mean: number; readonly std: number; readonly zeroRow?: number }
  /** `nn.init.trunc_normal_(mean, std, low, high)`: low and high are values, not multiples of std. */
  | {
      readonly kind: 'truncNormal';
      readonly mean: number;
      readonly std: number;
      readonly low: number;
      readonly high: number;
    }
  /** `nn.init.orthogonal_(gain)` of the tensor as a matrix: its first dimension by all others. */
  | { readonly kind: 'orthogonal'; readonly gain: number };

/**
 * One step of a constructor: the tensor that it fills. A tensor that is filled twice keeps the last values; one without a key
 * (null) is thrown away again, as the classifier of a network that becomes a backbone: only its words are taken.
 */
export interface DrawStep {
  readonly key: string | null;
  readonly shape: readonly number[];
  readonly draw: Draw;
}
