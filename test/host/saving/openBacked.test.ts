import {
  appendFileSync,
  linkSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { identityOf } from '../../../src/core/bytes/fileSource';
import { openMovable } from '../../../src/core/bytes/movableSource';
import type { Operation } from '../../../src/core/edit/operations';
import type { FileAccess } from '../../../src/host/fileAccess';
import { backupBytes, backupIdentity, parseBackup, type Backup } from '../../../src/host/saving/backup';
import { KeptFiles } from '../../../src/host/saving/keptFiles';
import { openBacked, type Backed } from '../../../src/host/saving/openBacked';

let folder: string;
let opened: Backed | undefined;
const at = (name: string): string => join(folder, name);
const set = (literal: string): Operation => ({ kind: 'setValue', path: ['epoch'], literal });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'backed-'));
  writeFileSync(at('a.pt'), 'as opened');
});

afterEach(async () => {
  await opened?.source.close();
  opened = undefined;
  rmSync(folder, { recursive: true });
});

function identify(path: string) {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? null : identityOf(stats);
}

const access: FileAccess = {
  get path() {
    return at('a.pt');
  },
  open: (options) => openMovable(at('a.pt'), options?.size === undefined ? {} : { size: options.size }),
  prepare: () => Promise.resolve(),
  identify: () => Promise.resolve(identify(at('a.pt'))),
  pollInterval: null,
};

/** A backup of two edits; of a document that was saved with the first one when `saved` is 1. */
function backup(saved: number, kept: string | null): Backup {
  const base = identify(at(kept ?? 'a.pt'));
  const disk = identify(at('a.pt'));
  if (base === null || disk === null) {
    throw new Error('the files are missing');
  }
  return {
    version: 1,
    operations: [set('1'), set('2')],
    saved,
    base: { kept, size: base.size, identity: backupIdentity(base) },
    disk: backupIdentity(disk),
  };
}

/** Replaces the file, and keeps its bytes under another name. */
function replace(kept: string): void {
  linkSync(at('a.pt'), at(kept));
  writeFileSync(at('new'), 'as saved!!');
  renameSync(at('new'), at('a.pt'));
}

async function restore(
  made: Backup,
): Promise<{ text: string; operations: number; saved: number | null; disk: string; unapplied: number }> {
  opened = await openBacked(access, parseBackup(backupBytes(made)), new Set());
  const bytes = new Uint8Array(opened.source.size);
  await opened.source.read(0, bytes);
  return {
    text: new TextDecoder().decode(bytes),
    operations: opened.operations.length,
    saved: opened.saved,
    disk: opened.disk,
    unapplied: opened.unapplied.length,
  };
}

describe('a document with a backup opens', () => {
  test('the file itself, when it was not saved', async () => {
    expect(await restore(backup(0, null))).toEqual({
      text: 'as opened',
      operations: 2,
      saved: 0,
      disk: 'same',
      unapplied: 0,
    });
  });

  test('the first bytes of the file, when it was appended to', async () => {
    const size = statSync(at('a.pt')).size;
    appendFileSync(at('a.pt'), ', and more');
    const made = backup(1, null);
    expect(await restore({ ...made, base: { ...made.base, size } })).toEqual({
      text: 'as opened',
      operations: 2,
      saved: 1,
      disk: 'same',
      unapplied: 0,
    });
  });

  test('the kept bytes, when it was replaced', async () => {
    replace('.kept');
    expect(await restore(backup(1, '.kept'))).toEqual({
      text: 'as opened',
      operations: 2,
      saved: 1,
      disk: 'same',
      unapplied: 0,
    });
    expect(opened?.at && basename(opened.at)).toBe('.kept');
  });

  test('the file with the edits that it lacks, when the kept bytes are gone', async () => {
    replace('.kept');
    const made = backup(1, '.kept');
    rmSync(at('.kept'));
    expect(await restore(made)).toEqual({ text: 'as saved!!', operations: 1, saved: 0, disk: 'same', unapplied: 0 });
  });

  test('another file without the edits, which wait', async () => {
    const made = backup(0, null);
    utimesSync(at('a.pt'), new Date(), new Date(Date.now() + 5_000));
    expect(await restore(made)).toEqual({ text: 'as opened', operations: 0, saved: 0, disk: 'conflict', unapplied: 2 });
  });

  test('the kept bytes beside another file, which is not overwritten unasked', async () => {
    replace('.kept');
    const made = backup(1, '.kept');
    writeFileSync(at('a.pt'), 'of another program');
    expect(await restore(made)).toMatchObject({ text: 'as opened', operations: 2, disk: 'conflict' });
    expect(opened?.identity.size).toBe('as saved!!'.length);
    rmSync(at('a.pt'));
    await opened?.source.close();
    expect(await restore(made)).toMatchObject({ text: 'as opened', operations: 2, disk: 'gone' });
  });
});

test('a text that is no backup is refused', () => {
  const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
  const made = backup(0, null);
  expect(parseBackup(bytes(made))).toEqual(made);
  for (const wrong of [{ ...made, version: 2 }, { ...made, operations: [1] }, { ...made, saved: -1 }, null]) {
    expect(() => parseBackup(bytes(wrong))).toThrow('not a backup');
  }
});

test('kept files are known to every window while the backup that needs them is there', async () => {
  const one = new KeptFiles(at('kept'));
  const other = new KeptFiles(at('kept'));
  expect(await other.names()).toEqual(new Set());
  writeFileSync(at('backup'), '');
  writeFileSync(at('backup 2'), '');
  await one.add('.a.prev', at('backup'));
  await one.add('.b.prev', at('backup 2'));
  expect(await other.names()).toEqual(new Set(['.a.prev', '.b.prev']));
  await one.remove(at('backup'));
  expect(await other.names()).toEqual(new Set(['.b.prev']));
  rmSync(at('backup 2'));
  expect(await other.names()).toEqual(new Set());
});
