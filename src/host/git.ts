import { readFile, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';

/** The Git repository that a file lies in, as far as Git LFS is concerned. */
export interface GitRepository {
  /** The working tree's folder. */
  readonly top: string;
  /** Where Git LFS keeps objects of this repository, also for work trees and submodules. */
  readonly lfsObjects: string;
}

/** The repository around a file; undefined when there is none. Git itself is not run. */
export async function repositoryOf(file: string): Promise<GitRepository | undefined> {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const gitFolder = await gitFolderOf(join(folder, '.git'));
    if (gitFolder !== undefined) {
      return { top: folder, lfsObjects: join(gitFolder, 'lfs', 'objects') };
    }
    if (dirname(folder) === folder) {
      return undefined;
    }
  }
}

/** Path of a file below the top of its repository, as Git writes it. */
export function pathInRepository(repository: GitRepository, file: string): string {
  return relative(repository.top, file).split(sep).join('/');
}

/** @param oid as a pointer has it: `sha256:4d7a…` */
export async function hasLfsObject(repository: GitRepository, oid: string): Promise<boolean> {
  const hash = /^sha256:([0-9a-f]{64})$/.exec(oid)?.[1];
  if (hash === undefined) {
    return false;
  }
  const object = join(repository.lfsObjects, hash.slice(0, 2), hash.slice(2, 4), hash);
  return (await kindOf(object)) === 'file';
}

/** A `.git` is a folder, or a file that names one: `gitdir: …`, whose `commondir` has the objects. */
async function gitFolderOf(path: string): Promise<string | undefined> {
  switch (await kindOf(path)) {
    case 'folder':
      return path;
    case 'file': {
      const named = /^gitdir: (.+)/.exec(await readFile(path, 'utf8'))?.[1];
      return named === undefined ? undefined : commonFolder(resolve(dirname(path), named.trim()));
    }
    case 'nothing':
      return undefined;
  }
}

async function commonFolder(gitFolder: string): Promise<string> {
  const path = join(gitFolder, 'commondir');
  return (await kindOf(path)) === 'file' ? resolve(gitFolder, (await readFile(path, 'utf8')).trim()) : gitFolder;
}

/** What cannot be looked at counts as not there. */
async function kindOf(path: string): Promise<'file' | 'folder' | 'nothing'> {
  const stats = await stat(path).catch(() => undefined);
  return stats?.isDirectory() === true ? 'folder' : stats?.isFile() === true ? 'file' : 'nothing';
}
