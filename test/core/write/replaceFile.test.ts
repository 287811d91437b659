import {
  chmod,
  chown,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFile } from '../../../src/core/bytes/fileSource';
import { CheckpointError } from '../../../src/core/errors';
import { releaseCompanion, reserveCompanion, removeLitter } from '../../../src/core/write/companions';
import { realFileSystem } from '../../../src/core/write/fileSystem';
import { replaceFile, type ReplaceOptions } from '../../../src/core/write/replaceFile';
import { bytesPart, planOf } from '../../../src/core/write/savePlan';
import { tracedFileSystem } from './tracedFileSystem';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'replace-'));
  path = join(folder, 'model.pt');
  await writeFile(path, 'old', { mode: 0o644 });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const large = planOf([bytesPart(Buffer.alloc(20 << 20, 'new')), bytesPart(Buffer.from('end'))]);
const small = planOf([bytesPart(Buffer.from('new'))]);

async function codeOf(options: ReplaceOptions, to = path, plan = small): Promise<string> {
  try {
    await replaceFile(to, plan, options);
    return 'saved';
  } catch (error) {
    return error instanceof CheckpointError ? error.code : String(error);
  }
}

async function identity() {
  const source = await openFile(path);
  await source.close();
  return source.identity;
}

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

describe('replacing a file', () => {
  it('writes every part in order and tells how far it is', async () => {
    const progress: number[] = [];
    const { identity: saved } = await replaceFile(path, large, { progress: (done) => progress.push(done) });
    const bytes = await readFile(path);
    expect(bytes.length).toBe(large.size);
    expect(bytes.equals(Buffer.concat([Buffer.alloc(20 << 20, 'new'), Buffer.from('end')]))).toBe(true);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(progress.at(-1)).toBe(large.size);
    expect(saved).toEqual(await identity());
    expect(await readdir(folder)).toEqual(['model.pt']);
  });

  it('keeps mode, owner and symlink', async () => {
    const place = join(folder, 'elsewhere');
    await mkdir(place);
    const real = join(place, 'real.pt');
    await writeFile(real, 'old');
    await chmod(real, 0o604);
    const isRoot = process.getuid?.() === 0;
    if (isRoot) await chown(real, 1234, 2345);
    const alias = join(folder, 'alias.pt');
    await symlink(real, alias);
    await replaceFile(alias, small);
    expect((await lstat(alias)).isSymbolicLink()).toBe(true);
    const { mode, uid, gid } = await stat(real);
    expect(mode & 0o7777).toBe(0o604);
    if (isRoot) expect([uid, gid]).toEqual([1234, 2345]);
    expect(await readFile(real, 'utf8')).toBe('new');
    expect(await readdir(place)).toEqual(['real.pt']);
  });

  it('makes a file that was not there, and the one that a symlink only promised', async () => {
    await replaceFile(join(folder, 'fresh.pt'), small, { expected: null });
    await symlink('promised.pt', join(folder, 'alias.pt'));
    await replaceFile(join(folder, 'alias.pt'), small);
    expect(await readFile(join(folder, 'promised.pt'), 'utf8')).toBe('new');
    expect((await lstat(join(folder, 'alias.pt'))).isSymbolicLink()).toBe(true);
  });

  it('keeps the old file under another name when asked to', async () => {
    const { previous } = await replaceFile(path, small, { keepPrevious: true });
    expect(await readFile(previous ?? '', 'utf8')).toBe('old');
    expect(await removeLitter(path, realFileSystem)).toEqual([]);
    releaseCompanion(previous ?? '');
    expect(await removeLitter(path, realFileSystem, new Set([(previous ?? '').slice(folder.length + 1)]))).toEqual([]);
    expect(await removeLitter(path, realFileSystem)).toHaveLength(1);
    expect(await readdir(folder)).toEqual(['model.pt']);
  });

  it('refuses folders, further hard links, and a file that changed', async () => {
    const before = await identity();
    expect(await codeOf({}, folder)).toBe('save-is-a-folder');
    expect(await codeOf({ expected: null })).toBe('save-changed');
    await link(path, join(folder, 'second.pt'));
    expect(await codeOf({})).toBe('save-hard-links');
    await rm(join(folder, 'second.pt'));
    expect(await codeOf({ expected: before })).toBe('saved');
    expect(await codeOf({ expected: before })).toBe('save-changed');
    await rm(path);
    expect(await codeOf({ expected: before })).toBe('save-changed');
    expect(await readdir(folder)).toEqual([]);
  });

  it('sees a change that is made while it writes, of the file or of a source', async () => {
    const expected = await identity();
    expect(await codeOf({ expected, beforeReplace: () => utimes(path, 1, 1) })).toBe('save-changed');
    const other = join(folder, 'other.pt');
    const sources = [{ path, identity: await identity() }];
    expect(await codeOf({ sources, beforeReplace: () => utimes(path, 2, 2) }, other)).toBe('save-source-changed');
    expect(await codeOf({ sources, beforeReplace: () => rm(path) }, other)).toBe('saved');
    expect(await readdir(folder)).toEqual(['other.pt']);
  });

  it('says that there is no space before it writes', async () => {
    const calls: string[] = [];
    const fileSystem = {
      ...tracedFileSystem(async (name) => {
        calls.push(name);
      }),
    };
    const huge = { size: 2 ** 60, parts: [] };
    expect(await codeOf({ fileSystem }, path, huge)).toBe('save-no-space');
    expect(calls).toEqual(['statfs']);
  });

  it.each([
    ['ENOSPC', 'save-no-space'],
    ['EDQUOT', 'save-no-space'],
    ['EACCES', 'save-no-permission'],
    ['EROFS', 'save-no-permission'],
    ['EIO', 'save-failed'],
  ])('leaves the old file and nothing beside it whichever call fails with %s', async (system, code) => {
    let steps = 0;
    await replaceFile(path, large, {
      fileSystem: tracedFileSystem(async () => {
        steps++;
      }),
      keepPrevious: true,
    });
    for (const name of await readdir(folder)) if (name !== 'model.pt') await rm(join(folder, name));
    await writeFile(path, 'old');
    const outcomes = new Set<string>();
    for (let failing = 0; failing < steps; failing++) {
      let step = 0;
      const fileSystem = tracedFileSystem(async (_name, half) => {
        if (step++ !== failing) return;
        await half?.();
        throw systemError(system);
      });
      const outcome = await codeOf({ fileSystem }, path, large);
      outcomes.add(outcome);
      if (outcome === 'saved') await writeFile(path, 'old');
      expect(await readFile(path, 'utf8')).toBe('old');
      expect(await readdir(folder)).toEqual(['model.pt']);
    }
    // What can no longer undo the save does not: syncing the folder, for one.
    expect(outcomes).toContain(code);
    expect(outcomes.size).toBeLessThanOrEqual(3);
  });

  it('stops when it is cancelled, at any moment before the end', async () => {
    for (let at = 0; at < 3; at++) {
      const controller = new AbortController();
      let calls = 0;
      const progress = (): void => {
        if (calls++ === at) controller.abort();
      };
      expect(await codeOf({ signal: controller.signal, progress }, path, large)).toBe('cancelled');
      expect(await readFile(path, 'utf8')).toBe('old');
      expect(await readdir(folder)).toEqual(['model.pt']);
    }
  });
});

describe('litter', () => {
  it('is what is not in use: by this process, by another one, or lately by another machine', async () => {
    const own = reserveCompanion(path, 'saving');
    const [, stem = ''] = /^(.*\.)[0-9a-f]{8}-\d+-/.exec(own) ?? [];
    const host = own.slice(stem.length, stem.length + 8);
    const names = {
      own,
      running: `${stem}${host}-1-00000000.saving`,
      gone: `${stem}${host}-4194399-00000000.saving`,
      elsewhere: `${stem}ffffffff-1-00000000.saving`,
      elsewhereLongAgo: `${stem}ffffffff-1-00000001.prev`,
      unlike: `${stem}ffffffff-1-x.saving`,
    };
    for (const name of Object.values(names)) await writeFile(name, '');
    await utimes(names.elsewhereLongAgo, 1, 1);
    expect((await removeLitter(path, realFileSystem)).map((name) => join(folder, name)).toSorted()).toEqual(
      [names.gone, names.elsewhereLongAgo].toSorted(),
    );
    releaseCompanion(own);
    expect(await removeLitter(path, realFileSystem)).toHaveLength(1);
  });

  it('is found beside a name that is as long as names can be', async () => {
    const long = join(folder, `${'模'.repeat(84)}.pt`);
    await writeFile(long, 'old');
    const saving = reserveCompanion(long, 'saving');
    await writeFile(saving, '');
    releaseCompanion(saving);
    expect(await removeLitter(long, realFileSystem)).toHaveLength(1);
    expect(await codeOf({}, long)).toBe('saved');
  });
});
