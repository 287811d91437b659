import { findAliases } from '../checkpoint/aliases';
import type { Checkpoint } from '../checkpoint/checkpoint';
import { dtypes } from '../checkpoint/dtypes';
import { layerText, type Context, type Layer, type Shapes } from '../checkpoint/layer';
import { impliedLayer } from '../checkpoint/layerRules';
import type { Source, SourceKey } from '../match/match';
import type { PlanTensor } from './plan';

/** A module with tensors of its own, before anything is planned for it. */
export interface FoundLayer {
  readonly name: string;
  readonly layer: Layer | null;
  readonly tensors: readonly PlanTensor[];
  readonly isBatchNorm: boolean;
  readonly isParameter: boolean;
}

/**
 * The layers of a state dict in its own order.
 * @param prefix that every key has, and the model's own do not.
 * @param buffers keys of the model that are some, where that is known.
 */
export function layersOf(
  checkpoint: Checkpoint,
  source: Source,
  prefix: string,
  buffers: ReadonlySet<string> | null,
): readonly FoundLayer[] {
  const tensors = tensorsOf(checkpoint, source.keys, prefix, buffers);
  const modules = new Set(tensors.map(({ key }) => moduleOf(key)));
  const holders = new Set([...modules].flatMap(modulesAbove));
  const byName = new Map<string, PlanTensor[]>();
  for (const tensor of tensors) {
    const module = moduleOf(tensor.key);
    // A module that has others below it would take those along.
    const name = module === '' || holders.has(module) ? tensor.key : module;
    listIn(byName, name).push(tensor);
  }
  const found = [...byName].map(([name, own]) => ({ name, own, isParameter: !modules.has(name) || holders.has(name) }));
  let before = { dimensions: 0, channels: 0 };
  return found.map(({ name, own, isParameter }, at) => {
    const shapes = shapesIn(own);
    const following = found[at + 1]?.own ?? [];
    const next = following.every(({ shape }) => shape.length <= 1) ? (following[0]?.shape[0] ?? 0) : 0;
    const layer = isParameter ? null : impliedLayer(name.slice(name.lastIndexOf('.') + 1), shapes, { ...before, next });
    before = behind(shapes, before);
    const isBatchNorm = shapes.get('running_mean') !== undefined && shapes.get('running_var') !== undefined;
    return { name, layer, tensors: own, isBatchNorm, isParameter };
  });
}

/** As the tree says it. */
export function textOf({ layer }: Pick<FoundLayer, 'layer'>): string {
  return layer === null ? '' : layerText(layer);
}

// What modules of torch and torchvision keep as floating buffers: a bare state dict does not say which keys are some.
const knownBuffer = /(?:^|\.)(?:running_mean|running_var|num_batches_tracked|relative_coords_table)$/;

function tensorsOf(
  checkpoint: Checkpoint,
  keys: readonly SourceKey[],
  prefix: string,
  known: ReadonlySet<string> | null,
): readonly PlanTensor[] {
  const { first } = findAliases(checkpoint.entries);
  const buffers = new Set(checkpoint.optimizers.flatMap((optimizer) => optimizer.buffers));
  const own = new Set<number>();
  return keys.flatMap(({ key, shape, dtype, entry }) => {
    if (shape === null || dtype === null) {
      return [];
    }
    const role = checkpoint.entries[entry]?.kind === 'tensor' ? roleAt(checkpoint, entry) : null;
    const isTrainable = dtypes.get(dtype)?.class === 'float' || dtypes.get(dtype)?.class === 'complex';
    const looksBuffer = !isTrainable || buffers.has(entry) || knownBuffer.test(key);
    const earliest = first[entry] ?? entry;
    const isTied = earliest !== entry && own.has(earliest);
    own.add(entry);
    const name = key.slice(prefix.length);
    const isBuffer = known?.has(name) ?? (role === 'buffer' || (role !== 'parameter' && looksBuffer));
    return [{ key: name, entry, shape, newShape: shape, dtype, isBuffer, isTied }];
  });
}

function roleAt({ entries }: Checkpoint, index: number): string | null {
  const entry = entries[index];
  return entry?.kind === 'tensor' ? entry.role : null;
}

/** `layer1.0` of `layer1.0.weight`; '' of a parameter of the model itself. */
export function moduleOf(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf('.')));
}

/** The modules that a module is in: `a` and `a.b` of `a.b.c`. */
export function modulesAbove(module: string): string[] {
  const names = module.split('.');
  return names.slice(1).map((_, at) => names.slice(0, at + 1).join('.'));
}

function shapesIn(tensors: readonly PlanTensor[]): Shapes {
  const shapes = new Map(tensors.map(({ key, shape }) => [key.slice(key.lastIndexOf('.') + 1), shape]));
  return { get: (name) => shapes.get(name) };
}

/** The list that a map has for a name, made where there is none. */
export function listIn<T>(lists: Map<string, T[]>, name: string): T[] {
  const list = lists.get(name) ?? [];
  lists.set(name, list);
  return list;
}

/** What the layer behind these shapes comes after. */
function behind(shapes: Shapes, before: Omit<Context, 'next'>): Omit<Context, 'next'> {
  const weight = shapes.get('weight');
  const [channels = 0] = weight ?? shapes.get('running_mean') ?? [];
  if (weight === undefined || weight.length === 0) {
    return before;
  }
  return weight.length > 1 ? { dimensions: weight.length, channels } : { ...before, channels };
}
