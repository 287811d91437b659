import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findPython } from '../../scripts/findPython.mjs';
import { python, runPython, withTorch } from '../support/torch';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'find-python-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A program that stands for a Python whose torch has this version; null: `import torch` fails. */
async function fakePython(path: string, torch: string | null): Promise<string> {
  await writeFile(path, torch === null ? '#!/bin/sh\nexit 1\n' : `#!/bin/sh\necho ${torch}\n`);
  await chmod(path, 0o755);
  return path;
}

test.runIf(process.platform !== 'win32')('takes the named Python first, then .venv, then python3', async () => {
  const bin = join(folder, '.venv', 'bin');
  await mkdir(bin, { recursive: true });
  const named = await fakePython(join(folder, 'named'), '2.9.1');
  const inVenv = await fakePython(join(bin, 'python'), '2.13.0+cpu');

  expect(findPython(folder, { PTCKPT_PYTHON: named })).toEqual({ executable: named, torch: '2.9.1' });
  expect(findPython(folder, {})).toEqual({ executable: inVenv, torch: '2.13.0+cpu' });
  await fakePython(named, null);
  expect(findPython(folder, { PTCKPT_PYTHON: named })).toEqual({ executable: inVenv, torch: '2.13.0+cpu' });
  await fakePython(inVenv, '2.5.1');
  expect(findPython(folder, {})?.executable).not.toBe(inVenv);
});

withTorch('a script gets its input and gives its JSON', async () => {
  const versions = await runPython('version.py', [], { input: 'ünïcode' });
  expect(versions).toMatchObject({ torch: python()?.torch, input: 'ünïcode' });
});

withTorch('a script that fails is an error with what it said', async () => {
  await expect(runPython('missing.py')).rejects.toThrow(/missing\.py failed/);
});
