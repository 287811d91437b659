import type { Path } from '../checkpoint/checkpoint';

/**
 * The four situations of fine-tuning, by how much data there is and how similar it is to what the network was trained on:
 * - `S1` little, similar: a feature extractor, everything frozen but a new head.
 * - `S2` little, different: the first k groups frozen, the others trained, a new head.
 * - `S3` much, different: the structure with fresh weights.
 * - `S4` much, similar: all weights kept, all of them trained.
 */
export type Situation = 'S1' | 'S2' | 'S3' | 'S4';

export type DataAmount = 'little' | 'much';

/**
 * What becomes of a layer:
 * - `keep`: its weights are loaded, and trained.
 * - `freeze`: they are loaded, and do not move; BatchNorm statistics neither.
 * - `initialise`: fresh weights, trained.
 * - `drop`: the layer goes; `nn.Identity()` stands in its place.
 */
export type PlanAction = 'keep' | 'freeze' | 'initialise' | 'drop';

export const planActions: readonly PlanAction[] = ['keep', 'freeze', 'initialise', 'drop'];

export interface PlanTensor {
  /** In the model's state dict: without a wrapper's prefix. */
  readonly key: string;
  /** Index in `Checkpoint.entries`. */
  readonly entry: number;
  /** As in the file. */
  readonly shape: readonly number[];
  /** As the plan leaves it: of a head with another number of classes. The same array where nothing changes. */
  readonly newShape: readonly number[];
  readonly dtype: string;
  /** BatchNorm statistics, counters and the like: nothing that an optimizer moves. */
  readonly isBuffer: boolean;
  /** It is the same tensor as an earlier one: counted there. */
  readonly isTied: boolean;
}

/** A module with tensors of its own: what an action is chosen for. */
export interface PlanLayer {
  /** Name of the module, `layer1.0.conv1`; of a parameter that stands beside modules its key, `cls_token`. */
  readonly name: string;
  /** What its weights imply: `Conv2d 64 → 64, 3×3`, as the tree says it; '' where nothing. With the sizes of the file. */
  readonly text: string;
  /** The class in torch.nn that its weights imply: `Conv2d`; '' where none. */
  readonly kind: string;
  readonly tensors: readonly PlanTensor[];
  readonly action: PlanAction;
  /** What the number of classes changes. */
  readonly isHead: boolean;
  readonly isBatchNorm: boolean;
  /** A parameter of a module that has others below it: Python reaches it by its own name. */
  readonly isParameter: boolean;
}

/** Layers that stand together in the table, in forward order. */
export interface PlanGroup {
  /** Name of its first module: `conv1`, `layer1`, `features.4`. */
  readonly name: string;
  /** The modules that make it up, in forward order: `conv1`, `bn1`; parameters that stand beside modules too. */
  readonly modules: readonly string[];
  /** `2 × BasicBlock`, `Linear 512 → 1000`; '' where nothing is known. */
  readonly text: string;
  readonly layers: readonly PlanLayer[];
  /** That of all its layers; null where they differ. */
  readonly action: PlanAction | null;
  readonly isHead: boolean;
  /** All tensors, buffers too. */
  readonly tensors: number;
  /** Elements of its parameters as the plan leaves them, buffers not counted, tied ones once. */
  readonly parameters: number;
}

/** The architecture that the state dict was recognised as. */
export interface PlanModel {
  /** `resnet18` */
  readonly name: string;
  /** What Python calls: `torchvision.models.resnet18`. */
  readonly builder: string;
  /** The builder takes `weights_backbone`, and asks for a download where that is not None. */
  readonly hasBackbone: boolean;
  /** `classification`, `segmentation`, `detection`, `video` … */
  readonly task: string;
  /** Keys of the file that are the architecture's, and keys of the architecture. */
  readonly matched: number;
  readonly total: number;
}

/** Everything that a plan says, as plain data. */
export interface Plan {
  readonly situation: Situation;
  /** Groups frozen from the input side; the table's line stands below them. Changed actions do not move it. */
  readonly k: number;
  /** The largest k: groups before the head. */
  readonly maxK: number;
  /** Classes of the head after the plan; null where there is no head, or its number of classes is not known. */
  readonly classes: number | null;
  /** Classes of the file's head. */
  readonly fileClasses: number | null;
  /** Of the fresh weights. */
  readonly seed: number;
  /** Null for a network of the person's own. */
  readonly model: PlanModel | null;
  /** Of the state dict or module in the file. */
  readonly path: Path;
  /** What every key of the file begins with, and the model's own do not: `module.`; '' for none. */
  readonly prefix: string;
  /** In forward order as far as is known: that of the constructor. */
  readonly groups: readonly PlanGroup[];
}

/** Bytes that training needs beside the weights, activations not counted. */
export interface TrainingMemory {
  readonly gradients: number;
  /** Of the optimizer's state alone. */
  readonly sgd: number;
  readonly adam: number;
  readonly adam8bit: number;
}

export interface PlanTotals {
  /** Elements of parameters, by what is done with them; tied ones once. */
  readonly kept: number;
  readonly initialised: number;
  readonly frozen: number;
  readonly dropped: number;
  /** `kept + initialised`. */
  readonly trainable: number;
  readonly memory: TrainingMemory;
  /** BatchNorm layers in the frozen part: in train() their statistics would move. */
  readonly frozenBatchNorms: number;
  /** Groups by action; those whose layers differ count nowhere. */
  readonly groups: Readonly<Record<PlanAction, number>>;
}

/** A plan that stands beside others, with what came of it. */
export interface NamedPlan {
  readonly name: string;
  readonly plan: Plan;
  /** What the person noted: an accuracy, a remark. */
  readonly result: string;
}

export function situationOf(data: DataAmount, isSimilar: boolean): Situation {
  if (data === 'little') {
    return isSimilar ? 'S1' : 'S2';
  }
  return isSimilar ? 'S4' : 'S3';
}

/** The two answers that lead to a situation. */
export function answersOf(situation: Situation): { readonly data: DataAmount; readonly isSimilar: boolean } {
  switch (situation) {
    case 'S1':
      return { data: 'little', isSimilar: true };
    case 'S2':
      return { data: 'little', isSimilar: false };
    case 'S3':
      return { data: 'much', isSimilar: false };
    case 'S4':
      return { data: 'much', isSimilar: true };
  }
}
