import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ByteSource } from '../../../src/core/bytes/byteSource';
import { openFile } from '../../../src/core/bytes/fileSource';
import { memorySource } from '../../../src/core/bytes/memorySource';
import { readBytes } from '../../../src/core/bytes/range';
import { sliceSource } from '../../../src/core/bytes/sliceSource';
import { fromSystem } from '../../../src/core/bytes/systemError';
import { CheckpointError } from '../../../src/core/errors';
import { countingSource } from '../../support/countingSource';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ptckpt-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const content = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);

function write(name: string, bytes: Uint8Array = content): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
    return null;
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
}

describe('every source', () => {
  const makers: readonly (readonly [string, () => Promise<ByteSource>])[] = [
    ['file', () => openFile(write('模型 测试.pt'))],
    ['memory', async () => memorySource(content)],
    [
      'slice',
      async () => sliceSource(memorySource(Buffer.concat([Buffer.alloc(7), content, Buffer.alloc(7)])), 7, 1000),
    ],
  ];

  test.each(makers)('%s: gives the bytes asked for, and no others', async (_, make) => {
    const source = await make();
    expect(source.size).toBe(1000);
    expect(await readBytes(source, 0, 1000)).toEqual(content);
    expect(await readBytes(source, 990, 10)).toEqual(content.subarray(990));
    expect(await readBytes(source, 1000, 0)).toEqual(new Uint8Array());
    const target = new Uint8Array(6).fill(9);
    await source.read(100, target.subarray(2, 4));
    expect([...target]).toEqual([9, 9, 100, 101, 9, 9]);
    await source.close();
    await source.close();
  });

  test.each(makers)('%s: refuses a range past its end', async (_, make) => {
    const source = await make();
    for (const [offset, length] of [
      [991, 10],
      [1001, 0],
      [-1, 1],
      [NaN, 1],
      [2 ** 60, 1],
    ] as const) {
      expect(await codeOf(source.read(offset, new Uint8Array(length))), `${length} at ${offset}`).toBe('truncated');
    }
    expect(await codeOf(readBytes(source, 0, 2 ** 40))).toBe('truncated');
    await source.close();
  });
});

test('a slice does not go beyond its source, and leaves it open', async () => {
  const source = memorySource(content);
  expect(() => sliceSource(source, 500, 501)).toThrow('truncated');
  expect(() => sliceSource(source, -1, 2)).toThrow('truncated');
  await sliceSource(source, 500, 500).close();
  expect(await readBytes(source, 0, 1)).toEqual(content.subarray(0, 1));
});

describe('a file', () => {
  test('is told from one that replaced it', async () => {
    const first = await openFile(write('a.pt'));
    const second = await openFile(write('b.pt'));
    expect(first.identity.size).toBe(1000);
    expect(first.identity.modified).toBeGreaterThan(1.6e12);
    expect(first.identity.file).not.toBe(second.identity.file);
    await Promise.all([first.close(), second.close()]);
  });

  test('that has become shorter is never read short', async () => {
    const path = write('a.pt');
    const source = await openFile(path);
    truncateSync(path, 500);
    expect(await codeOf(source.read(0, new Uint8Array(1000)))).toBe('file-changed');
    expect(await readBytes(source, 0, 500)).toEqual(content.subarray(0, 500));
    await source.close();
  });

  test('that is missing, a folder, below a file', async () => {
    const path = write('a.pt');
    expect(await codeOf(openFile(join(folder, 'none.pt')))).toBe('file-missing');
    expect(await codeOf(openFile(join(path, 'below')))).toBe('file-missing');
    expect(await codeOf(openFile(folder))).toBe('is-a-folder');
    expect(await codeOf(openFile('a\0b'))).toBe('io');
  });

  test('that was closed is not read', async () => {
    const source = await openFile(write('a.pt'));
    await source.close();
    expect(await codeOf(source.read(0, new Uint8Array(1)))).toBe('io');
  });

  test('that may not be read', () => {
    for (const systemCode of ['EACCES', 'EPERM']) {
      const error = Object.assign(new Error(`${systemCode}: permission denied, open`), { code: systemCode });
      expect(fromSystem(error)).toMatchObject({ code: 'no-permission', detail: systemCode, cause: error });
    }
    const other = new CheckpointError('truncated');
    expect(fromSystem(other)).toBe(other);
  });

  test.runIf(process.platform !== 'win32')('that a link leads to, or does not', async () => {
    symlinkSync(join(folder, 'none.pt'), join(folder, 'dangling'));
    expect(await codeOf(openFile(join(folder, 'dangling')))).toBe('file-missing');
    symlinkSync(write('a.pt'), join(folder, 'link'));
    const source = await openFile(join(folder, 'link'));
    expect(source.size).toBe(1000);
    await source.close();
  });

  test.runIf(process.platform !== 'win32')('that is a FIFO or a device does not hang', async () => {
    const path = join(folder, 'fifo');
    execFileSync('mkfifo', [path]);
    expect(await codeOf(openFile(path))).toBe('unsupported');
    expect(await codeOf(openFile('/dev/zero'))).toBe('unsupported');
  });
});

test('a counting source counts reads and bytes', async () => {
  const source = countingSource(memorySource(content));
  await readBytes(source, 0, 10);
  await readBytes(source, 500, 5);
  expect(source.reads).toBe(2);
  expect(source.bytes).toBe(15);
  expect(source.ranges).toEqual([
    [0, 10],
    [500, 5],
  ]);
});
