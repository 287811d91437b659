import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { replaceFile } from '../../src/cli/replaceFile';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'replace-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const never = new AbortController().signal;

it('writes the pieces as one file', async () => {
  const path = join(folder, '表 1.csv');
  writeFileSync(path, 'what was there, and longer');
  await replaceFile(path, ['a', 'é'], never);
  expect(readFileSync(path, 'utf8')).toBe('aé');
  expect(readdirSync(folder)).toHaveLength(1);
});

it('leaves nothing half-written when cancelled, nor when the pieces fail', async () => {
  const path = join(folder, 'a.csv');
  writeFileSync(path, 'old');
  const cancellation = new AbortController();
  function* cancelledPieces(): Generator<string> {
    yield 'a';
    cancellation.abort();
    yield 'b';
  }
  await expect(replaceFile(path, cancelledPieces(), cancellation.signal)).rejects.toThrow(/abort/i);
  function* failingPieces(): Generator<string> {
    yield 'a';
    throw new Error('no more');
  }
  await expect(replaceFile(path, failingPieces(), never)).rejects.toThrow('no more');
  expect(readFileSync(path, 'utf8')).toBe('old');
  expect(readdirSync(folder)).toEqual(['a.csv']);
});

it('says why a file cannot be written, and what to do', async () => {
  await expect(replaceFile(join(folder, 'no', 'a.csv'), ['a'], never)).rejects.toMatchObject({
    code: 'write-failed',
    remedy: 'make its folder first',
  });
  mkdirSync(join(folder, 'b.csv'));
  await expect(replaceFile(join(folder, 'b.csv'), ['a'], never)).rejects.toMatchObject({ code: 'write-failed' });
  expect(readdirSync(folder)).toEqual(['b.csv']);
});
