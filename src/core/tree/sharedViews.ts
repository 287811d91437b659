import { elementsOfTensor } from '../checkpoint/aliases';
import type { TensorEntry } from '../checkpoint/checkpoint';
import { reach } from '../checkpoint/strides';
import type { Shown } from './shown';
import type { SharedViews } from './treeColumns';

/** Tensors that share a storage, as far as they are there. @param numbers Number of the entry of each row. */
export function sharedViews({ entries, placeOf, aliases, entryCount }: Shown, numbers: Int32Array): SharedViews {
  const rowAt = new Map<number, number>();
  numbers.forEach((number, row) => {
    const place = placeOf[number] ?? -1;
    if (number >= 0 && number < entryCount && aliases.shared[place] === 1) {
      rowAt.set(place, row);
    }
  });
  const views = {
    row: Uint32Array.from(rowAt.values()),
    alias: new Uint32Array(rowAt.size),
    storage: new Uint32Array(rowAt.size),
    start: new Float64Array(rowAt.size),
    end: new Float64Array(rowAt.size),
  };
  let at = 0;
  for (const [place, row] of rowAt) {
    const entry = entries[place];
    views.alias[at] = rowAt.get(aliases.first[place] ?? place) ?? row;
    if (entry?.kind === 'tensor') {
      const [start, end] = extent(entry);
      views.storage[at] = entry.storage?.index ?? 0;
      views.start[at] = start;
      views.end[at] = end;
    }
    at++;
  }
  return views;
}

/** Bytes of its storage from the first to behind the last that a tensor shows. */
function extent(tensor: TensorEntry): readonly [start: number, end: number] {
  const { bytes, shape, stride, offset } = tensor;
  if (stride === null || offset === null) {
    return [0, bytes];
  }
  const width = bytes / Math.max(elementsOfTensor(tensor), 1);
  const end = reach(shape, stride, offset);
  return end === 0 ? [0, 0] : [offset * width, end * width];
}
