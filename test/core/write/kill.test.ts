import { spawnSync } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareToOpen } from '../../../src/core/write/prepareToOpen';
import { corpusFolder } from '../../support/corpus';

let folder: string;
let script: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kill-'));
  script = join(folder, 'saveChild.mjs');
  const entry = join(dirname(fileURLToPath(import.meta.url)), 'saveChild.ts');
  await build({
    entryPoints: [entry],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
  });
});
afterAll(() => rm(folder, { recursive: true }));

const original = join(corpusFolder, 'torch-2.14.1', 'sd.pt');

function save(mode: string, path: string, deadlyStep: number): { readonly killed: boolean; readonly steps: number } {
  const { signal, stdout, stderr } = spawnSync(process.execPath, [script, mode, path, String(deadlyStep)], {
    encoding: 'utf8',
  });
  if (signal !== 'SIGKILL' && !/^\d+$/.test(stdout)) throw new Error(stderr);
  return { killed: signal === 'SIGKILL', steps: Number(stdout) };
}

async function freshCopy(name: string): Promise<string> {
  await mkdir(join(folder, name));
  const path = join(folder, name, '权重 final.pt');
  await copyFile(original, path);
  await chmod(path, 0o640);
  return path;
}

describe.each(['replace', 'keep', 'append'])('a save (%s) that is killed', (mode) => {
  it('leaves the old file or the new one, whole, and nothing beside it once it is opened again', async () => {
    const whole = await freshCopy(`${mode}-whole`);
    const { steps } = save(mode, whole, -1);
    expect(steps).toBeGreaterThan(8);
    await prepareToOpen(whole);
    const [before, after] = [await readFile(original), await readFile(whole)];
    expect(after.equals(before)).toBe(false);
    const outcomes = new Set<string>();
    for (let step = 0; step < steps; step++) {
      const path = await freshCopy(`${mode}-${step}`);
      expect(save(mode, path, step).killed).toBe(true);
      await prepareToOpen(path);
      const bytes = await readFile(path);
      outcomes.add(bytes.equals(before) ? 'old' : bytes.equals(after) ? 'new' : 'broken');
      expect(await readdir(dirname(path))).toEqual(['权重 final.pt']);
      expect((await stat(path)).mode & 0o777).toBe(0o640);
    }
    expect([...outcomes].toSorted()).toEqual(['new', 'old']);
  }, 240_000);
});
