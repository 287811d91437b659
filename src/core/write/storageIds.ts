import { textualId } from '../checkpoint/storageTable';
import { itemsOf, storageId, textOf, type StorageId } from '../container/persistentId';
import { CheckpointError } from '../errors';
import { PyGlobal, PyPersistent, PyStr, PyTuple, type Value } from '../pickle/values';
import { contentSize, type StorageContent } from './storageContent';

/** A storage as it is written. */
export interface WrittenStorage {
  /** In the file that is written. */
  readonly key: string;
  readonly content: StorageContent;
  /** In the graph. */
  readonly original: string;
  /** Bytes that know no dtype: those of the newer dtypes. */
  readonly untyped: boolean;
  /** Bytes per element of the dtype of its first use. */
  readonly elementSize: number;
  /** As its first use says. */
  readonly elements: number;
  /** Bytes of one number: half of an element where it is complex. */
  readonly unit: number;
}

export interface IdForm {
  /** Key of a storage in the file that is written; `index` counts them in pickling order. */
  key(index: number, original: string): string;
  /** What follows the number of elements. */
  readonly tail: readonly Value[];
  /** Whether the classes of modules are persistent ids too, with their source. */
  readonly namesModules: boolean;
}

/** As torch 2.7 and later number them. */
export const zipIds: IdForm = { key: (index) => String(index), tail: [], namesModules: false };

/** As before 1.6, where a key is any text; the view that stands last is always None. */
export const legacyIds: IdForm = { key: (_index, original) => original, tail: [null], namesModules: true };

/** A 0.1 tar and a legacy file name the classes of modules so: `(class, file, source)`, with `'module'` before it. */
const classPlace = { tar: 0, legacy: 1 } as const;

/**
 * `torch.save`'s own `persistent_id`: numbers storages in the order in which the pickle first names them, and gives the
 * ids that are written.
 */
export class StorageIds {
  /** In pickling order. */
  readonly storages: WrittenStorage[] = [];
  private readonly written = new Map<string, { readonly key: PyStr; readonly storage: WrittenStorage }>();

  /** @param contentOf The bytes of a storage of the graph, by its key there. */
  constructor(
    private readonly contentOf: (key: string) => StorageContent | undefined,
    private readonly form: IdForm,
  ) {}

  /**
   * What is written in place of a persistent id.
   * @throws CheckpointError `missing-record`, `unsupported` for an id that names no storage.
   */
  readonly persistent = (node: PyPersistent): Value => {
    const items = itemsOf(node.id) ?? textualId(node.id);
    const id = items === null ? null : storageId(new PyPersistent(new PyTuple(items)));
    if (items === null || id === null) {
      return this.moduleClass(node, items);
    }
    const { key, storage } = this.storage(id, items);
    const [mark = null, type = null, oldKey, location = null] = items;
    const elements = id.view?.elements ?? id.elements;
    const tail = [storage.key === textOf(oldKey) ? (oldKey ?? key) : key, location, elements, ...this.form.tail];
    return isWrittenSo(node, tail) ? node : new PyPersistent(new PyTuple([mark, type, ...tail]));
  };

  private moduleClass(node: PyPersistent, items: readonly Value[] | null): Value {
    const isLegacy = items !== null && textOf(items[0]) === 'module';
    if (isLegacy && this.form.namesModules) {
      return node;
    }
    const type = items?.[isLegacy ? classPlace.legacy : classPlace.tar];
    if (type === undefined || textOf(type) !== null) {
      throw new CheckpointError('unsupported', { detail: 'a persistent id that names no storage' });
    }
    return type;
  }

  /** A view with a key of its own is a storage of its own to torch too, once it is loaded and saved. */
  private storage(id: StorageId, items: readonly Value[]): { readonly key: PyStr; readonly storage: WrittenStorage } {
    const original = id.view?.key ?? id.key;
    const known = this.written.get(original);
    if (known !== undefined) {
      return known;
    }
    const { elementSize } = id;
    if (elementSize === null) {
      throw new CheckpointError('unsupported', { entry: original, detail: 'a storage of an unknown class' });
    }
    const whole = this.contentOf(id.key);
    if (whole === undefined) {
      throw new CheckpointError('missing-record', { entry: id.key });
    }
    const key = this.form.key(this.storages.length, original);
    const storage: WrittenStorage = {
      key,
      original,
      untyped: className(items[1]) === 'UntypedStorage',
      content: id.view === null ? whole : viewOf(whole, id.view, elementSize),
      elementSize,
      elements: id.view?.elements ?? id.elements,
      unit: className(items[1]).startsWith('Complex') ? elementSize / 2 : elementSize,
    };
    this.storages.push(storage);
    const named = { key: new PyStr(key), storage };
    this.written.set(original, named);
    return named;
  }
}

/** Whether an id ends so already: then it is the object that it was. */
function isWrittenSo({ id }: PyPersistent, tail: readonly Value[]): boolean {
  const items = itemsOf(id);
  return items !== null && items.length === tail.length + 2 && tail.every((item, i) => items[i + 2] === item);
}

function viewOf(from: StorageContent, view: NonNullable<StorageId['view']>, elementSize: number): StorageContent {
  const isWhole = view.offset === 0 && view.elements * elementSize === contentSize(from);
  return isWhole
    ? from
    : { kind: 'gather', from, elementSize, offset: view.offset, shape: [view.elements], stride: [1] };
}

function className(type: Value | undefined): string {
  return type instanceof PyGlobal ? type.name : '';
}

/** Bytes that the pickle says the storage has. */
export function expectedSize({ elements, elementSize }: WrittenStorage): number {
  return elements * elementSize;
}
