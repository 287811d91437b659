// Installs the project's own dependencies. Node's own modules only: this runs on a fresh clone.

import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { inProject, root } from './paths.mjs';

/** npm writes the two files of one install within moments of each other. */
const sameInstallMilliseconds = 10_000;

/**
 * Runs `npm ci` when the lock file is newer than what is installed.
 *
 * @throws {Error} when npm fails
 */
export function installDependencies() {
  const installed = modified('node_modules', '.package-lock.json');
  if (installed !== null && (modified('package-lock.json') ?? 0) <= installed + sameInstallMilliseconds) return;
  console.log('Installing the dependencies with npm ci (about 240 MB) …');
  run('npm', ['ci', '--loglevel=error']);
}

/**
 * Runs a command in the project's folder, its output passed on.
 *
 * @param {string} command
 * @param {string[]} args
 * @throws {Error} when it fails
 */
export function run(command, args) {
  // npm is a script on Windows, which only a shell starts.
  const shell = process.platform === 'win32' && command === 'npm';
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${String(status)}`);
}

/** Milliseconds; null when there is no such file. @param {string[]} parts */
function modified(...parts) {
  return statSync(inProject(...parts), { throwIfNoEntry: false })?.mtimeMs ?? null;
}
