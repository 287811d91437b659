import { describe, expect, it } from 'vitest';
import type { SourceIdentity } from '../../src/core/bytes/byteSource';
import { DiskWatch, type DiskChange } from '../../src/host/diskWatch';

const version = (modified: number, size = 100, file = '1:7'): SourceIdentity => ({ size, modified, file });

/** What is reported when one look after the other finds these; an error stands for a file system that does not answer. */
async function changes(read: SourceIdentity | null, looks: readonly (SourceIdentity | null | Error)[]) {
  const reported: [look: number, DiskChange][] = [];
  let at = 0;
  const watch = new DiskWatch(
    () => {
      const found = looks[at] ?? null;
      return found instanceof Error ? Promise.reject(found) : Promise.resolve(found);
    },
    read,
    (change) => reported.push([at, change]),
  );
  for (; at < looks.length; at++) {
    await watch.look();
  }
  watch.dispose();
  return reported;
}

describe('DiskWatch', () => {
  it('says nothing while the file is what was read', async () => {
    expect(await changes(version(1), [version(1), version(1), version(1)])).toEqual([]);
  });

  it('reports a replaced file once it has stood still for two looks', async () => {
    const looks = [version(2), version(2), version(2), version(2)];
    expect(await changes(version(1), looks)).toEqual([
      [0, 'changing'],
      [2, 'settled'],
    ]);
  });

  it('notices a file of equal size and time that another has been put in place of', async () => {
    const other = version(1, 100, '1:8');
    expect(await changes(version(1), [other, other, other])).toEqual([
      [0, 'changing'],
      [2, 'settled'],
    ]);
  });

  it('waits as long as something writes', async () => {
    const looks = [1, 2, 3, 4, 5, 5, 6].map((step) => version(step, 100 * step));
    expect(await changes(version(0), looks)).toEqual([[0, 'changing']]);
  });

  it('takes a file that is deleted and written anew for one that is being written', async () => {
    expect(await changes(version(1), [null, version(2), version(2), version(2)])).toEqual([
      [1, 'changing'],
      [3, 'settled'],
    ]);
  });

  it('reports a file that stays away, and one that comes back', async () => {
    expect(await changes(version(1), [null, null, null, null, version(2), version(2), version(2)])).toEqual([
      [2, 'gone'],
      [4, 'changing'],
      [6, 'settled'],
    ]);
  });

  it('takes no answer for no look', async () => {
    const away = new Error('EIO');
    expect(await changes(version(1), [away, version(1), away, version(1)])).toEqual([]);
  });

  it('finds a file where there was none', async () => {
    expect(await changes(null, [null, version(1), version(1), version(1)])).toEqual([
      [1, 'changing'],
      [3, 'settled'],
    ]);
  });
});
