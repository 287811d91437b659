// Makes the tests' Python: a virtual environment with the torch that they compare with. Node's own modules only.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findPython } from '../findPython.mjs';
import { inProject, root } from './paths.mjs';

const packages = ['torch==2.13.0', 'numpy'];
const byHand = `python3 -m venv .venv && .venv/bin/pip install ${packages.join(' ')}`;

/**
 * Sees to it that a Python with torch is there, or says which command would bring one.
 *
 * @returns {boolean} whether there is one
 */
export function prepareTorch() {
  if (findPython(root) !== null) return true;
  const pip = makeEnvironment();
  if (pip === null) {
    console.log(`No Python with torch, and no virtual environment can be made here. By hand: ${byHand}`);
    return false;
  }
  if (!isProcessorBuild(pip)) {
    console.log(`torch is a CUDA build of several GB here, so it is not installed unasked. By hand: ${byHand}`);
    return false;
  }
  console.log('Installing torch into .venv (about 1 GB, once) …');
  const { status } = spawnSync(pip, ['install', '--quiet', ...packages], { cwd: root, stdio: 'inherit' });
  return status === 0 && findPython(root) !== null;
}

/** @returns {string | null} path of the environment's pip; null where none can be made */
function makeEnvironment() {
  const folder = inProject('.venv');
  const windows = process.platform === 'win32';
  const pip = windows ? join(folder, 'Scripts', 'pip.exe') : join(folder, 'bin', 'pip');
  if (!existsSync(pip)) spawnSync(windows ? 'python' : 'python3', ['-m', 'venv', folder], { stdio: 'inherit' });
  return existsSync(pip) ? pip : null;
}

/** Whether pip would install no CUDA library along with torch. @param {string} pip */
function isProcessorBuild(pip) {
  const args = ['install', '--dry-run', '--quiet', '--report', '-', ...packages];
  const { status, stdout } = spawnSync(pip, args, { encoding: 'utf8', maxBuffer: 64 << 20 });
  return status === 0 && packageNames(stdout).every((name) => !name.startsWith('nvidia-'));
}

/** @param {string} report pip's installation report @returns {string[]} */
function packageNames(report) {
  /** @type {{ install: { metadata: { name: string } }[] }} */
  const { install } = JSON.parse(report);
  return install.map(({ metadata }) => metadata.name.toLowerCase());
}
