import { linkSync, mkdtempSync, renameSync, rmSync, writeFileSync, appendFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openFile } from '../../../src/core/bytes/fileSource';
import { openMovable, type MovableSource } from '../../../src/core/bytes/movableSource';

let folder: string;
let source: MovableSource | undefined;
const at = (name: string): string => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'movable-'));
  writeFileSync(at('a'), 'old bytes');
});

afterEach(async () => {
  await source?.close();
  rmSync(folder, { recursive: true });
});

async function text(): Promise<string> {
  const bytes = new Uint8Array(source?.size ?? 0);
  await source?.read(0, bytes);
  return new TextDecoder().decode(bytes);
}

describe('a source whose file is moved', () => {
  test('reads on under another name, and reads that came meanwhile wait', async () => {
    source = await openMovable(at('a'));
    await source.suspend();
    let done = false;
    const reading = text().then((found) => {
      done = true;
      return found;
    });
    linkSync(at('a'), at('kept'));
    writeFileSync(at('new'), 'new bytes!');
    renameSync(at('new'), at('a'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(done).toBe(false);
    await source.resume(at('kept'));
    expect(await reading).toBe('old bytes');
    expect(await text()).toBe('old bytes');
  });

  test('refuses another file of that name, and so do the reads that waited', async () => {
    source = await openMovable(at('a'));
    await source.suspend();
    const reading = expect(text()).rejects.toMatchObject({ code: 'file-changed' });
    writeFileSync(at('other'), 'old bytes');
    await expect(source.resume(at('other'))).rejects.toMatchObject({ code: 'file-changed' });
    await reading;
  });

  test('goes on reading only what it was, when something was put behind it', async () => {
    source = await openMovable(at('a'));
    await source.suspend();
    appendFileSync(at('a'), ' and more');
    await source.resume(at('a'));
    expect(await text()).toBe('old bytes');
    await source.close();
    source = await openMovable(at('a'), { size: 3 });
    expect(await text()).toBe('old');
    await expect(source.read(2, new Uint8Array(2))).rejects.toMatchObject({ code: 'truncated' });
  });

  test('is left as it is when it is taken up without having been let go of', async () => {
    let opened = 0;
    source = await openMovable(at('a'), {
      open: (path) => {
        opened += 1;
        return openFile(path);
      },
    });
    // Another file has the name: a second handle on it would be refused, and one on the same would be left open.
    writeFileSync(at('new'), 'new bytes!');
    renameSync(at('new'), at('a'));
    await source.resume(at('a'));
    expect(await text()).toBe('old bytes');
    expect(opened).toBe(1);
  });

  test('is not opened with more bytes than the file has', async () => {
    await expect(openMovable(at('a'), { size: 10 })).rejects.toMatchObject({ code: 'file-changed' });
  });

  test('stays closed when it is taken up again after that', async () => {
    source = await openMovable(at('a'));
    await source.suspend();
    const reading = expect(text()).rejects.toMatchObject({ code: 'cancelled' });
    await source.close();
    await source.resume(at('a'));
    await reading;
    await expect(text()).rejects.toMatchObject({ code: 'cancelled' });
  });
});
