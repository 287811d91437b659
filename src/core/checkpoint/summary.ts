import { elementsOfTensor, findAliases } from './aliases';
import type { Branch, Entry, Storage, Summary } from './checkpoint';

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** Per entry: 1 when it stands below an optimizer. */
export function optimizerMask(entries: readonly Entry[], branches: readonly Branch[]): Uint8Array {
  const mask = new Uint8Array(entries.length);
  for (const { role, first, end } of branches) {
    if (role === 'optimizer') {
      mask.fill(1, first, end);
    }
  }
  return mask;
}

/** Per entry: 1 when it is a part of a tensor that is listed itself, such as what a DTensor wraps. */
function partMask(entries: readonly Entry[], branches: readonly Branch[]): Uint8Array {
  const mask = new Uint8Array(entries.length);
  for (const { node, first, end } of branches) {
    const before = entries[first - 1];
    if (before?.kind === 'tensor' && before.node === node && node !== null) {
      mask.fill(1, first, end);
    }
  }
  return mask;
}

export function summarize(entries: readonly Entry[], branches: readonly Branch[]): Summary {
  const dtypes = new Map<string, number>();
  const devices = new Map<string, number>();
  const used = new Set<Storage>();
  const aliases = findAliases(entries);
  const inOptimizer = optimizerMask(entries, branches);
  const isPart = partMask(entries, branches);
  let tensors = 0;
  let parameters = 0;
  let tensorBytes = 0;
  entries.forEach((entry, index) => {
    if (entry.kind !== 'tensor') {
      return;
    }
    tensors++;
    tensorBytes += entry.bytes;
    count(dtypes, entry.dtype);
    if (entry.device !== null) {
      count(devices, entry.device);
    }
    if (entry.storage !== null) {
      used.add(entry.storage);
    }
    if (inOptimizer[index] === 0 && isPart[index] === 0 && aliases.first[index] === index) {
      parameters += elementsOfTensor(entry);
    }
  });
  const storageBytes = [...used].reduce((sum, { bytes }) => sum + bytes, 0);
  return { tensors, parameters, tensorBytes, storageBytes, dtypes, devices };
}
