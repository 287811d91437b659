/**
 * The catalogue as it is stored: catalogue.json, made by scripts/catalogue/generate.py from torchvision itself. Arrays that end in
 * what is usual are stored without it.
 */
export interface CatalogueData {
  /** Version of torchvision that it was made from. */
  readonly torchvision: string;
  /** What a weights file's name is appended to. */
  readonly downloads: string;
  readonly rules: readonly DrawRule[];
  /** Equal modules of all architectures are stored once: children are named by their index here. */
  readonly modules: readonly ModuleData[];
  readonly architectures: readonly ArchitectureData[];
}

/**
 * How the numbers of a draw come about: as such, or from the tensor's shape. `fan` is fan_in or fan_out of `torch.nn.init`.
 * - `layerDefault`: what `reset_parameters` of Linear and the convolutions draws for a weight, and for the bias beside it;
 * - `kaiming…`: std = gain / √fan; `varianceNormal`: std = √(gain / fan);
 * - `rowsUniform`: ± 1 / √(first dimension).
 */
export type DrawRule =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'uniform'; readonly low: number; readonly high: number }
  | { readonly kind: 'normal'; readonly mean: number; readonly std: number }
  | ({ readonly kind: 'truncNormal'; readonly mean: number; readonly std: number } & Bounds)
  | { readonly kind: 'layerDefault' }
  | { readonly kind: 'xavierUniform' }
  | { readonly kind: 'rowsUniform' }
  | ({ readonly kind: 'kaimingUniform' | 'kaimingNormal' | 'varianceNormal' } & OfFan)
  | ({ readonly kind: 'kaimingTruncNormal' } & OfFan & Bounds);

interface OfFan {
  readonly fan: 'in' | 'out';
  readonly gain: number;
}

interface Bounds {
  readonly low: number;
  readonly high: number;
}

export type ModuleData = readonly [
  className: string,
  children: readonly (readonly [name: string, module: number])[],
  parameters?: readonly TensorData[],
  buffers?: readonly TensorData[],
];

/** `initial` is the value of all elements; 'drawn': by the steps of the architecture; null: computed, and always the same. */
export type TensorData = readonly [
  name: string,
  shape: readonly number[],
  initial?: number | 'drawn' | null,
  dtype?: string,
];

export type Task =
  'classification' | 'quantizedClassification' | 'segmentation' | 'detection' | 'video' | 'opticalFlow';

export interface ArchitectureData {
  readonly name: string;
  readonly task: Task;
  /** Below `torchvision`. */
  readonly builder: string;
  /** The builder takes `weights_backbone`, and asks for a download where that is not None. */
  readonly hasBackbone?: boolean;
  readonly numClasses: number | null;
  readonly root: number;
  /** The keys whose first dimension counts classes, and how many rows each class has. */
  readonly head: readonly (readonly [key: string, rows: number])[];
  /** Shapes of the tensors that the constructor draws and throws away again. */
  readonly discarded: readonly (readonly number[])[];
  /** What is drawn, in order. A position counts the drawn keys, then the discarded tensors. */
  readonly draws: readonly (readonly [rule: number, first: number, count?: number, step?: number])[];
  readonly weights: readonly WeightsData[];
}

export interface WeightsData {
  /** `ResNet50_Weights.IMAGENET1K_V2` */
  readonly name: string;
  readonly file: string;
  /** As torchvision gives it: MiB. */
  readonly megabytes: number;
  readonly classes: number | null;
  readonly isDefault?: boolean;
}
