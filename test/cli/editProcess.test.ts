import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostTag, releaseCompanion, reserveCompanion } from '../../src/core/write/companions';
import { realFileSystem } from '../../src/core/write/fileSystem';
import { writeJournal } from '../../src/core/write/journal';
import { cli } from '../support/cli';
import { at, copied, edit, useFolder, values } from './editSupport';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const bundleFolder = mkdtempSync(join(tmpdir(), 'ptckpt-'));
const bundle = join(bundleFolder, 'cli.js');

beforeAll(async () => {
  const entryPoints = [join(root, 'src', 'cli', 'main.ts')];
  await build({ entryPoints, bundle: true, platform: 'node', target: 'node20', outfile: bundle });
});
afterAll(() => {
  rmSync(bundleFolder, { recursive: true });
});
useFolder();

/** A `.safetensors` of one float32 tensor of a gigabyte, all of it a hole. */
function gigabyte(): string {
  const bytes = 2 ** 30;
  const header = Buffer.from(JSON.stringify({ w: { dtype: 'F32', shape: [bytes / 4], data_offsets: [0, bytes] } }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  writeFileSync(at('a.safetensors'), Buffer.concat([length, header]));
  truncateSync(at('a.safetensors'), 8 + header.length + bytes);
  return at('a.safetensors');
}

interface Ended {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs an edit that takes seconds, and sends it a signal once the new file has some megabytes. */
function interrupted(file: string, signal: 'SIGINT' | 'SIGKILL'): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bundle, 'edit', file, '--in-place', '--cast', 'float16']);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const watch = setInterval(() => {
      const name = readdirSync(at('')).find((each) => each.endsWith('.saving'));
      if (name !== undefined && readFileSync(at(name)).length > 16 << 20) {
        clearInterval(watch);
        child.kill(signal);
      }
    }, 20);
    child.once('error', reject);
    child.once('close', (status, by) => {
      clearInterval(watch);
      resolve({ status, signal: by, stdout, stderr });
    });
  });
}

describe('an edit whose process is stopped while it writes', () => {
  it('by Ctrl+C: says so, and nothing is left beside the old file', async () => {
    const file = gigabyte();
    const ended = await interrupted(file, 'SIGINT');
    expect(ended).toEqual({ status: 130, signal: null, stdout: '', stderr: 'ptckpt: cancelled\n' });
    expect(readdirSync(at(''))).toEqual(['a.safetensors']);
    expect((await cli(['inspect', file])).stdout).toContain('float32');
  });

  it('by force: the old file is whole, and what was left beside it goes when any command opens it', async () => {
    const file = gigabyte();
    expect(await interrupted(file, 'SIGKILL')).toEqual({ status: null, signal: 'SIGKILL', stdout: '', stderr: '' });
    expect(readdirSync(at(''))).toHaveLength(2);
    const { status, stdout, stderr } = await cli(['inspect', file]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('float32');
    expect(readdirSync(at(''))).toEqual(['a.safetensors']);
  });
});

describe('every command, before it opens a file', () => {
  /** As a process leaves it that dies while it appends. */
  async function cutAppend(file: string): Promise<Buffer> {
    const before = readFileSync(file);
    const appended = Buffer.alloc(500, 7);
    const sizes = { oldSize: before.length, newSize: before.length + appended.length };
    const checks = { tailCrc: crc32(before), appendedCrc: crc32(appended) };
    await writeJournal(file, { host: hostTag(), pid: process.pid, ...sizes, ...checks }, realFileSystem);
    appendFileSync(file, appended.subarray(0, 123));
    return before;
  }

  it.each([
    ['inspect', (file: string) => ['inspect', file]],
    ['export', (file: string) => ['export', file, '-o', at('rows.csv')]],
    ['edit', (file: string) => ['edit', file, '-o', at('out.pt'), '--set', 'epoch=4']],
    ['edit of another file', (file: string) => ['edit', file, '-o', at('out.pt'), '--add', `more=${at('b.pt')}`]],
  ])('%s undoes an append that was cut, and says so', async (name, args) => {
    const file = copied('torch-2.14.1/train.pt');
    const cut = name === 'edit of another file' ? copied('torch-2.14.1/sd.pt', 'b.pt') : file;
    const before = await cutAppend(cut);
    const { status, stderr } = await cli(args(file));
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: `ptckpt: ${cut}: an append save had been cut; the file is what it was before it\n`,
    });
    expect(readFileSync(cut).equals(before)).toBe(true);
    expect(readdirSync(at('')).filter((each) => each.startsWith('.'))).toEqual([]);
  });

  it('leaves alone the old file that an editor keeps for undo', async () => {
    const file = copied('torch-2.14.1/train.pt');
    const kept = reserveCompanion(file, 'prev');
    const litter = reserveCompanion(file, 'saving');
    for (const name of [kept, litter]) {
      writeFileSync(name, 'x');
      releaseCompanion(name);
    }
    await cli(['inspect', file]);
    await edit(file, '--in-place', '--set', 'epoch=4');
    expect(readdirSync(at('')).map(at).sort()).toEqual([kept, file].sort());
    expect(await values(file)).toContain('["epoch"] = 4');
  });
});
