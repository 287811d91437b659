import { KeyTable } from '../keyTable';
import { isNpz } from './npzNames';
import type { ZipRecord } from './record';

/**
 * Lookup as miniz does it: names are equal when they differ in ASCII case only. By folder: the storages of a pickle, of
 * which there may be a hundred thousand, are found by their key as it stands in the pickle.
 */
export class RecordNames {
  /** By folder ('' for none), then by name within it. */
  private readonly folders = new Map<string, KeyTable<ZipRecord>>();
  /** Records whose name was taken already. */
  readonly duplicates: ZipRecord[] = [];

  constructor(records: readonly ZipRecord[]) {
    let folder = '';
    let names = this.namesIn(folder);
    for (const record of records) {
      const full = lowerAscii(record.name);
      const slash = full.lastIndexOf('/');
      // Most records lie in the folder of the one before.
      if (folder.length !== Math.max(slash, 0) || !full.startsWith(folder)) {
        folder = full.slice(0, Math.max(slash, 0));
        names = this.namesIn(folder);
      }
      const name = full.slice(slash + 1);
      if (names.get(name) !== undefined) this.duplicates.push(record);
      else names.set(name, record);
    }
  }

  find(name: string): ZipRecord | undefined {
    const slash = name.lastIndexOf('/');
    return this.folders.get(lowerAscii(name.slice(0, Math.max(slash, 0))))?.get(lowerAscii(name.slice(slash + 1)));
  }

  /** The record `folder/name`. `name` may have slashes of its own. */
  findIn(folder: string, name: string): ZipRecord | undefined {
    return name.includes('/') ? this.find(`${folder}/${name}`) : this.folders.get(folder)?.get(lowerAscii(name));
  }

  private namesIn(folder: string): KeyTable<ZipRecord> {
    const known = this.folders.get(folder);
    if (known !== undefined) return known;
    const names = new KeyTable<ZipRecord>();
    this.folders.set(folder, names);
    return names;
  }
}

function lowerAscii(name: string): string {
  return /[A-Z]/.test(name) ? name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : name;
}

/** Records that make a folder the root of a checkpoint. */
const landmarks = ['data.pkl', 'constants.pkl', '.data/extern_modules', 'archive_format', 'model.json'];

export interface Root {
  /** Without the slash; null when the archive has none. */
  readonly folder: string | null;
  /** What torch says of it: it wants the folder of entry 0, with every record in it. */
  readonly problem: 'none' | 'other-folder' | 'records-outside';
  readonly outside: number;
}

const noRoot: Root = { folder: null, problem: 'none', outside: 0 };

/**
 * The folder that all records are in. torch takes that of entry 0; where nothing of a checkpoint is in it, the only
 * folder with a `data.pkl` is taken instead. An `.npz` has none: names of arrays may hold slashes.
 */
export function findRoot(records: readonly ZipRecord[]): Root {
  if (isNpz(records)) return noRoot;
  const first = records[0]?.name ?? '';
  const slash = first.indexOf('/');
  const folder = slash < 0 ? null : first.slice(0, slash);
  if (folder !== null) {
    const outside = countOutside(records, folder);
    if (outside === 0) return { folder, problem: 'none', outside };
    if (hasLandmark(records, folder)) return { folder, problem: 'records-outside', outside };
  }
  const other = onlyCheckpointFolder(records);
  if (other === null) return noRoot;
  return { folder: other === '' ? null : other, problem: 'other-folder', outside: countOutside(records, other) };
}

function countOutside(records: readonly ZipRecord[], folder: string): number {
  const prefix = folder === '' ? '' : `${folder}/`;
  let outside = 0;
  for (const { name } of records) if (!name.startsWith(prefix)) outside++;
  return outside;
}

function hasLandmark(records: readonly ZipRecord[], folder: string): boolean {
  const wanted = new Set(landmarks.map((name) => lowerAscii(`${folder}/${name}`)));
  return records.some(({ name }) => wanted.has(lowerAscii(name)));
}

/** The folder ('' for none) of the only `data.pkl`; null when there is no such record, or more than one. */
function onlyCheckpointFolder(records: readonly ZipRecord[]): string | null {
  const folders = new Set<string>();
  for (const { name } of records) {
    const match = /^(?:(.*)\/)?data\.pkl$/i.exec(name);
    if (match !== null) folders.add(match[1] ?? '');
  }
  const [only] = folders;
  return folders.size === 1 && only !== undefined ? only : null;
}

/** Takes the root folder off the names of what lies in it. */
export function stripRoot(records: readonly ZipRecord[], folder: string | null): void {
  if (folder === null) return;
  const prefix = `${folder}/`;
  for (const record of records) {
    if (record.name.startsWith(prefix)) record.name = record.name.substring(prefix.length);
  }
}

/** Puts the root folder back, for an archive that is no checkpoint and whose records all lie in it. */
export function restoreRoot(records: readonly ZipRecord[], folder: string | null): void {
  if (folder === null) return;
  for (const record of records) record.name = `${folder}/${record.name}`;
}
