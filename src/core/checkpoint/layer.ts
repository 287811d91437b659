/** A layer or block that weights imply. */
export interface Layer {
  /** Its class in torch.nn, or what the field calls the layer or block. */
  readonly name: string;
  /** `64 → 64, 1×1`; '' where only the class is implied. */
  readonly sizes: string;
  readonly input: number | null;
  readonly output: number | null;
}

/** What stands around a layer in its state dict: many a weight does not say by itself what it belongs to. */
export interface Context {
  /** Dimensions of the latest weight before it that was no norm's; 0 when there is none yet. */
  readonly dimensions: number;
  /** Output channels of what stands before it; 0 when there is nothing yet. */
  readonly channels: number;
  /** Channels of the norm that follows, before any other weight; 0 when none does. */
  readonly next: number;
}

/** Shapes of a group's own tensors by their last names. */
export interface Shapes {
  get(name: string): readonly number[] | undefined;
}

export function layer(name: string, sizes: string, input: number | null = null, output: number | null = null): Layer {
  return { name, sizes, input, output };
}

export function layerText({ name, sizes }: Layer): string {
  return sizes === '' ? name : `${name} ${sizes}`;
}

/** `64 → 256`; `→ 256` where the input cannot be told. */
export function flow(input: number | null, output: number | null): string {
  return `${input === null ? '' : `${String(input)} `}→ ${String(output ?? '')}`.trimEnd();
}

export function isSameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, dim) => size === b[dim]);
}

/** A group of a `Sequential` or `ModuleList`. */
export function isNumbered(name: string): boolean {
  return /^\d+$/.test(name);
}
