import { dtypeOfStorage } from '../checkpoint/dtypes';
import { isNode, NodeKind, type PyPersistent, type Value } from '../pickle/values';

/** What a persistent id says of a storage, as far as its place in the file needs it (torch-format.md 2). */
export interface StorageId {
  readonly key: string;
  /** Bytes per element; null for a class that is no storage class of torch's. */
  readonly elementSize: number | null;
  readonly elements: number;
  /** A part of the storage under a key of its own; offset and length in elements. Legacy files only. */
  readonly view: { readonly key: string; readonly offset: number; readonly elements: number } | null;
}

/** `('storage', class, key, location, numel[, view])`; null when it names something else. */
export function storageId({ id }: PyPersistent): StorageId | null {
  const items = itemsOf(id);
  if (items === null || textOf(items[0]) !== 'storage') return null;
  const [, type, keyValue, , elements, view] = items;
  const key = keyOf(keyValue);
  if (key === null || typeof elements !== 'number' || elements < 0) return null;
  return { key, elementSize: elementSizeOf(type), elements, view: viewOf(view) };
}

function elementSizeOf(type: Value | undefined): number | null {
  if (!isNodeOf(type, NodeKind.Global)) return null;
  return type.name === 'UntypedStorage' ? 1 : (dtypeOfStorage(type.name)?.size ?? null);
}

function viewOf(value: Value | undefined): StorageId['view'] {
  const [keyValue, offset, elements] = itemsOf(value) ?? [];
  const key = keyOf(keyValue);
  if (key === null || typeof offset !== 'number' || typeof elements !== 'number') return null;
  return { key, offset, elements };
}

/** Storage keys are strings; in a torch.package and a 0.1 tar they are ints. */
export function keyOf(value: Value | undefined): string | null {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return textOf(value);
}

/** A `str`, also one of Python 2; null for everything else. */
export function textOf(value: Value | undefined): string | null {
  if (isNodeOf(value, NodeKind.Str)) return value.value;
  return isNodeOf(value, NodeKind.ByteString) ? Buffer.from(value.bytes).toString('latin1') : null;
}

/** The items of a tuple or list; null for everything else. */
export function itemsOf(value: Value | undefined): readonly Value[] | null {
  return isNodeOf(value, NodeKind.Tuple) || isNodeOf(value, NodeKind.List) ? value.items : null;
}

type NodeOf<K extends NodeKind> = Extract<Value, { readonly kind: K }>;

function isNodeOf<K extends NodeKind>(value: Value | undefined, kind: K): value is NodeOf<K> {
  return value !== undefined && isNode(value) && value.kind === kind;
}
