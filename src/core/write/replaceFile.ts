import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { SourceIdentity } from '../bytes/byteSource';
import { identityOf } from '../bytes/fileSource';
import { CheckpointError } from '../errors';
import { releaseCompanion, reserveCompanion } from './companions';
import { realFileSystem, syncFolder, type FileSystem } from './fileSystem';
import { writePlan, type Sink, type WriteOptions } from './planWriter';
import { saveError, systemCodeOf } from './saveError';
import type { SavePlan } from './savePlan';

export interface ReplaceOptions extends WriteOptions {
  /** What the file must still be: null for one that must not be there. Without it, whatever is there is replaced. */
  readonly expected?: SourceIdentity | null;
  /** Other files that bytes are copied from, with what they were when they were opened. */
  readonly sources?: readonly { readonly path: string; readonly identity: SourceIdentity }[];
  /** Keep the old file under another name beside the new one, where the file system has hard links. */
  readonly keepPrevious?: boolean;
  /** Called when the new file is whole, before it takes the old one's place: sources of the old one are closed here. */
  readonly beforeReplace?: () => Promise<void>;
  readonly fileSystem?: FileSystem;
}

export interface Replaced {
  readonly identity: SourceIdentity;
  /** Path of the old file where it was kept. Its name is in use until `releaseCompanion`. */
  readonly previous: string | null;
}

/**
 * Writes a plan to a path: a new file beside it, synced to the disk, with mode and owner of the old one, takes its
 * place in one step. Whatever fails, also by cancelling, leaves the old file as it was and nothing beside it; after a
 * kill `removeLitter` cleans up. A symlink stays one: what it leads to is replaced.
 * @throws CheckpointError `save-…`, `cancelled`, and what reading the sources throws.
 */
export async function replaceFile(path: string, plan: SavePlan, options: ReplaceOptions = {}): Promise<Replaced> {
  const fileSystem = options.fileSystem ?? realFileSystem;
  try {
    const target = await followLinks(path, fileSystem);
    const old = await statOrNull(target, fileSystem);
    checkTarget(old, options.expected);
    await checkSpace(dirname(target), plan.size, fileSystem);
    return await new Replacement(target, old, fileSystem, options).run(plan);
  } catch (error) {
    throw saveError(error);
  }
}

/** A link may lead to a file that is not there yet. */
async function followLinks(path: string, { readlink, realpath }: FileSystem): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') {
      throw error;
    }
  }
  try {
    return resolve(dirname(path), await readlink(path));
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT' && systemCodeOf(error) !== 'EINVAL') {
      throw error;
    }
    return resolve(path);
  }
}

async function statOrNull(path: string, { stat }: FileSystem): Promise<BigIntStats | null> {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') {
      return null;
    }
    throw error;
  }
}

/** What must hold before a file is replaced, or written to. */
export function checkTarget(old: BigIntStats | null, expected: SourceIdentity | null | undefined): void {
  if (old?.isDirectory() === true) {
    throw new CheckpointError('save-is-a-folder');
  }
  if (old?.isFile() === false) {
    throw new CheckpointError('save-failed', { detail: 'not a regular file' });
  }
  if (expected !== undefined && !isSame(old, expected)) {
    throw new CheckpointError('save-changed');
  }
  if (old !== null && old.nlink > 1n) {
    throw new CheckpointError('save-hard-links', { detail: `${old.nlink} names` });
  }
}

function isSame(stats: BigIntStats | null, expected: SourceIdentity | null): boolean {
  if (stats === null || expected === null) {
    return stats === expected;
  }
  const { size, modified, file } = identityOf(stats);
  return size === expected.size && modified === expected.modified && file === expected.file;
}

/** File systems that count no blocks do not say how many are free. */
export async function checkSpace(folder: string, size: number, { statfs }: FileSystem): Promise<void> {
  const { bavail, blocks, bsize } = await statfs(folder);
  if (blocks > 0 && bavail * bsize < size) {
    throw new CheckpointError('save-no-space', { detail: `${size} bytes wanted, ${bavail * bsize} are free` });
  }
}

/** How long to wait for a program that holds the file open on Windows, a virus scanner mostly. In milliseconds. */
const renameWaits = [20, 50, 100, 200, 400, 800];
const heldOpen = new Set(['EPERM', 'EACCES', 'EBUSY']);

class Replacement {
  private readonly saving: string;
  private readonly folder: string;

  constructor(
    private readonly target: string,
    private readonly old: BigIntStats | null,
    private readonly fileSystem: FileSystem,
    private readonly options: ReplaceOptions,
  ) {
    this.folder = dirname(target);
    this.saving = reserveCompanion(target, 'saving');
  }

  async run(plan: SavePlan): Promise<Replaced> {
    let previous: string | null = null;
    try {
      const identity = await this.write(plan);
      await this.options.beforeReplace?.();
      this.checkSignal();
      checkTarget(await statOrNull(this.target, this.fileSystem), this.options.expected);
      await this.checkSources();
      previous = await this.keepPrevious();
      await this.rename();
      await syncFolder(this.folder, this.fileSystem);
      return { identity, previous };
    } catch (error) {
      await this.discard(this.saving);
      if (previous !== null) {
        await this.discard(previous);
      }
      throw error;
    } finally {
      releaseCompanion(this.saving);
    }
  }

  private async write(plan: SavePlan): Promise<SourceIdentity> {
    // Nobody else may read it before it has the mode of the old one; a new file gets what the process gives.
    const handle = await this.fileSystem.open(this.saving, 'wx', this.old === null ? 0o666 : 0o600);
    try {
      await writePlan(plan, new SyncingSink(handle), this.options);
      await this.keepOwnerAndMode(handle);
      this.checkSignal();
      await handle.sync();
      return identityOf(await handle.stat({ bigint: true }));
    } finally {
      await handle.close();
    }
  }

  /** Owner first: changing it takes bits of the mode away. */
  private async keepOwnerAndMode(handle: FileHandle): Promise<void> {
    if (this.old === null) {
      return;
    }
    const { uid, gid, mode } = this.old;
    const own = await handle.stat({ bigint: true });
    if (own.uid !== uid || own.gid !== gid) {
      try {
        await handle.chown(Number(uid), Number(gid));
      } catch (cause) {
        throw new CheckpointError('save-owner', { detail: `${uid}:${gid}`, cause });
      }
    }
    await handle.chmod(Number(mode & 0o7777n));
  }

  /** A source that was replaced or deleted meanwhile is no harm: what was open is what was copied. */
  private async checkSources(): Promise<void> {
    for (const { path, identity } of this.options.sources ?? []) {
      const now = await statOrNull(path, this.fileSystem);
      if (now !== null && identityOf(now).file === identity.file && !isSame(now, identity)) {
        throw new CheckpointError('save-source-changed', { entry: path });
      }
    }
  }

  private async keepPrevious(): Promise<string | null> {
    if (this.options.keepPrevious !== true || this.old === null) {
      return null;
    }
    const previous = reserveCompanion(this.target, 'prev');
    try {
      await this.fileSystem.link(this.target, previous);
      return previous;
    } catch (error) {
      releaseCompanion(previous);
      if (systemCodeOf(error) === undefined) {
        throw error;
      }
      return null;
    }
  }

  private async rename(): Promise<void> {
    const waits = process.platform === 'win32' ? renameWaits : [];
    for (const wait of waits) {
      try {
        await this.fileSystem.rename(this.saving, this.target);
        return;
      } catch (error) {
        if (!heldOpen.has(systemCodeOf(error) ?? '')) {
          throw error;
        }
        await new Promise((done) => setTimeout(done, wait));
      }
    }
    await this.fileSystem.rename(this.saving, this.target);
  }

  private checkSignal(): void {
    if (this.options.signal?.aborted === true) {
      throw new CheckpointError('cancelled');
    }
  }

  /** What cannot be deleted now is so at the next opening; the error that led here is the one to tell. */
  private async discard(companion: string): Promise<void> {
    await Promise.allSettled([this.fileSystem.unlink(companion)]);
    releaseCompanion(companion);
  }
}

/** Bytes after which the disk is set to work: else all of it waits for the end. */
const syncEvery = 64 << 20;

/** Has the disk write what it was given while more is being read. */
class SyncingSink implements Sink {
  private unsynced = 0;
  private syncing: Promise<void> | null = null;

  constructor(private readonly handle: FileHandle) {}

  async write(bytes: Uint8Array): Promise<void> {
    await writeFully(this.handle, bytes);
    this.unsynced += bytes.length;
    if (this.unsynced >= syncEvery && this.syncing === null) {
      this.unsynced = 0;
      // An error of it is told by the sync at the end.
      this.syncing = Promise.allSettled([this.handle.datasync()]).then(() => {
        this.syncing = null;
      });
    }
  }
}

export async function writeFully(handle: FileHandle, bytes: Uint8Array, position: number | null = null): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const at = position === null ? null : position + done;
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at);
    done += bytesWritten;
  }
}
