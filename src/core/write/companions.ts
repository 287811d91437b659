import { createHash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { FileSystem } from './fileSystem';
import { systemCodeOf } from './saveError';

/**
 * Files that stand beside a checkpoint because of a save: the new file while it is written (`saving`), the old one while
 * the history needs it (`prev`), the journal of an append (`journal`). Their names tell who made them, so that what a
 * killed process left can be told from what another one is at work on.
 */
export type CompanionKind = 'saving' | 'prev';

/** Names of `prev` files that somebody still needs. */
export type KeptFiles = ReadonlySet<string> | 'all';

/** Longer names of checkpoints are hashed: 255 bytes are all that file systems take. */
const longestStem = 200;
/** What a process on another machine did not touch for so long is given up for lost. In milliseconds. */
const abandonedAfter = 24 * 3600 * 1000;

/** Paths that this process has in use. */
const inUse = new Set<string>();

/** A new name beside `path`. It counts as in use until it is released. */
export function reserveCompanion(path: string, kind: CompanionKind): string {
  const name = `${stemOf(path)}${hostTag()}-${process.pid}-${randomBytes(4).toString('hex')}.${kind}`;
  const companion = join(dirname(path), name);
  inUse.add(companion);
  return companion;
}

/** Takes over one that another process had made. */
export function holdCompanion(companion: string): void {
  inUse.add(companion);
}

export function releaseCompanion(companion: string): void {
  inUse.delete(companion);
}

export function isHeld(companion: string): boolean {
  return inUse.has(companion);
}

export function journalOf(path: string): string {
  return join(dirname(path), `${stemOf(path)}journal`);
}

function stemOf(path: string): string {
  const name = basename(path);
  const isLong = Buffer.byteLength(name) > longestStem;
  return `.${isLong ? createHash('sha256').update(name).digest('hex').slice(0, 32) : name}.`;
}

/** Eight hex digits: process ids mean something on one machine, or in one container, only. */
export function hostTag(): string {
  return createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
}

const tag = /^([0-9a-f]{8})-(\d{1,10})-[0-9a-f]{8}\.(?:saving|prev)$/;

/**
 * Deletes what killed saves of this file left beside it. What cannot be deleted stays: opening goes on.
 * @param kept Names that are still needed though their process is gone: backups name them. `all` where that is not known:
 * then no old file is deleted.
 * @returns the names that were deleted.
 */
export async function removeLitter(
  path: string,
  fileSystem: FileSystem,
  kept: KeptFiles = new Set(),
): Promise<string[]> {
  const folder = dirname(path);
  const stem = stemOf(path);
  const removed: string[] = [];
  for (const name of await namesIn(folder, fileSystem)) {
    const companion = join(folder, name);
    const made = name.startsWith(stem) ? tag.exec(name.slice(stem.length)) : null;
    if (made === null || isKept(name, kept) || inUse.has(companion)) {
      continue;
    }
    const [, host = '', pid = ''] = made;
    if ((isLost(host, Number(pid)) || (await isOld(companion, fileSystem))) && (await remove(companion, fileSystem))) {
      removed.push(name);
    }
  }
  return removed;
}

function isKept(name: string, kept: KeptFiles): boolean {
  return kept === 'all' ? name.endsWith('.prev') : kept.has(name);
}

async function namesIn(folder: string, { readdir }: FileSystem): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    return nothingWhere(error, []);
  }
}

/** Whether the process that made a companion is known to be gone: its own names are in use or left over. */
function isLost(host: string, pid: number): boolean {
  return host === hostTag() && !isOther(pid);
}

/** Whether another process with this id is running. */
export function isOther(pid: number): boolean {
  if (pid === process.pid) {
    return false;
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCodeOf(error) === 'EPERM';
  }
}

async function isOld(companion: string, { stat }: FileSystem): Promise<boolean> {
  try {
    return Date.now() - (await stat(companion)).mtimeMs > abandonedAfter;
  } catch (error) {
    return nothingWhere(error, false);
  }
}

async function remove(companion: string, { unlink }: FileSystem): Promise<boolean> {
  try {
    await unlink(companion);
    return true;
  } catch (error) {
    return nothingWhere(error, false);
  }
}

/** What the system refuses here keeps nobody from opening the file. */
function nothingWhere<T>(error: unknown, nothing: T): T {
  if (systemCodeOf(error) === undefined) {
    throw error;
  }
  return nothing;
}
