import type { DrawStep } from '../init/draw';
import { blocksOf, type Block } from './blocks';
import type { ArchitectureData, CatalogueData, ModuleData, Task, TensorData } from './catalogueData';
import { drawOfRule } from './drawRules';

/** A key of `state_dict()`. */
export interface ArchitectureKey {
  readonly key: string;
  readonly shape: readonly number[];
  /** torch's name without `torch.`. */
  readonly dtype: string;
  /** Nothing that an optimizer moves. */
  readonly isBuffer: boolean;
  /**
   * What the constructor leaves in all elements; 'drawn' at random, by the steps of `initialisation`; null where it computes
   * values that are no choice (the relative positions of a window).
   */
  readonly initial: number | 'drawn' | null;
}

/** A model as torchvision's builder makes it without weights. */
export interface Architecture {
  readonly name: string;
  readonly task: Task;
  /** What Python calls: `torchvision.models.resnet50`. */
  readonly builder: string;
  /** The builder takes `weights_backbone`: None, so that it asks for no download. */
  readonly hasBackbone: boolean;
  /** As asked for, otherwise as the builder has it; null where the architecture knows no classes. */
  readonly numClasses: number | null;
  /** In the order of `state_dict()`. */
  readonly keys: readonly ArchitectureKey[];
  /** Keys whose shape depends on the number of classes. */
  readonly classifier: readonly string[];
  /**
   * What the constructor fills, in its order: after `torch.manual_seed`, these steps leave what the constructor leaves. First
   * come the tensors that are filled with a constant alone, which take nothing from the stream.
   */
  readonly initialisation: readonly DrawStep[];
  /** Module groups in forward order. Every key is in exactly one. */
  readonly blocks: readonly Block[];
}

/** What a tree of modules is when it is written out. */
export interface Expanded {
  readonly keys: readonly ArchitectureKey[];
  /** For each key the shape of the tensor called `weight` beside it; the number of classes may change its first dimension. */
  readonly weightShapes: readonly (readonly number[] | null)[];
}

/** Lists what `state_dict()` lists: own parameters, own buffers, then the children. */
export function expand({ modules }: CatalogueData, root: number): Expanded {
  const keys: ArchitectureKey[] = [];
  const weightShapes: (readonly number[] | null)[] = [];
  const visit = (index: number, prefix: string): void => {
    const [, children, parameters = [], buffers = []] = moduleAt(modules, index);
    const weight = parameters.find(([name]) => name === 'weight')?.[1] ?? null;
    for (const [tensors, isBuffer] of [[parameters, false] as const, [buffers, true] as const]) {
      keys.push(...tensors.map((tensor) => keyOf(prefix, tensor, isBuffer)));
      weightShapes.push(...tensors.map(() => weight));
    }
    for (const [name, child] of children) {
      visit(child, `${prefix}${name}.`);
    }
  };
  visit(root, '');
  return { keys, weightShapes };
}

function keyOf(prefix: string, [name, shape, initial, dtype]: TensorData, isBuffer: boolean): ArchitectureKey {
  const value = initial === undefined ? 'drawn' : initial;
  return { key: prefix + name, shape, dtype: dtype ?? 'float32', isBuffer, initial: value };
}

export function moduleAt(modules: CatalogueData['modules'], index: number): ModuleData {
  const module = modules[index];
  if (module === undefined) {
    throw new RangeError(`no module ${index}`);
  }
  return module;
}

/** @param numClasses Ignored where the architecture knows no classes. */
export function architectureOf(
  data: CatalogueData,
  entry: ArchitectureData,
  { keys: usualKeys, weightShapes }: Expanded,
  numClasses: number | null,
): Architecture {
  const rows = new Map(entry.head);
  const keys = usualKeys.map((key) => withClasses(key, rows.get(key.key), numClasses ?? entry.numClasses ?? 0));
  return {
    name: entry.name,
    task: entry.task,
    builder: `torchvision.${entry.builder}`,
    hasBackbone: entry.hasBackbone ?? false,
    numClasses: entry.numClasses === null ? null : (numClasses ?? entry.numClasses),
    keys,
    classifier: [...rows.keys()],
    initialisation: [...constantSteps(keys), ...drawnSteps(data, entry, keys, weightShapes)],
    blocks: blocksOf(data.modules, entry.root),
  };
}

/** @param rows Rows for each class; undefined for what is no head. */
function withClasses(key: ArchitectureKey, rows: number | undefined, numClasses: number): ArchitectureKey {
  return rows === undefined ? key : { ...key, shape: [rows * numClasses, ...key.shape.slice(1)] };
}

function constantSteps(keys: readonly ArchitectureKey[]): readonly DrawStep[] {
  return keys.flatMap(({ key, shape, initial }) =>
    typeof initial === 'number' ? [{ key, shape, draw: { kind: 'constant', value: initial } as const }] : [],
  );
}

function drawnSteps(
  { rules }: CatalogueData,
  { draws, discarded }: ArchitectureData,
  keys: readonly ArchitectureKey[],
  weightShapes: readonly (readonly number[] | null)[],
): readonly DrawStep[] {
  const targets = [
    ...keys.flatMap(({ key, shape, initial }, index) =>
      initial === 'drawn' ? [{ key, shape, weight: weightShapes[index] ?? null }] : [],
    ),
    ...discarded.map((shape) => ({ key: null, shape, weight: null })),
  ];
  return draws.flatMap(([ruleIndex, first, count = 1, step = 1]) =>
    Array.from({ length: count }, (_, index): DrawStep => {
      const target = targets[first + index * step];
      const rule = rules[ruleIndex];
      if (target === undefined || rule === undefined) {
        throw new RangeError(`draw ${ruleIndex} of ${first + index * step}`);
      }
      return { key: target.key, shape: target.shape, draw: drawOfRule(rule, target.shape, target.weight) };
    }),
  );
}
