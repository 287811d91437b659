import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of package.json. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Absolute path of something in the project. @param {string[]} parts */
export function inProject(...parts) {
  return join(root, ...parts);
}
