import { argumentsOf, asGlobal, asItems, asText } from '../checkpoint/arguments';
import { dtypeOfStorage } from '../checkpoint/dtypes';
import { isNode, NodeKind, PyTuple, type PyCall, type PyPersistent, type Value } from '../pickle/values';
import type { Context } from './operations/context';

/** A tensor that the graph rebuilds as a view of a storage. */
export interface View {
  /** The call, or the call of a subclass that keeps function and arguments (`_rebuild_from_type_v2`). */
  readonly call: PyCall;
  readonly isWrapped: boolean;
  /** Arguments of the rebuild function. */
  readonly args: readonly Value[];
  readonly key: string;
  readonly dtype: string;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
}

/** All that the graph does with one storage. */
export interface StorageUse {
  readonly key: string;
  /** Its persistent ids, in the order of the pickle: the first tells its class and device. */
  readonly ids: PyPersistent[];
  readonly views: View[];
  /** It is used in another way too (quantized, by itself, under a view of its own): its layout must stay. */
  isFixed: boolean;
  /** Of its class; null for an untyped one. */
  readonly dtype: string | null;
  readonly device: string;
  readonly bytes: number;
}

const viewRebuilds = new Set([
  'torch._utils._rebuild_tensor',
  'torch._utils._rebuild_tensor_v2',
  'torch._utils._rebuild_tensor_v3',
]);

/** Every storage that the graph names, by key. */
export function storageUses({ checkpoint, reader }: Context): ReadonlyMap<string, StorageUse> {
  const graph = checkpoint.container.sections[0]?.graph;
  const uses = new Map<string, StorageUse>();
  const ofId = new Map<Value, StorageUse>();
  const viewed = new Set<Value>();
  for (const id of graph?.persistents ?? []) {
    addId(id, uses, ofId);
  }
  for (const call of graph?.calls ?? []) {
    const view = viewOf(call, reader, ofId);
    const storage = view?.args[0];
    if (view !== null && storage !== undefined) {
      uses.get(view.key)?.views.push(view);
      viewed.add(storage);
    }
  }
  for (const use of uses.values()) {
    use.isFixed ||= use.ids.some((id) => !viewed.has(id));
  }
  return uses;
}

function addId(node: PyPersistent, uses: Map<string, StorageUse>, ofId: Map<Value, StorageUse>): void {
  const items = asItems(node.id);
  const [mark, type, keyValue, device, elements, view] = items ?? [];
  const key = typeof keyValue === 'number' ? String(keyValue) : asText(keyValue);
  if (items === null || asText(mark) !== 'storage' || key === null || typeof elements !== 'number') {
    return;
  }
  const name = asGlobal(type)?.name ?? '';
  const dtype = dtypeOfStorage(name.slice(name.lastIndexOf('.') + 1)) ?? null;
  const known = uses.get(key) ?? {
    key,
    ids: [],
    views: [],
    isFixed: false,
    dtype: dtype?.name ?? null,
    device: asText(device) ?? 'cpu',
    bytes: elements * (dtype?.size ?? 1),
  };
  known.ids.push(node);
  known.isFixed ||= asItems(view) !== null;
  uses.set(key, known);
  ofId.set(node, known);
}

function viewOf(call: PyCall, { names }: Context['reader'], ofId: ReadonlyMap<Value, StorageUse>): View | null {
  let name = names.callee(call.callee);
  let args = argumentsOf(call);
  const isWrapped = name?.startsWith('torch._tensor._rebuild_from_type') === true;
  if (isWrapped) {
    const inner = asGlobal(args[0]);
    name = inner === null ? null : names.of(inner);
    args = asItems(args[2]) ?? [];
  }
  const [storage, offset, shapeValue, strideValue] = args;
  const use = storage === undefined ? undefined : ofId.get(storage);
  const shape = numbers(shapeValue);
  const stride = numbers(strideValue);
  if (name === null || !viewRebuilds.has(name) || use === undefined) {
    return null;
  }
  if (typeof offset !== 'number' || shape === null || stride === null) {
    return null;
  }
  const dtype = name.endsWith('_v3') ? dtypeName(args[6]) : (use.dtype ?? 'uint8');
  return dtype === null ? null : { call, isWrapped, args, key: use.key, dtype, offset, shape, stride };
}

function dtypeName(value: Value | undefined): string | null {
  return asGlobal(value)?.name ?? null;
}

function numbers(value: Value | undefined): readonly number[] | null {
  const isSize = value !== undefined && isNode(value) && value.kind === NodeKind.Call;
  const items = asItems(isSize ? argumentsOf(value)[0] : value);
  return items !== null && items.every((item) => typeof item === 'number') ? items : null;
}

/** The same view of another storage, at another place in it. */
export function rebuiltArguments(
  { args }: View,
  storage: Value,
  place: { readonly offset: number; readonly stride: readonly number[] },
): readonly Value[] {
  return args.map((arg, index) => {
    switch (index) {
      case 0:
        return storage;
      case 1:
        return place.offset;
      case 3:
        return new PyTuple(place.stride);
      default:
        return arg;
    }
  });
}
