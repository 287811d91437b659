import { systemCodeOf } from './saveError';
import * as fs from 'node:fs/promises';

/** The calls that saving makes, so that a test can let any of them fail. */
export type FileSystem = Pick<
  typeof fs,
  | 'open'
  | 'link'
  | 'readdir'
  | 'readFile'
  | 'readlink'
  | 'realpath'
  | 'rename'
  | 'stat'
  | 'statfs'
  | 'truncate'
  | 'unlink'
>;

export const realFileSystem: FileSystem = fs;

/**
 * Puts what happened to the names of a folder onto the disk. Windows does so by itself, and opens no folders; some network
 * file systems cannot: then it is done when they see fit, which matters only if the machine fails.
 */
export async function syncFolder(folder: string, { open }: FileSystem): Promise<void> {
  if (process.platform === 'win32') {
    return;
  }
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (systemCodeOf(error) === undefined) {
      throw error;
    }
  }
}
