// Makes the tests' Python: a virtual environment with the torch that they compare with. Node's own modules only.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findPython } from '../findPython.mjs';
import { inProject, root } from './paths.mjs';

const packages = ['torch==2.13.0', 'numpy'];
// Its wheel asks for the torch of the package index, a CUDA build: taken without what it depends on.
const torchvision = ['torchvision==0.28.0', 'pillow'];
const onWindows = process.platform === 'win32';
const byHand = `python3 -m venv .venv && .venv/bin/pip install ${packages.join(' ')}`;

/**
 * Sees to it that a Python with torch is there, or says which command would bring one; torchvision beside it where that is
 * the project's own.
 *
 * @returns {boolean} whether there is one
 */
export function prepareTorch() {
  const isThere = findPython(root) !== null || installTorch();
  if (isThere) prepareTorchvision();
  return isThere;
}

/** @returns {boolean} */
function installTorch() {
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

/** Another Python than `.venv` is somebody's own: nothing is installed there. */
function prepareTorchvision() {
  const pip = environmentPip();
  if (!existsSync(pip)) return;
  const { status } = spawnSync(environmentPython(), ['-c', 'import importlib.metadata as m; m.version("torchvision")']);
  if (status === 0) return;
  console.log('Installing torchvision into .venv (24 MB, once) …');
  const install = spawnSync(pip, ['install', '--quiet', '--no-deps', ...torchvision], { cwd: root, stdio: 'inherit' });
  if (install.status !== 0) {
    console.log(`By hand: .venv/bin/pip install --no-deps ${torchvision.join(' ')}`);
  }
}

/** @returns {string | null} path of the environment's pip; null where none can be made */
function makeEnvironment() {
  const pip = environmentPip();
  if (!existsSync(pip)) {
    spawnSync(onWindows ? 'python' : 'python3', ['-m', 'venv', inProject('.venv')], { stdio: 'inherit' });
  }
  return existsSync(pip) ? pip : null;
}

function environmentPip() {
  return onWindows ? inProject('.venv', 'Scripts', 'pip.exe') : inProject('.venv', 'bin', 'pip');
}

function environmentPython() {
  return onWindows ? inProject('.venv', 'Scripts', 'python.exe') : inProject('.venv', 'bin', 'python');
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
