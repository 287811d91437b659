import type { Entry, TensorEntry } from './checkpoint';
import type { Value } from '../pickle/values';
import { dtypes } from './dtypes';

function usesOfStorages(entries: readonly Entry[]): number[] {
  const uses: number[] = [];
  for (const entry of entries) {
    if (entry.kind === 'tensor' && entry.storage !== null) {
      uses[entry.storage.index] = (uses[entry.storage.index] ?? 0) + 1;
    }
  }
  return uses;
}

function viewText(tensor: TensorEntry): string {
  const { storage, offset, shape, stride } = tensor;
  return `${String(storage?.index)}:${String(offset)}:${shape.join()}:${stride === null ? '' : stride.join()}`;
}

export interface Aliases {
  /** Per entry: 1 when another tensor uses its storage too. */
  readonly shared: Uint8Array;
  /** Per entry: index of the first entry with the same storage, offset, shape and stride; its own index when it is that. */
  readonly first: Uint32Array;
}

/** Which tensors are one another: what is counted once in sums. */
export function findAliases(entries: readonly Entry[]): Aliases {
  const uses = usesOfStorages(entries);
  const shared = new Uint8Array(entries.length);
  const first = new Uint32Array(entries.length);
  const views = new Map<string, number>();
  const nodes = new Map<Value, number>();
  entries.forEach((entry, index) => {
    first[index] = index;
    if (entry.kind !== 'tensor') {
      return;
    }
    if (entry.storage === null) {
      const earlier = nodes.get(entry.node);
      first[index] = earlier ?? index;
      if (earlier === undefined) {
        nodes.set(entry.node, index);
      }
    } else if ((uses[entry.storage.index] ?? 0) > 1) {
      shared[index] = 1;
      const text = viewText(entry);
      const earlier = views.get(text);
      first[index] = earlier ?? index;
      if (earlier === undefined) {
        views.set(text, index);
      }
    }
  });
  return { shared, first };
}

/** Elements of a shape. */
export function elementsOf(shape: readonly number[]): number {
  let product = 1;
  for (const size of shape) {
    product *= size;
  }
  return product;
}

/** Elements of a tensor; of a nested one those of its buffer, as its shape does not say. */
export function elementsOfTensor({ shape, dtype, storage }: TensorEntry): number {
  if (!shape.includes(-1)) {
    return elementsOf(shape);
  }
  return storage === null ? 0 : storage.bytes / (dtypes.get(dtype)?.size ?? 1);
}
