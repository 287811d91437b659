import type { TensorEntry } from '../checkpoint/checkpoint';
import type { StorageContent } from '../write/storageContent';

/** Where the numbers of a tensor come from, through every edit: what tells that two tensors are one. */
export interface Origin {
  /** The record or the bytes; of a tensor without a storage its node. Null where nothing tells. */
  readonly source: object | null;
  /** Dtypes that the numbers went through on their way. */
  readonly casts: string;
  /** They were written anew, one behind the other: offset and stride no longer say where they came from. */
  readonly gathered: boolean;
}

export function originOf({ storage, node }: TensorEntry): Origin {
  if (storage?.content === undefined) {
    const source = storage === null ? (typeof node === 'object' ? node : null) : storage.record;
    return { source, casts: '', gathered: false };
  }
  let at: StorageContent = storage.content;
  let casts = '';
  let gathered = false;
  for (;;) {
    switch (at.kind) {
      case 'record':
        return { source: at.record, casts, gathered };
      case 'bytes':
        return { source: at.data, casts, gathered };
      case 'drawn':
      case 'overlay':
      case 'interpolated':
        return { source: at, casts, gathered };
      case 'cast':
        casts = `${at.toDtype},${casts}`;
        break;
      case 'gather':
        gathered = true;
    }
    at = at.from;
  }
}

/** Whether two tensors show the same elements of the same bytes, whatever an edit made of them since. */
export function haveOneOrigin(a: TensorEntry, b: TensorEntry): boolean {
  const one = originOf(a);
  const other = originOf(b);
  return (
    one.source !== null &&
    one.source === other.source &&
    (one.gathered || other.gathered || a.offset === b.offset) &&
    isSameShape(a.shape, b.shape)
  );
}

export function isSameShape(a: readonly number[], b: readonly number[]): boolean {
  return a === b || (a.length === b.length && a.every((size, dim) => size === b[dim]));
}
