import type { ZipRecord } from './record';

/** `numpy.savez` writes nothing but arrays; their names may hold slashes. */
export function isNpz(records: readonly ZipRecord[]): boolean {
  return records.length > 0 && records.every(({ name }) => name.endsWith('.npy'));
}
