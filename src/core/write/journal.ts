import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { hostTag, isHeld, isOther, journalOf } from './companions';
import { realFileSystem, syncFolder, type FileSystem } from './fileSystem';
import { writeFully } from './replaceFile';
import { saveError, systemCodeOf } from './saveError';

/**
 * What an append is about to do, written and synced before the first byte of it: enough to undo one that was cut, and to
 * tell whether the file is still the one that it was about.
 */
export interface Journal {
  readonly host: string;
  readonly pid: number;
  /** Bytes of the file before and after the append. */
  readonly oldSize: number;
  readonly newSize: number;
  /** CRC-32 of the last bytes before the append, at most `tailBytes`, and of all that is appended. */
  readonly tailCrc: number;
  readonly appendedCrc: number;
}

/** An append takes milliseconds: one that has stood for longer is nobody's, whatever process has that number now. */
const pendingAtMost = 10 * 60 * 1000;
const tailBytes = 64 << 10;
const readBytes = 1 << 20;

const fields = ['pid', 'oldSize', 'newSize', 'tailCrc', 'appendedCrc'] as const;

/**
 * - `none`: there was no append to see to.
 * - `undone`: one was cut; the file is what it was before.
 * - `finished`: one was whole; only its journal was left.
 * - `pending`: one is being made.
 * - `unwritable`: one was cut and cannot be undone here: the first `oldSize` bytes are the file.
 */
export type Recovery =
  | { readonly kind: 'none' | 'undone' | 'finished' | 'pending' }
  | { readonly kind: 'unwritable'; readonly oldSize: number };

/** @throws CheckpointError `save-…` */
export async function writeJournal(path: string, journal: Journal, fileSystem: FileSystem): Promise<void> {
  const text = JSON.stringify(journal);
  const handle = await fileSystem.open(journalOf(path), 'wx', 0o600);
  try {
    await writeFully(handle, Buffer.from(`${text}\n${digestOf(text)}\n`));
    await handle.sync();
  } catch (error) {
    await Promise.allSettled([fileSystem.unlink(journalOf(path))]);
    throw error;
  } finally {
    await handle.close();
  }
  await syncFolder(dirname(path), fileSystem);
}

export async function removeJournal(path: string, fileSystem: FileSystem): Promise<void> {
  await fileSystem.unlink(journalOf(path));
  await syncFolder(dirname(path), fileSystem);
}

/**
 * Sees to an append that was cut, before a file is opened.
 * @throws CheckpointError when the file itself cannot be read.
 */
export async function recoverAppend(path: string, fileSystem: FileSystem = realFileSystem): Promise<Recovery> {
  try {
    const target = await fileSystem.realpath(path);
    if (isHeld(journalOf(target))) {
      return { kind: 'pending' };
    }
    const found = await readJournal(target, fileSystem);
    if (found === null) {
      return { kind: 'none' };
    }
    if (found.journal !== null && isPending(found.journal, found.modified)) {
      return { kind: 'pending' };
    }
    return found.journal === null
      ? await forget(target, 'none', fileSystem)
      : await settle(target, found.journal, fileSystem);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') {
      return { kind: 'none' };
    }
    throw saveError(error);
  }
}

function isPending({ host, pid }: Journal, modified: number): boolean {
  return host === hostTag() ? isOther(pid) && isYoung(modified) : isYoung(modified);
}

function isYoung(modified: number): boolean {
  return Date.now() - modified < pendingAtMost;
}

/** `journal` null: it was not written whole, so nothing was appended. */
async function readJournal(
  path: string,
  { readFile, stat }: FileSystem,
): Promise<{ readonly journal: Journal | null; readonly modified: number } | null> {
  try {
    const name = journalOf(path);
    const [text = '', digest] = (await readFile(name, 'latin1')).split('\n');
    const { mtimeMs } = await stat(name);
    return { journal: digest === digestOf(text) ? parseJournal(text) : null, modified: mtimeMs };
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') {
      return null;
    }
    throw error;
  }
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function parseJournal(text: string): Journal | null {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('host' in value) || typeof value.host !== 'string') {
    return null;
  }
  const entries = new Map(Object.entries(value));
  const [pid, oldSize, newSize, tailCrc, appendedCrc] = fields.map((field) => Number(entries.get(field)));
  const numbers = { pid, oldSize, newSize, tailCrc, appendedCrc };
  return isWhole(numbers) ? { host: value.host, ...numbers } : null;
}

function isWhole(
  numbers: Readonly<Record<(typeof fields)[number], number | undefined>>,
): numbers is Record<(typeof fields)[number], number> {
  return fields.every((field) => Number.isSafeInteger(numbers[field]));
}

async function settle(path: string, journal: Journal, fileSystem: FileSystem): Promise<Recovery> {
  const { oldSize, newSize, tailCrc, appendedCrc } = journal;
  const { size } = await fileSystem.stat(path);
  const isOurs = size >= oldSize && (await crcOfTail(path, oldSize, fileSystem)) === tailCrc;
  if (!isOurs || size === oldSize) {
    return forget(path, 'none', fileSystem);
  }
  if (size === newSize && (await crcOf(path, oldSize, newSize, fileSystem)) === appendedCrc) {
    return forget(path, 'finished', fileSystem);
  }
  try {
    await cutBack(path, oldSize, fileSystem);
  } catch (error) {
    if (systemCodeOf(error) === undefined) {
      throw error;
    }
    return { kind: 'unwritable', oldSize };
  }
  return forget(path, 'undone', fileSystem);
}

/** A journal that cannot be deleted is read again at the next opening, to the same end. */
async function forget(path: string, kind: 'none' | 'undone' | 'finished', fileSystem: FileSystem): Promise<Recovery> {
  try {
    await removeJournal(path, fileSystem);
  } catch (error) {
    if (systemCodeOf(error) === undefined) {
      throw error;
    }
  }
  return { kind };
}

/** Takes away what was appended. */
export async function cutBack(path: string, oldSize: number, { open }: FileSystem): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    await handle.truncate(oldSize);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** CRC-32 of the last bytes before `end`. */
export async function crcOfTail(path: string, end: number, fileSystem: FileSystem): Promise<number> {
  return crcOf(path, Math.max(0, end - tailBytes), end, fileSystem);
}

async function crcOf(path: string, start: number, end: number, { open }: FileSystem): Promise<number> {
  const handle = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(Math.min(readBytes, end - start));
    let crc = 0;
    for (let at = start; at < end;) {
      const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, end - at), at);
      if (bytesRead === 0) {
        return -1;
      }
      crc = crc32(buffer.subarray(0, bytesRead), crc);
      at += bytesRead;
    }
    return crc;
  } finally {
    await handle.close();
  }
}
