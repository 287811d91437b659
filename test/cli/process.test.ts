import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writePickle } from '../../src/core/pickle/writer';
import { PyDict, PyStr } from '../../src/core/pickle/values';
import { cli } from '../support/cli';
import { corpusFolder } from '../support/corpus';
import { runPython, withTorch } from '../support/torch';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'ptckpt-'));
const bundle = join(folder, 'cli.js');

beforeAll(async () => {
  const entryPoints = [join(root, 'src', 'cli', 'main.ts')];
  await build({ entryPoints, bundle: true, platform: 'node', target: 'node20', outfile: bundle });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the bundle; `whileRunning` may signal it or close its output. */
function start(args: readonly string[], whileRunning: (child: ReturnType<typeof spawn>) => void = () => undefined) {
  return new Promise<Ended>((resolve, reject) => {
    const child = spawn(process.execPath, [bundle, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    child.once('error', reject);
    child.once('close', (status) => {
      resolve({ status, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(errors).toString() });
    });
    whileRunning(child);
  });
}

/** A pickle of a dict of so many ints: more text than a pipe holds. */
function manyKeys(count: number): string {
  const path = join(folder, 'many.pkl');
  const entries = Array.from({ length: count }, (_, index) => [new PyStr(`key ${index}`), index]).flat();
  writeFileSync(path, writePickle(new PyDict(entries)));
  return path;
}

describe('the program', () => {
  it.each(['torch-2.14.1/train.pt', 'torch-1.7.1/legacy.pt', 'torch-2.6.0/script.pt', 'torch-2.14.1/x.safetensors'])(
    'prints for %s what the same code prints in this process',
    async (name) => {
      const args = ['inspect', join(corpusFolder, name), '--json'];
      expect(await start(args)).toEqual(await cli(args));
    },
  );

  it('writes more than a pipe holds, whole', async () => {
    const { status, stdout } = await start(['inspect', manyKeys(20_000)]);
    expect(status).toBe(0);
    expect(stdout.split('\n').filter((line) => line.startsWith('int '))).toHaveLength(20_000);
  });

  it('ends quietly when nobody reads on', async () => {
    const ended = await start(['inspect', manyKeys(20_000)], (child) => {
      child.stdout?.once('data', () => child.stdout?.destroy());
    });
    expect(ended).toMatchObject({ status: 0, stderr: '' });
  });

  it('can be cancelled, and says so', async () => {
    // An array of 64 GB, all of it a hole, and one second of hashing at most before somebody asks for the end.
    const path = join(folder, 'long.npy');
    const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (${2 ** 36},), }`.padEnd(117) + '\n';
    writeFileSync(
      path,
      Buffer.concat([Buffer.from('\u0093NUMPY\u0001\u0000\u0076\u0000', 'latin1'), Buffer.from(header)]),
    );
    truncateSync(path, 10 + 118 + 2 ** 36);
    const ended = await start(['inspect', path, '--digest'], (child) => {
      setTimeout(() => child.kill('SIGINT'), 1_000);
    });
    expect(ended).toEqual({ status: 130, stdout: '', stderr: 'ptckpt: cancelled\n' });
  });

  it('says on one line what is wrong', async () => {
    const path = join(folder, 'no such.pt');
    const { status, stdout, stderr } = await start(['inspect', path]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toBe(`ptckpt: ${path}: there is no such file; check the path; it may have been moved or deleted\n`);
  });

  withTorch('has colours on a terminal, and none where NO_COLOR is set', async () => {
    const file = join(corpusFolder, 'torch-2.14.1', 'sd.pt');
    const show = async (...environment: string[]): Promise<unknown> =>
      await runPython('run_on_terminal.py', ['env', ...environment, process.execPath, bundle, 'inspect', file]);
    const shown = { status: 0, output: expect.stringContaining('State dict') as unknown };
    const colour = '\\u001b[';
    expect(await show('TERM=xterm')).toMatchObject({
      ...shown,
      output: expect.stringContaining('\u001b[1mState dict') as unknown,
    });
    for (const environment of [['TERM=xterm', 'NO_COLOR=1'], ['TERM=dumb']]) {
      const plain = await show(...environment);
      expect(plain).toMatchObject(shown);
      expect(JSON.stringify(plain)).not.toContain(colour);
    }
  });
});
