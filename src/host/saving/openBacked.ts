import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ByteSource, SourceIdentity } from '../../core/bytes/byteSource';
import { openMovable } from '../../core/bytes/movableSource';
import type { Operation } from '../../core/edit/operations';
import { CheckpointError } from '../../core/errors';
import { systemCodeOf } from '../../core/write/saveError';
import type { FileAccess } from '../fileAccess';
import { isSameFile, type Backup } from './backup';

/** The bytes that a document opens with, and the edits that are made on them again. */
export interface Backed {
  readonly source: ByteSource;
  /** Where they are; null for what is on no local disk. */
  readonly at: string | null;
  /** What the file was when it was written or read here last. */
  readonly identity: SourceIdentity;
  readonly operations: readonly Operation[];
  /** How many of the operations the file holds; null when it is none of the states. */
  readonly saved: number | null;
  /** How the file on disk stands to the edits. */
  readonly disk: 'same' | 'conflict' | 'gone';
  /** Edits to a version of the file that is gone. */
  readonly unapplied: readonly Operation[];
}

/**
 * Finds what the edits of a backup apply to: the bytes of the file as it was opened, or else the file that holds some of
 * them already.
 * @param kept Names beside the file that are needed still.
 * @throws CheckpointError as `FileAccess.open`.
 */
export async function openBacked(
  access: FileAccess,
  backup: Backup | null,
  kept: ReadonlySet<string>,
): Promise<Backed> {
  const at = access.path;
  if (backup === null) {
    const source = await access.open({ kept });
    return { source, at, identity: source.identity, operations: [], saved: 0, disk: 'same', unapplied: [] };
  }
  const { base, operations, saved, disk } = backup;
  if (at !== null && base.kept !== null) {
    await access.prepare(kept);
    const found = await openKept(at, base.kept, backup);
    if (found !== null) {
      return { ...found, ...(await diskOf(access, backup)), operations, saved, unapplied: [] };
    }
  }
  const now = await access.identify();
  if (base.kept === null && isSameFile(base.identity, now)) {
    const source = await access.open({ size: base.size });
    return { source, at, identity: source.identity, operations, saved, disk: 'same', unapplied: [] };
  }
  const source = await access.open({ kept });
  const unsaved = saved === null ? operations : operations.slice(saved);
  const plain = { source, at, identity: source.identity, saved: 0 };
  return saved !== null && saved <= operations.length && isSameFile(disk, now)
    ? { ...plain, operations: unsaved, disk: 'same', unapplied: [] }
    : { ...plain, operations: [], disk: unsaved.length > 0 ? 'conflict' : 'same', unapplied: unsaved };
}

async function openKept(path: string, name: string, { base }: Backup): Promise<Pick<Backed, 'source' | 'at'> | null> {
  try {
    // The names of companions are those beside the file itself, where the path is a link.
    const at = join(dirname(await realpath(path).catch(() => path)), name);
    const source = await openMovable(at, { size: base.size });
    if (isSameFile(base.identity, source.identity)) {
      return { source, at };
    }
    await source.close();
    return null;
  } catch (error) {
    if (error instanceof CheckpointError || systemCodeOf(error) !== undefined) {
      return null;
    }
    throw error;
  }
}

async function diskOf(access: FileAccess, { disk }: Backup): Promise<Pick<Backed, 'identity' | 'disk'>> {
  const now = await access.identify();
  if (now !== null && isSameFile(disk, now)) {
    return { identity: now, disk: 'same' };
  }
  return { identity: { ...disk, file: null }, disk: now === null ? 'gone' : 'conflict' };
}
