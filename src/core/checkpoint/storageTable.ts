import { KeyTable } from '../container/keyTable';
import type { Container, ContainerRecord, PickleSection } from '../container/container';
import { partOfRecord } from '../container/rawRecord';
import { isNode, NodeKind, PyGlobal, PyStr, type PyCall, type Value } from '../pickle/values';
import { asCall, asGlobal, asItems, asText, integer, Unreadable } from './arguments';
import type { Storage } from './checkpoint';
import { dtypeOfStorage, dtypes, type Dtype } from './dtypes';

/** A pickle with the container that its storages lie in. */
export interface Place {
  readonly container: Container;
  readonly section: PickleSection;
  /** Name for `Storage.section`. */
  readonly name: string;
  /** Where the container's source lies in the file; null where it does not lie there as it is (compressed, in memory). */
  readonly base: number | null;
}

/** A legacy file inside a pickle: what `torch.storage._load_from_bytes` would give, and where. */
export interface Nested {
  readonly place: Place;
  readonly root: Value;
}

/** Storages of a file, one object for each, however often they are named. */
export class StorageTable {
  readonly storages: Storage[] = [];
  /** Ids came as text, which torch writes at protocol 0 and then cannot read. */
  textualIds = false;
  private readonly known = new Map<string, KeyTable<Storage>>();

  /** @param recordsDevices whether the file says where each storage was: safetensors do not. */
  constructor(
    private readonly nested: ReadonlyMap<PyCall, Nested>,
    private readonly recordsDevices = true,
  ) {}

  /**
   * The storage that a value of a pickle is: a persistent id, or a nested file that holds nothing else.
   * @throws Unreadable when it is none.
   */
  of(value: Value | undefined, place: Place): Storage {
    for (let at = value, from = place, depth = 0; depth < 4; depth++) {
      if (at !== undefined && isNode(at) && at.kind === NodeKind.Persistent) {
        return this.named(at.id, from);
      }
      const call = asCall(at);
      const inner = call === null ? undefined : this.nested.get(call);
      if (inner === undefined) {
        break;
      }
      at = inner.root;
      from = inner.place;
    }
    throw new Unreadable('bad-storage');
  }

  /** Whether a value is a storage, rather than another object that the pickle only names. */
  isStorage(value: Value, place: Place): boolean {
    if (isNode(value) && value.kind === NodeKind.Persistent) {
      const old = tarKey(value.id, place);
      if (old !== null) {
        return place.section.tar?.storages.has(old) === true;
      }
      const id = asItems(value.id) ?? textualId(value.id);
      return id !== null && asText(id[0]) === 'storage';
    }
    const call = asCall(value);
    const inner = call === null ? undefined : this.nested.get(call);
    return inner !== undefined && isNode(inner.root) && inner.root.kind === NodeKind.Persistent;
  }

  private named(id: Value, place: Place): Storage {
    const old = tarKey(id, place);
    if (old !== null) {
      return this.ofTar(old, place);
    }
    const tuple = asItems(id);
    const items = tuple ?? textualId(id);
    this.textualIds ||= tuple === null && items !== null;
    if (items === null || asText(items[0]) !== 'storage') {
      throw new Unreadable('bad-storage');
    }
    const key = typeof items[2] === 'number' ? String(items[2]) : asText(items[2]);
    if (key === null) {
      throw new Unreadable('bad-storage');
    }
    const root = this.root(key, items[1], items[3], integer(items[4]), place);
    const view = asItems(items[5]);
    return view === null ? root : this.view(root, view, place);
  }

  /** A storage of a 0.1 tar: its own member says what it is. */
  ofTar(key: string, place: Place): Storage {
    const keys = this.keysOf(place.name);
    const known = keys.get(key);
    if (known !== undefined) {
      return known;
    }
    const found = place.section.tar?.storages.get(key);
    const dtype = found === undefined ? undefined : dtypeOfStorage(found.type.slice(found.type.lastIndexOf('.') + 1));
    if (found === undefined || dtype === undefined) {
      throw new Unreadable('bad-storage');
    }
    const storage: Storage = {
      index: this.storages.length,
      key,
      section: place.name,
      bytes: found.elements * dtype.size,
      dtype: dtype.name,
      device: found.device,
      record: wholeRecord(found.record),
      container: place.container,
      position: positionInFile(found.record, place),
    };
    this.storages.push(storage);
    keys.set(key, storage);
    return storage;
  }

  // The first persistent id of a key decides dtype, size and device; torch does not look at the later ones.
  private root(
    key: string,
    type: Value | undefined,
    location: Value | undefined,
    elements: number,
    place: Place,
  ): Storage {
    const keys = this.keysOf(place.name);
    const known = keys.get(key);
    if (known !== undefined) {
      return known;
    }
    const dtype = storageDtype(type);
    const bytes = elements * (dtype?.size ?? 1);
    if (elements < 0 || !Number.isSafeInteger(bytes)) {
      throw new Unreadable('bad-storage');
    }
    const found = place.section.storage(key);
    const record = found === undefined ? null : wholeRecord(found.record);
    const storage: Storage = {
      index: this.storages.length,
      key,
      section: place.name,
      bytes,
      dtype: dtype?.name ?? null,
      device: this.recordsDevices ? (asText(location) ?? 'cpu') : null,
      record,
      container: found?.container ?? place.container,
      // A record of another file has no place in this one.
      position: found?.container === undefined ? positionInFile(record, place) : null,
      ...(found?.content && { content: found.content }),
    };
    this.storages.push(storage);
    keys.set(key, storage);
    return storage;
  }

  /** `(view_key, offset, size)`, in elements of the root's dtype: torch makes it a storage of its own. */
  private view(root: Storage, [viewKey, offset, size]: readonly Value[], place: Place): Storage {
    const key = typeof viewKey === 'number' ? String(viewKey) : asText(viewKey);
    if (key === null) {
      throw new Unreadable('bad-storage');
    }
    const keys = this.keysOf(place.name);
    const known = keys.get(key);
    if (known !== undefined) {
      return known;
    }
    const elementSize = root.dtype === null ? 1 : (dtypeSize(root.dtype) ?? 1);
    const start = integer(offset) * elementSize;
    const bytes = integer(size) * elementSize;
    if (start < 0 || bytes < 0 || start + bytes > root.bytes) {
      throw new Unreadable('bad-storage');
    }
    const record = root.record && partOfRecord(root.record, start, bytes);
    const storage: Storage = {
      ...root,
      index: this.storages.length,
      key,
      bytes,
      record,
      position: positionInFile(record, place),
    };
    this.storages.push(storage);
    keys.set(key, storage);
    return storage;
  }

  private keysOf(name: string): KeyTable<Storage> {
    let keys = this.known.get(name);
    if (keys === undefined) {
      keys = new KeyTable();
      this.known.set(name, keys);
    }
    return keys;
  }
}

/** The key that a persistent id of a 0.1 tar is, of a tensor or a storage; null in every other container. */
export function tarKey(id: Value, { section }: Place): string | null {
  if (section.tar === undefined) {
    return null;
  }
  return typeof id === 'number' || typeof id === 'bigint' ? String(id) : asText(id);
}

const textualStorageId = /^\('storage', <class '([\w.]+)\.(\w+)'>, '([^']*)', '([^']*)', (\d{1,15})(?:, None)?\)$/;

/** Protocol 0 has no persistent ids but text: what `str` makes of the tuple. torch writes it and cannot read it. */
export function textualId(id: Value): readonly Value[] | null {
  const match = textualStorageId.exec(asText(id) ?? '');
  if (match === null) {
    return null;
  }
  const [, module = '', name = '', key = '', location = '', elements] = match;
  return [new PyStr('storage'), new PyGlobal(module, name), new PyStr(key), new PyStr(location), Number(elements)];
}

/** The file lacks a record whose last bytes are cut off: torch reads none of it. */
export function wholeRecord(record: ContainerRecord): ContainerRecord | null {
  return record.cut === true ? null : record;
}

function positionInFile(record: ContainerRecord | null, { base }: Place): number | null {
  return record === null || record.position === null || base === null ? null : base + record.position;
}

function dtypeSize(name: string): number | undefined {
  return dtypes.get(name)?.size;
}

/**
 * The dtype of a storage class; null for an untyped one. torch takes any module as long as the class is known
 * (torch-format.md 2).
 */
function storageDtype(type: Value | undefined): Dtype | null {
  const global = asGlobal(type);
  const name = global?.name.slice(global.name.lastIndexOf('.') + 1);
  if (name === undefined) {
    throw new Unreadable('bad-storage');
  }
  if (name === 'UntypedStorage') {
    return null;
  }
  const dtype = dtypeOfStorage(name);
  if (dtype === undefined) {
    throw new Unreadable('bad-storage');
  }
  return dtype;
}
