import type { PickleSection } from '../container/container';
import { itemsOf, keyOf, storageId, textOf } from '../container/persistentId';
import { pythonName } from '../pickle/pythonNames';
import { PyGlobal, type PyPersistent, type Value } from '../pickle/values';
import type { BlockerTable } from './blockerTable';
import { pythonType } from './pythonType';
import { allowedKind } from './verdict';

/** Elements of a storage's persistent id. Legacy files add a view of the storage. */
const idLength = { zip: 5, legacy: 6 } as const;

/**
 * What stops the persistent ids of a pickle: `weights_only` takes those of storages alone, and torch asks for as many bytes
 * as the id says.
 */
export function checkStorages(table: BlockerTable, section: PickleSection, kind: 'zip' | 'legacy'): void {
  const doubtful: PyPersistent[] = [];
  // As a rule one class, one object of the memo, stands in all the ids that follow each other.
  let checkedClass: Value | undefined;
  let elementSize = NaN;
  for (const persistent of section.graph.persistents) {
    const items = itemsOf(persistent.id);
    const key = keyOf(items?.[2]);
    if (items?.length !== idLength[kind] || textOf(items[0]) !== 'storage' || key === null) {
      table.add('persistent-id', nameOf(persistent));
      continue;
    }
    if (items[1] !== checkedClass) {
      checkedClass = items[1];
      elementSize = storageId(persistent)?.elementSize ?? NaN;
      checkClass(table, checkedClass, kind);
    }
    const record = section.storage(key)?.record;
    if (record?.size !== Number(items[4]) * elementSize || record.cut === true) {
      doubtful.push(persistent);
    }
  }
  checkRecords(table, section, doubtful);
}

/** What a persistent id names that is no storage: `module`, or the type of an id that is no tuple. */
function nameOf({ id }: PyPersistent): string {
  return textOf(itemsOf(id)?.[0]) ?? pythonType(id);
}

/** A class that is not on torch's list is a blocker of its own. Legacy files ask for its dtype, which an untyped one lacks. */
function checkClass(table: BlockerTable, storageClass: Value | undefined, kind: 'zip' | 'legacy'): void {
  const name = storageClass instanceof PyGlobal ? pythonName(storageClass, 2).full : pythonType(storageClass ?? null);
  const fits = allowedKind(name) === 'storage' || (kind === 'zip' && name === 'torch.storage.UntypedStorage');
  if (!fits && (allowedKind(name) !== null || !(storageClass instanceof PyGlobal))) {
    table.add('storage-class', name);
  }
}

/** Of several ids with one key the first counts: torch has the storage at hand for those that follow. */
function checkRecords(table: BlockerTable, section: PickleSection, doubtful: readonly PyPersistent[]): void {
  if (doubtful.length === 0) {
    return;
  }
  const firsts = new Map<string | null, PyPersistent>();
  for (const persistent of section.graph.persistents) {
    const key = storageId(persistent)?.key ?? null;
    firsts.set(key, firsts.get(key) ?? persistent);
  }
  for (const persistent of doubtful) {
    const id = storageId(persistent);
    if (id === null) {
      table.add('persistent-id', nameOf(persistent));
    } else if (firsts.get(id.key) === persistent && id.elementSize !== null) {
      const record = section.storage(id.key)?.record;
      table.addStorage(record === undefined || record.cut === true ? 'storage-missing' : 'storage-size', id.key);
    }
  }
}
