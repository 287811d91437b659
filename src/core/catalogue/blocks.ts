import type { ModuleData } from './catalogueData';

/** Modules that stand together in forward order: a stem of a convolution and its norm, a stage, a head. */
export interface Block {
  /** Of its first module: `layer1`, `features.4`. */
  readonly name: string;
  /** Names of its modules, and of parameters that stand beside modules (`class_token`), in forward order. */
  readonly modules: readonly string[];
  /** What it is made of, in order: `[{ className: 'Bottleneck', count: 3 }]`. */
  readonly classes: readonly { readonly className: string; readonly count: number }[];
}

/**
 * Modules that only hold others, one after the other, by the names that torchvision gives them. Below anything else it is one
 * block: a stage of several equal blocks, an Inception module.
 */
const trunks = new Set([
  'backbone',
  'blocks',
  'body',
  'classifier',
  'encoder',
  'features',
  'head',
  'heads',
  'layers',
  'roi_heads',
  'trunk_output',
]);

/** Modules that run what they hold in turn: what they hold says more than their own class. */
const sequences = new Set(['AnyStage', 'ModuleList', 'Sequential', '_DenseBlock']);

interface Part {
  readonly name: string;
  /** None for a parameter, or a buffer, that stands beside modules. */
  readonly classes: readonly string[];
  /** No module is in it. */
  readonly isLayer: boolean;
  readonly isNorm: boolean;
}

/**
 * The blocks of a model, in forward order. That is the order in which torchvision registers its modules: only googlenet has its
 * two auxiliary classifiers behind what they branch off from.
 */
export function blocksOf(modules: readonly ModuleData[], root: number): readonly Block[] {
  const groups: Part[][] = [];
  for (const part of partsOf(modules, root, '')) {
    const last = groups.at(-1);
    if (last !== undefined && belongsTo(last, part)) {
      last.push(part);
    } else {
      groups.push([part]);
    }
  }
  return groups.map((parts) => ({
    name: (parts.find(({ classes }) => classes.length > 0) ?? parts[0])?.name ?? '',
    modules: parts.map(({ name }) => name),
    classes: counted(parts.flatMap(({ classes }) => classes)),
  }));
}

/** A norm joins the layer before it; a parameter what is before it, or what is behind it where nothing is before. */
function belongsTo(group: readonly Part[], part: Part): boolean {
  const isParameter = ({ classes }: Part): boolean => classes.length === 0;
  return isParameter(part) || group.every(isParameter) || (part.isNorm && group.every(({ isLayer }) => isLayer));
}

function* partsOf(modules: readonly ModuleData[], index: number, prefix: string): Generator<Part> {
  const [, children, parameters = [], buffers = []] = modules[index] ?? ['', []];
  for (const [name] of [...parameters, ...buffers]) {
    yield { name: prefix + name, classes: [], isLayer: true, isNorm: false };
  }
  for (const [name, child] of children) {
    const [className, grandchildren] = modules[child] ?? ['', []];
    if (trunks.has(name) && grandchildren.length > 0) {
      yield* partsOf(modules, child, `${prefix}${name}.`);
    } else {
      const isLayer = grandchildren.length === 0;
      const inside = grandchildren.map(([, grandchild]) => modules[grandchild]?.[0] ?? '');
      yield {
        name: prefix + name,
        classes: sequences.has(className) ? inside : [className],
        isLayer,
        isNorm: isLayer && className.includes('Norm'),
      };
    }
  }
}

/** Neighbours of one class are one entry. */
function counted(classes: readonly string[]): Block['classes'] {
  const entries: { className: string; count: number }[] = [];
  for (const className of classes) {
    const last = entries.at(-1);
    if (last?.className === className) {
      last.count += 1;
    } else {
      entries.push({ className, count: 1 });
    }
  }
  return entries;
}
