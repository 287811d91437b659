import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { StatsFs } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { realFileSystem, type FileSystem } from '../../../src/core/write/fileSystem';
import { replaceFile } from '../../../src/core/write/replaceFile';
import { bytesPart, planOf } from '../../../src/core/write/savePlan';

/** A disk of 1 MB, where this user may mount one. Elsewhere replaceFile.test.ts lets every call fail with ENOSPC. */
const folder = mkdtempSync(join(tmpdir(), 'full-'));
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]).status === 0;
afterAll(() => {
  if (isMounted) {
    spawnSync('umount', [folder]);
  }
  rmSync(folder, { recursive: true });
});

/** What the disk says of its free blocks. */
function saying(bavail: number): FileSystem {
  const asked = async (path: string): Promise<StatsFs> => Object.assign(await statfs(path), { bavail });
  return { ...realFileSystem, statfs: asked as FileSystem['statfs'] };
}

// With room for anything, as a disk says that another program fills meanwhile; where none could be mounted, with one block.
const disks = isMounted ? [realFileSystem, saying(1 << 30)] : [saying(1)];

it.each(disks)('a full disk leaves the old file whole and no litter (%#)', async (fileSystem) => {
  const path = join(folder, 'model.pt');
  writeFileSync(path, 'old');
  const plan = planOf([bytesPart(Buffer.alloc(3 << 20, 'new'))]);
  await expect(replaceFile(path, plan, { fileSystem })).rejects.toMatchObject({ code: 'save-no-space' });
  expect(readFileSync(path, 'utf8')).toBe('old');
  expect(readdirSync(folder)).toEqual(['model.pt']);
  await replaceFile(path, planOf([bytesPart(Buffer.from('new'))]), { fileSystem });
  expect(readFileSync(path, 'utf8')).toBe('new');
});
