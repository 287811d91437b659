import { removeLitter, type KeptFiles } from './companions';
import { realFileSystem, type FileSystem } from './fileSystem';
import { recoverAppend, type Recovery } from './journal';
import { systemCodeOf } from './saveError';

export interface Prepared {
  readonly recovery: Recovery;
  /** Names of files that killed saves had left, and that are gone now. */
  readonly removed: readonly string[];
}

/**
 * Sees to what killed saves of a file left behind, before it is opened: an append that was cut is undone, new files that
 * never took their place are deleted. Whoever opens an `unwritable` one reads its first `oldSize` bytes
 * (`sliceSource`).
 * @param kept Names of kept old files (`Replaced.previous`) that backups still need; `all` where that is not known.
 */
export async function prepareToOpen(
  path: string,
  kept: KeptFiles = new Set(),
  fileSystem: FileSystem = realFileSystem,
): Promise<Prepared> {
  const recovery = await recoverAppend(path, fileSystem);
  return { recovery, removed: await removeLitter(await realPathOf(path, fileSystem), fileSystem, kept) };
}

async function realPathOf(path: string, { realpath }: FileSystem): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (systemCodeOf(error) === undefined) {
      throw error;
    }
    return path;
  }
}
