import { asCall, asItems, asText, dictEntries, lookUp } from '../checkpoint/arguments';
import type { Path, TensorEntry } from '../checkpoint/checkpoint';
import type { Context as Around, Layer, Shapes } from '../checkpoint/layer';
import { impliedLayer } from '../checkpoint/layerRules';
import { isLayerKind, layerSpec, signatures, type Argument, type LayerSpec } from '../init/layerSpec';
import { isNode, NodeKind, type PyCall, type Value } from '../pickle/values';
import { EditError } from './editError';
import { moduleDict, modulesOf } from './moduleDicts';
import type { Context } from './operations/context';

/** A group of tensors of a state dict or module that stand in one layer. */
export interface LayerInfo {
  /** As `ReplaceLayer.path`. */
  readonly path: Path;
  /** With dots; '' where the tensors stand in the dict itself. */
  readonly name: string;
  /** Its own tensors by their last names. */
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  /** What the weights imply; null where they imply nothing for certain. */
  readonly implied: Layer | null;
  /** The layer as it would be written; null where it is none that can be made. */
  readonly spec: LayerSpec | null;
  /** It was read from the layer's object: of weights alone, stride, padding, groups and more are not known. */
  readonly isExact: boolean;
}

/** All layers that hold tensors, in file order. */
export function layersOf(context: Context): readonly LayerInfo[] {
  const groups = new Map<string, { above: Path; name: string; tensors: Map<string, TensorEntry> }>();
  for (const entry of context.checkpoint.entries) {
    const last = entry.path.at(-1);
    if (entry.kind !== 'tensor' || typeof last !== 'string' || entry.role === 'attribute') {
      continue;
    }
    const above = entry.path.slice(0, -1);
    const dot = last.lastIndexOf('.');
    const name = last.slice(0, Math.max(dot, 0));
    const id = JSON.stringify([above, name]);
    const group = groups.get(id) ?? { above, name, tensors: new Map<string, TensorEntry>() };
    groups.set(id, group);
    group.tensors.set(last.slice(dot + 1), entry);
  }
  const objects = objectSpecs(context);
  const ordered = [...groups.values()];
  const around = surroundings(ordered.map(({ tensors }) => tensors));
  return ordered.map(({ above, name, tensors }, index): LayerInfo => {
    const last = name.slice(name.lastIndexOf('.') + 1);
    const shapes: Shapes = { get: (each) => tensors.get(each)?.shape };
    const implied = impliedLayer(last, shapes, around[index] ?? nothing);
    const exact = objects.get(JSON.stringify([above, name]));
    const isObject = exact !== undefined;
    const spec = isObject ? exact : implied === null ? null : impliedSpec(implied, shapes, around[index] ?? nothing);
    const path = isObject && name === '' ? above : [...above, name];
    return { path, name, tensors, implied, spec, isExact: isObject };
  });
}

const nothing: Around = { dimensions: 0, channels: 0, next: 0 };

/** What stands before each group, and whether a norm of its channels follows. */
function surroundings(groups: readonly ReadonlyMap<string, TensorEntry>[]): readonly Around[] {
  let before = { dimensions: 0, channels: 0 };
  return groups.map((tensors, index): Around => {
    const here = before;
    const weight = tensors.get('weight')?.shape ?? [];
    const [channels = 0] = weight;
    if (weight.length > 1) {
      before = { dimensions: weight.length, channels };
    } else if (weight.length === 1 && channels > 1) {
      before = { ...before, channels };
    }
    const following = groups[index + 1]?.get('weight')?.shape ?? [];
    const next = weight.length > 1 && following.length === 1 ? (following[0] ?? 0) : 0;
    return { ...here, next: next > 1 ? next : 0 };
  });
}

/** A layer as the weights have it; what leaves no trace has torch's defaults. */
function impliedSpec({ name }: Layer, shapes: Shapes, around: Around): LayerSpec | null {
  const kind = name === 'BatchNorm' ? 'BatchNorm2d' : name;
  return isLayerKind(kind) ? specOf(kind, impliedArguments(kind, shapes, around)) : null;
}

function specOf(kind: LayerSpec['kind'], given: Readonly<Record<string, Argument>>): LayerSpec | null {
  try {
    return layerSpec(kind, given);
  } catch (error) {
    if (error instanceof EditError) {
      return null;
    }
    throw error;
  }
}

function impliedArguments(
  kind: LayerSpec['kind'],
  shapes: Shapes,
  { channels }: Around,
): Readonly<Record<string, Argument>> {
  const [first = 0, second = 0, ...kernel] = shapes.get('weight') ?? shapes.get('running_mean') ?? [];
  const bias = shapes.get('bias') !== undefined;
  switch (kind) {
    case 'Linear':
      return { in_features: second, out_features: first, bias };
    case 'Bilinear':
      return { in1_features: second, in2_features: kernel[0] ?? 0, out_features: first, bias };
    case 'Embedding':
      return { num_embeddings: first, embedding_dim: second };
    case 'BatchNorm1d':
    case 'BatchNorm2d':
    case 'BatchNorm3d': {
      const statistics = shapes.get('running_mean') !== undefined;
      return { num_features: first, affine: shapes.get('weight') !== undefined, track_running_stats: statistics };
    }
    case 'LayerNorm':
      return { normalized_shape: shapes.get('weight') ?? [], bias };
    case 'RMSNorm':
      return { normalized_shape: shapes.get('weight') ?? [] };
    case 'GroupNorm':
      // The number of groups leaves no trace; 32 is what the paper has.
      return { num_groups: first % 32 === 0 ? 32 : 1, num_channels: first };
    case 'LSTM':
    case 'GRU':
    case 'RNN':
      return recurrentArguments(shapes);
    case 'Identity':
      return {};
    default: {
      const isTransposed = kind.startsWith('ConvTranspose');
      const output = shapes.get('bias')?.[0] ?? first;
      // A group of input channels is what the weight says; the channels before it tell how many there are.
      const groups =
        channels > 0 && channels % second === 0 && first % (channels / second) === 0 ? channels / second : 1;
      return isTransposed
        ? { in_channels: first, out_channels: shapes.get('bias')?.[0] ?? second, kernel_size: kernel, bias }
        : { in_channels: second * groups, out_channels: output, kernel_size: kernel, groups, bias };
    }
  }
}

function recurrentArguments(shapes: Shapes): Readonly<Record<string, Argument>> {
  let layers = 1;
  while (shapes.get(`weight_hh_l${String(layers)}`) !== undefined) {
    layers++;
  }
  return {
    input_size: shapes.get('weight_ih_l0')?.[1] ?? 0,
    hidden_size: shapes.get('weight_hh_l0')?.[1] ?? 0,
    num_layers: layers,
    bias: shapes.get('bias_hh_l0') !== undefined,
    bidirectional: shapes.get('weight_hh_l0_reverse') !== undefined,
  };
}

/** Every layer of a module in the file, by where it is; null for a class that is none of torch's. */
function objectSpecs({ checkpoint, reader }: Context): ReadonlyMap<string, LayerSpec | null> {
  const specs = new Map<string, LayerSpec | null>();
  for (const { role, node, path } of checkpoint.branches) {
    const outermost = role === 'module' ? asCall(node) : null;
    for (const { call, prefix } of outermost === null ? [] : modulesOf(outermost, reader)) {
      const type = reader.names.callee(call.callee);
      const id = JSON.stringify([path, prefix.replace(/\.$/, '')]);
      specs.set(id, objectSpec(call, type));
    }
  }
  return specs;
}

function objectSpec(call: PyCall, type: string | null): LayerSpec | null {
  const kind = /^torch\.nn\.modules\.\w+\.(\w+)$/.exec(type ?? '')?.[1] ?? '';
  if (!isLayerKind(kind)) {
    return null;
  }
  const dict = dictEntries(moduleDict(call, type)) ?? [];
  const given: Record<string, Argument> = {};
  for (const { name } of signatures[kind]) {
    const value = argumentOf(lookUp(dict, name));
    if (value !== undefined) {
      given[name] = value;
    }
  }
  const parameters = dictEntries(lookUp(dict, '_parameters')) ?? [];
  if (signatures[kind].some(({ name }) => name === 'bias') && lookUp(dict, 'bias') === undefined) {
    given['bias'] = (lookUp(parameters, 'bias') ?? null) !== null || isBare(given);
  }
  const mode = asText(lookUp(dict, 'mode'));
  if (kind === 'RNN' && mode !== null) {
    given['nonlinearity'] = mode.replace('RNN_', '').toLowerCase();
  }
  return specOf(kind, given);
}

/** A norm without weights: whether it would have had a bias is not said. */
function isBare(given: Readonly<Record<string, Argument>>): boolean {
  return given['affine'] === false || given['elementwise_affine'] === false;
}

/** An attribute as the constructor took it; undefined for what is no argument. */
function argumentOf(value: Value | undefined): Argument | undefined {
  if (value === undefined || typeof value === 'bigint') {
    return undefined;
  }
  if (!isNode(value)) {
    return value;
  }
  if (value.kind === NodeKind.Float) {
    return value.value;
  }
  const items = asItems(value);
  return items !== null && items.every((item) => typeof item === 'number') ? items : (asText(value) ?? undefined);
}

/** Whether a kind of layer gives every channel a scale of its own. */
export function isNorm(kind: string): boolean {
  return kind.endsWith('Norm') || /^(?:Batch|Instance)Norm\dd$/.test(kind);
}
