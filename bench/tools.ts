import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPython } from '../scripts/findPython.mjs';
import { runQuietly } from './measure';

/** Peers by their release: a ratio to whatever is newest would move by itself. */
const picklescan = 'picklescan==1.0.5';
const netron = 'netron==9.3.3';

/** Everything that a row needs, made where it was missing. */
export interface Tools {
  readonly root: string;
  readonly node: string;
  /** The Python that has torch. */
  readonly python: string;
  /** Of the bench's own environment. */
  readonly picklescan: string;
  readonly netron: string;
  readonly versions: readonly string[];
  readonly data: (name: string) => string;
  readonly bundle: (name: string) => string;
  readonly script: (name: string) => string;
  /** The VSIX for this platform, packed once a run. */
  readonly packed: () => string;
}

export function prepare(root: string): Tools {
  const found = findPython(root);
  if (found === null) {
    throw new Error(
      'the bench compares with torch: python3 -m venv .venv && .venv/bin/pip install torch==2.13.0 numpy',
    );
  }
  const folder = join(root, 'bench', 'data');
  const environment = join(folder, 'venv');
  if (!existsSync(environment)) {
    runQuietly('python3', ['-m', 'venv', environment]);
    runQuietly(join(environment, 'bin', 'pip'), ['install', '--quiet', picklescan, netron]);
  }
  let vsix: string | undefined;
  runQuietly(found.executable, [join(root, 'bench', 'makeData.py'), folder]);
  return {
    root,
    node: process.execPath,
    python: found.executable,
    picklescan: join(environment, 'bin', 'picklescan'),
    netron: netronFolder(environment),
    versions: [`torch ${found.torch}`, picklescan.replace('==', ' '), netron.replace('==', ' ')],
    data: (name) => join(folder, name),
    bundle: (name) => join(folder, 'bundles', name),
    script: (name) => join(root, 'bench', 'peers', name),
    packed: () => (vsix ??= pack(root, join(folder, 'extension.vsix'))),
  };
}

/** The wheel's scripts are modules without saying so, which makes Node read each of them twice: it is told. */
function netronFolder(environment: string): string {
  const library = join(environment, 'lib');
  const folder = join(library, readdirSync(library)[0] ?? '', 'site-packages', 'netron');
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  return folder;
}

function pack(root: string, vsix: string): string {
  runQuietly(process.execPath, [join(root, 'scripts', 'package.mjs'), '--out', vsix]);
  return vsix;
}
