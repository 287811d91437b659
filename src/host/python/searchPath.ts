import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Names of an interpreter, in the order of preference: `python` may be Python 2 where it is not all there is. */
export const interpreterNames: readonly string[] =
  process.platform === 'win32' ? ['python.exe', 'python3.exe'] : ['python3', 'python'];

/** The first of the names in any folder of the search path. @param searchPath as `PATH` has it */
export async function findOnPath(names: readonly string[], searchPath: string): Promise<string | null> {
  const folders = searchPath.split(delimiter).filter((folder) => folder !== '');
  for (const name of names) {
    for (const folder of folders) {
      const path = join(folder, name);
      if (await isProgram(path)) {
        return path;
      }
    }
  }
  return null;
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    // Not there, or not for us: the next one is looked at.
    return false;
  }
}
