import type { Checkpoint, Storage } from '../../core/checkpoint/checkpoint';

const entriesByStorage = new WeakMap<Checkpoint, ReadonlyMap<Storage, readonly number[]>>();

/** Indexes of the entries that lie in a storage, in file order. */
export function entriesOf(checkpoint: Checkpoint, storage: Storage): readonly number[] {
  let entries = entriesByStorage.get(checkpoint);
  if (entries === undefined) {
    entries = groupByStorage(checkpoint);
    entriesByStorage.set(checkpoint, entries);
  }
  return entries.get(storage) ?? [];
}

function groupByStorage(checkpoint: Checkpoint): ReadonlyMap<Storage, readonly number[]> {
  const groups = new Map<Storage, number[]>();
  for (const [at, entry] of checkpoint.entries.entries()) {
    if (entry.kind === 'tensor' && entry.storage !== null) {
      const group = groups.get(entry.storage);
      if (group === undefined) {
        groups.set(entry.storage, [at]);
      } else {
        group.push(at);
      }
    }
  }
  return groups;
}
