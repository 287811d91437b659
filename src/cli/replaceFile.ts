import { randomUUID } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CommandError } from './failure';

/**
 * Writes a file as a whole: beside its place first, then renamed. Nothing half-written stays, whatever happens.
 * @throws CommandError `write-failed`; the reason of `signal` when it is aborted.
 */
export async function replaceFile(path: string, chunks: Iterable<string>, signal: AbortSignal): Promise<void> {
  const beside = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    const handle = await open(beside, 'wx');
    try {
      await writeAll(handle, chunks, signal);
    } finally {
      await handle.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    signal.throwIfAborted();
    throw writeFailure(path, error);
  }
}

async function writeAll(handle: FileHandle, chunks: Iterable<string>, signal: AbortSignal): Promise<void> {
  for (const chunk of chunks) {
    signal.throwIfAborted();
    await handle.appendFile(chunk);
  }
  await handle.sync();
}

function writeFailure(path: string, error: unknown): unknown {
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) {
    return error;
  }
  return new CommandError('write-failed', `cannot write ${path} (${error.code})`, remedyFor(error.code));
}

function remedyFor(systemCode: string): string {
  switch (systemCode) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'make its folder first';
    case 'EISDIR':
      return 'name a file, not a folder';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'make room on the disk';
    default:
      return 'write to another place';
  }
}
