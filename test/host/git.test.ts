import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hasLfsObject, pathInRepository, repositoryOf } from '../../src/host/git';

const hash = '4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393';
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'repository-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(path: string, text = ''): string {
  const full = join(folder, path);
  mkdirSync(join(full, '..'), { recursive: true });
  writeFileSync(full, text);
  return full;
}

it('finds the repository around a file, and the path of the file in it', async () => {
  write('.git/HEAD');
  const file = write('runs/flowers 102/net.pt');
  const repository = await repositoryOf(file);
  expect(repository).toEqual({ top: folder, lfsObjects: join(folder, '.git', 'lfs', 'objects') });
  expect(repository && pathInRepository(repository, file)).toBe('runs/flowers 102/net.pt');
});

it('finds an object in the local store', async () => {
  write(`.git/lfs/objects/4d/7a/${hash}`, 'weights');
  const repository = await repositoryOf(write('net.pt'));
  expect(repository && (await hasLfsObject(repository, `sha256:${hash}`))).toBe(true);
  expect(repository && (await hasLfsObject(repository, `sha256:${hash.replace('4', '5')}`))).toBe(false);
});

it('takes no object id that is none for a path', async () => {
  write('.git/lfs/secret', 'x');
  const repository = await repositoryOf(write('net.pt'));
  expect(repository && (await hasLfsObject(repository, 'sha256:../../../lfs/secret'))).toBe(false);
});

it('follows a work tree to the objects of its repository', async () => {
  write('main/.git/worktrees/other/commondir', '../..\n');
  write('other/.git', `gitdir: ${join(folder, 'main/.git/worktrees/other')}\n`);
  const repository = await repositoryOf(write('other/net.pt'));
  expect(repository).toEqual({ top: join(folder, 'other'), lfsObjects: join(folder, 'main/.git/lfs/objects') });
});

it('finds none outside of a repository', async () => {
  expect(await repositoryOf(write('net.pt'))).toBeUndefined();
});
