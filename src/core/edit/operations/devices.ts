import { argumentsOf, asGlobal, asItems, asText } from '../../checkpoint/arguments';
import { PyPersistent, PyStr, PyTuple, type PyCall, type PyNode, type Value } from '../../pickle/values';
import { parseDevice, storageTag } from '../deviceNames';
import { editError } from '../editError';
import type { DeviceTarget, RemapDevices } from '../operations';
import { replaceNodes } from '../replaceNodes';
import { nextState, type EditState } from '../state';
import { withArguments } from '../tensorValues';
import { tensorsIn } from '../tensorsIn';
import type { Context } from './context';

/** Rebuild functions that are told a device, and at which place of their arguments. */
const deviceArguments: ReadonlyMap<string, number> = new Map([
  ['torch._utils._rebuild_device_tensor_from_numpy', 2],
  ['torch._utils._rebuild_xla_tensor', 2],
  ['torch._utils._rebuild_device_tensor_from_cpu_tensor', 2],
  ['torch._utils._rebuild_wrapper_subclass', 6],
]);

/** Where an object names a device. */
export type DevicePlace =
  /** The tag of a storage. */
  | { readonly kind: 'storage'; readonly node: PyPersistent; readonly device: string }
  /** A `torch.device`. */
  | { readonly kind: 'value'; readonly node: PyCall; readonly device: string }
  /** A text among the arguments of a rebuild function. */
  | { readonly kind: 'argument'; readonly node: PyTuple; readonly index: number; readonly device: string };

/** Every place that the remapping of devices changes. */
export function devicePlaces({ checkpoint, reader }: Context): readonly DevicePlace[] {
  const graph = checkpoint.container.sections[0]?.graph;
  const places: DevicePlace[] = [];
  for (const node of graph?.persistents ?? []) {
    const id = asItems(node.id);
    const device = asText(id?.[3]);
    if (id !== null && asText(id[0]) === 'storage' && device !== null) {
      places.push({ kind: 'storage', node, device });
    }
  }
  for (const node of graph?.calls ?? []) {
    const name = reader.names.callee(node.callee);
    if (name === 'torch.device') {
      const device = deviceOf(node);
      places.push(...(device === null ? [] : [{ kind: 'value', node, device } as const]));
    } else if (name !== null) {
      places.push(...argumentPlace(name, node, reader.names));
    }
  }
  return places;
}

function argumentPlace(name: string, call: PyCall, names: Context['reader']['names']): readonly DevicePlace[] {
  // A subclass keeps what it wraps as a function and its arguments.
  const isWrapped = name.startsWith('torch._tensor._rebuild_from_type');
  const [inner, , innerArgs] = argumentsOf(call);
  const innerGlobal = isWrapped ? asGlobal(inner) : null;
  const index = deviceArguments.get(innerGlobal === null ? name : names.of(innerGlobal));
  const args = innerGlobal === null ? call.args : (innerArgs ?? null);
  if (index === undefined || !(args instanceof PyTuple)) {
    return [];
  }
  const device = asText(args.items[index]);
  return device === null ? [] : [{ kind: 'argument', node: args, index, device }];
}

function deviceOf(call: PyCall): string | null {
  const [type, index] = argumentsOf(call);
  const text = asText(type);
  return text !== null && typeof index === 'number' ? `${text}:${String(index)}` : text;
}

/**
 * Moves storages to other devices by their tags alone: what `torch.load(map_location=…)` and `torch.save` would give.
 * Without a selection `torch.device` values and the arguments of rebuild functions follow.
 */
export function remapDevices(context: Context, operation: RemapDevices): EditState {
  const { state } = context;
  if (state.original.container.kind === 'safetensors') {
    throw editError('edit-unsupported', 'no-devices-in-format');
  }
  const targetOf = targets(operation.to);
  const keys = operation.selection === undefined ? null : storageKeys(context, operation);
  const replacements = new Map<PyNode, Value>();
  for (const place of devicePlaces(context)) {
    const target = targetOf(place.device);
    const isMeant = keys === null || (place.kind === 'storage' && keys.has(storageKey(place.node)));
    if (isMeant && target !== null && target !== place.device) {
      replacements.set(place.node, moved(place, target, replacements));
    }
  }
  if (replacements.size === 0) {
    throw editError('edit-no-match', 'no-device-matches', [], ...askedDevices(operation.to));
  }
  return nextState(state, { root: replaceNodes(state.root, replacements) });
}

function askedDevices(to: DeviceTarget): readonly string[] {
  return to.kind === 'all' ? [to.device] : Object.keys(to.map);
}

/** What a device becomes; null when it stays. All targets are checked before anything is changed. */
function targets(to: DeviceTarget): (device: string) => string | null {
  if (to.kind === 'all') {
    const device = storageTag(to.device);
    return () => device;
  }
  const map = new Map(Object.entries(to.map).map(([from, target]) => [from, storageTag(target)]));
  return (device) => map.get(device) ?? null;
}

/** A storage moves as a whole, whichever of its tensors was chosen. */
function storageKeys({ checkpoint }: Context, { selection = {} }: RemapDevices): ReadonlySet<string> {
  return new Set(tensorsIn(checkpoint, selection).flatMap(({ storage }) => (storage === null ? [] : [storage.key])));
}

function storageKey({ id }: PyPersistent): string {
  const key = asItems(id)?.[2] ?? null;
  return typeof key === 'number' ? String(key) : (asText(key) ?? '');
}

/** Each gets a text of its own: the old one may be shared with a text of the user's. */
function moved(place: DevicePlace, target: string, replacements: ReadonlyMap<PyNode, Value>): Value {
  switch (place.kind) {
    case 'storage':
      return new PyPersistent(withItem(asItems(place.node.id) ?? [], 3, new PyStr(target)));
    case 'value': {
      const device = parseDevice(target);
      const { type, index } = device ?? { type: target, index: null };
      const args: Value[] = index === null ? [new PyStr(type)] : [new PyStr(type), index];
      return withArguments(place.node, new PyTuple(args));
    }
    case 'argument': {
      const known = replacements.get(place.node);
      const args = known instanceof PyTuple ? known : place.node;
      return withItem(args.items, place.index, new PyStr(target));
    }
  }
}

function withItem(items: readonly Value[], index: number, value: Value): PyTuple {
  return new PyTuple(items.map((item, at) => (at === index ? value : item)));
}
