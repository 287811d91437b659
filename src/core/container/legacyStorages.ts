import type { ByteSource } from '../bytes/byteSource';
import { readBytes } from '../bytes/range';
import type { Finding } from '../findings';
import type { ContainerRecord, StorageRecord } from './container';
import type { StorageId } from './persistentId';
import { partOfRecord, rawRecordWithin } from './rawRecord';

/** An int64 element count stands before the bytes of each storage. */
const countBytes = 8;
/** Counts that are compared with the pickle's before the rest is believed: storages may be many, and far apart. */
const countsRead = 32;

export interface LegacyStorages {
  /** In file order; of a cut file those beyond its end too. */
  readonly records: readonly StorageRecord[];
  readonly findings: readonly Finding[];
}

/**
 * Finds the storages behind the pickles, without reading them.
 *
 * torch refuses a file whose count differs from the persistent id's, so the persistent ids say where everything is. Some
 * counts are read all the same; when one differs, all are followed one by one.
 * @param start Position behind the list of keys.
 * @param keys In file order.
 */
export async function locateStorages(
  source: ByteSource,
  start: number,
  keys: readonly string[],
  ids: ReadonlyMap<string, StorageId>,
): Promise<LegacyStorages> {
  const known = keys.findIndex((key) => elementSizeOf(ids, key) === null);
  const usable = known < 0 ? keys : keys.slice(0, known);
  const expected = layOut(start, usable, (key) => ids.get(key)?.elements ?? 0, ids);
  const agreed = await countsAgree(source, expected);
  const places = agreed ? expected : await followCounts(source, start, usable, ids);
  const findings: Finding[] = [];
  const unknown = keys[usable.length];
  if (unknown !== undefined) findings.push({ severity: 'error', code: 'legacy-key-unknown', entry: unknown });
  if (!agreed) findings.push({ severity: 'error', code: 'legacy-count', args: [places.length] });
  const last = places.at(-1);
  findings.push(...endFindings(source, last === undefined ? start : last.position + last.bytes, unknown === undefined));
  const records = places.map(({ key, position, bytes }) => ({
    key,
    record: rawRecordWithin(source, key, position, bytes),
  }));
  return { records, findings };
}

interface Place {
  readonly key: string;
  /** Of the first byte behind the count. */
  readonly position: number;
  readonly elements: number;
  readonly bytes: number;
}

function elementSizeOf(ids: ReadonlyMap<string, StorageId>, key: string): number | null {
  return ids.get(key)?.elementSize ?? null;
}

function layOut(
  start: number,
  keys: readonly string[],
  elementsOf: (key: string) => number,
  ids: ReadonlyMap<string, StorageId>,
): Place[] {
  let at = start;
  return keys.map((key) => {
    const elements = elementsOf(key);
    const bytes = elements * (elementSizeOf(ids, key) ?? 0);
    const position = at + countBytes;
    at = position + bytes;
    return { key, position, elements, bytes };
  });
}

async function countsAgree(source: ByteSource, places: readonly Place[]): Promise<boolean> {
  const step = Math.max(1, Math.ceil(places.length / countsRead));
  for (let i = places.length - 1; i >= 0; i -= step) {
    const place = places[i];
    if (place === undefined || place.position > source.size) continue;
    if ((await readCount(source, place.position - countBytes)) !== place.elements) return false;
  }
  return true;
}

async function readCount(source: ByteSource, offset: number): Promise<number> {
  const bytes = await readBytes(source, offset, countBytes);
  return Number(new DataView(bytes.buffer).getBigInt64(0, true));
}

/** As far as the counts make sense. */
async function followCounts(
  source: ByteSource,
  start: number,
  keys: readonly string[],
  ids: ReadonlyMap<string, StorageId>,
): Promise<Place[]> {
  const places: Place[] = [];
  let at = start;
  for (const key of keys) {
    const position = at + countBytes;
    if (position > source.size) break;
    const elements = await readCount(source, at);
    const bytes = elements * (elementSizeOf(ids, key) ?? 0);
    if (elements < 0 || position + bytes > source.size) break;
    places.push({ key, position, elements, bytes });
    at = position + bytes;
  }
  return places;
}

function endFindings(source: ByteSource, end: number, complete: boolean): Finding[] {
  if (end > source.size) return [{ severity: 'error', code: 'cut-file', args: [source.size, end] }];
  if (end === source.size || !complete) return [];
  return [{ severity: 'warning', code: 'trailing-bytes', offset: end, args: [source.size - end] }];
}

/** The part of a storage that a view of it is: legacy files give views keys of their own. */
export function viewRecord(root: ContainerRecord, id: StorageId): StorageRecord | null {
  if (id.view === null || id.elementSize === null) return null;
  const start = id.view.offset * id.elementSize;
  const size = id.view.elements * id.elementSize;
  if (start < 0 || size < 0 || start + size > root.size) return null;
  return { key: id.view.key, record: partOfRecord(root, start, size) };
}
