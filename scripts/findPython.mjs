// Finds the Python whose torch is the oracle of the tests. Node's own modules only: `npm test` uses it before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The first torch whose `weights_only` default is on; what is older cannot serve as the oracle. */
export const oldestTorch = /** @type {const} */ ([2, 6]);

// A broken CUDA library shows only when torch is imported, so its version is asked for by importing it.
const probe = 'import torch; print(torch.__version__)';
const probeMilliseconds = 120_000;

/**
 * @typedef {object} FoundPython
 * @property {string} executable
 * @property {string} torch version as torch gives it: `2.13.0+cpu`
 */

/**
 * The first of `$PTCKPT_PYTHON`, the project's `.venv` and `python3` that imports torch ≥ 2.6; null when none does.
 * @param {string} root folder of the project
 * @param {Record<string, string | undefined>} [environment]
 * @returns {FoundPython | null}
 */
export function findPython(root, environment = process.env) {
  for (const executable of candidates(root, environment)) {
    const torch = torchOf(executable);
    if (torch !== null && isRecentEnough(torch)) {
      return { executable, torch };
    }
  }
  return null;
}

/**
 * Where it may be, in the order in which it is looked for.
 * @param {string} root
 * @param {Record<string, string | undefined>} [environment]
 * @returns {string[]}
 */
export function candidates(root, environment = process.env) {
  const inVenv = [join(root, '.venv', 'bin', 'python'), join(root, '.venv', 'Scripts', 'python.exe')].filter(
    existsSync,
  );
  const named = environment['PTCKPT_PYTHON'];
  return [...(named ? [named] : []), ...inVenv, 'python3'];
}

/**
 * @param {string} executable
 * @returns {string | null}
 */
function torchOf(executable) {
  const run = spawnSync(executable, ['-c', probe], { encoding: 'utf8', timeout: probeMilliseconds });
  return run.status === 0 ? run.stdout.trim() : null;
}

/**
 * Whether this torch can serve as the oracle.
 * @param {string} version
 * @returns {boolean}
 */
export function isRecentEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > oldestTorch[0] || (major === oldestTorch[0] && minor >= oldestTorch[1]);
}
