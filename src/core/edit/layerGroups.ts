import { asCall, asText } from '../checkpoint/arguments';
import type { Path, TensorEntry } from '../checkpoint/checkpoint';
import { elementText, keyOf } from '../checkpoint/path';
import { isNode, type PyCall, type PyNode, type Value } from '../pickle/values';
import { editError } from './editError';
import { findPath, type Found } from './find';
import type { Context } from './operations/context';
import { mappingOf } from './operations/mappings';

/** A layer of a state dict: the keys that begin with its name. */
export interface KeyedLayer {
  readonly kind: 'keys';
  readonly dict: PyNode;
  /** Keys and values of the dict in turn. */
  readonly entries: readonly Value[];
  /** Indexes of the keys that are the layer's. */
  readonly own: readonly number[];
  readonly names: LayerNames;
}

/** A layer that is an object: a submodule, or a module that stands by itself. */
export interface ModuleLayer {
  readonly kind: 'module';
  readonly module: PyCall;
  readonly found: Found;
  readonly names: LayerNames;
}

/** Where the tensors of a layer are: `[...above, prefix + name]`. */
export interface LayerNames {
  readonly above: Path;
  /** `fc.`, or '' . */
  readonly prefix: string;
}

export type LayerPlace = KeyedLayer | ModuleLayer;

/**
 * The layer that a path names: its state dict and its name there, or its object.
 * @throws EditError when there is none.
 */
export function findLayer(context: Context, path: Path): LayerPlace {
  return keyedLayer(context, path) ?? moduleLayer(context, path);
}

function keyedLayer({ reader, state }: Context, path: Path): KeyedLayer | null {
  const last = path.at(-1);
  if (last === undefined) {
    return null;
  }
  const above = path.slice(0, -1);
  const { value } = findPath(reader, state.root, above);
  const entries = mappingOf(value, reader);
  if (entries === null || !isNode(value)) {
    return null;
  }
  const name = elementText(last);
  const prefix = name === '' ? '' : `${name}.`;
  const own = entries.flatMap((key, index) =>
    index % 2 === 0 && (asText(key) ?? '').startsWith(prefix) && asText(key) !== null ? [index] : [],
  );
  return own.length === 0 ? null : { kind: 'keys', dict: value, entries, own, names: { above, prefix } };
}

function moduleLayer(context: Context, path: Path): LayerPlace {
  const { reader, state } = context;
  const found = findLayerPath(context, path);
  const call = asCall(found.value);
  if (call !== null && reader.isModule(call)) {
    const names =
      found.kind === 'submodule'
        ? { above: path.slice(0, -1), prefix: `${elementText(path.at(-1) ?? '')}.` }
        : { above: path, prefix: '' };
    return { kind: 'module', module: call, found, names };
  }
  const entries = mappingOf(found.value, reader);
  if (entries === null || !isNode(found.value) || found.value === state.root) {
    throw editError('edit-no-match', 'no-layer', [keyOf(path)]);
  }
  const own = entries.flatMap((_, index) => (index % 2 === 0 ? [index] : []));
  return { kind: 'keys', dict: found.value, entries, own, names: { above: path, prefix: '' } };
}

function findLayerPath({ reader, state }: Context, path: Path): Found {
  try {
    return findPath(reader, state.root, path);
  } catch {
    throw editError('edit-no-match', 'no-layer', [keyOf(path)]);
  }
}

/** The tensors of a layer, and of what stands below it, by their names there. */
export function layerTensors({ checkpoint }: Context, { above, prefix }: LayerNames): ReadonlyMap<string, TensorEntry> {
  const base = JSON.stringify(above);
  const found = new Map<string, TensorEntry>();
  for (const entry of checkpoint.entries) {
    const last = entry.path.at(-1);
    const isBelow = entry.path.length === above.length + 1 && typeof last === 'string' && last.startsWith(prefix);
    if (entry.kind === 'tensor' && isBelow && JSON.stringify(entry.path.slice(0, -1)) === base) {
      found.set(last.slice(prefix.length), entry);
    }
  }
  return found;
}
