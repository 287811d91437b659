import { copyFile, link, mkdtemp, readFile, readdir, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFile } from '../../../src/core/bytes/fileSource';
import { openCheckpoint } from '../../../src/core/checkpoint/open';
import { apply } from '../../../src/core/edit/apply';
import type { Operation } from '../../../src/core/edit/operations';
import { startState, type EditState } from '../../../src/core/edit/state';
import { appendToFile, planAppend, type AppendPlan } from '../../../src/core/write/appendSave';
import { hostTag, journalOf } from '../../../src/core/write/companions';
import { realFileSystem } from '../../../src/core/write/fileSystem';
import { crcOfTail, recoverAppend, writeJournal, type Journal } from '../../../src/core/write/journal';
import { prepareToOpen } from '../../../src/core/write/prepareToOpen';
import { corpusFolder } from '../../support/corpus';
import { runPython, withTorch } from '../../support/torch';
import { tracedFileSystem } from './tracedFileSystem';
import { stateOf } from './support';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'append-'));
  path = join(folder, 'train.pt');
  await copyFile(join(corpusFolder, 'torch-2.14.1', 'train.pt'), path);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function opened(): Promise<{ state: EditState; size: number }> {
  const bytes = await readFile(path);
  return { state: await stateOf(bytes), size: bytes.length };
}

async function edited(...operations: Operation[]): Promise<EditState> {
  return operations.reduce((state, operation) => apply(state, operation), (await opened()).state);
}

async function planned(...operations: Operation[]): Promise<AppendPlan> {
  const plan = await planAppend(await edited(...operations));
  if (plan === null) throw new Error('no append');
  return plan;
}

async function append(plan: AppendPlan, fileSystem = realFileSystem): Promise<void> {
  const source = await openFile(path);
  await source.close();
  await appendToFile(path, plan, { expected: source.identity, fileSystem });
}

const toCuda: Operation = { kind: 'remapDevices', to: { kind: 'all', device: 'cuda:3' } };

async function recordNames(): Promise<string[]> {
  return (await opened()).state.original.container.records.map(({ name }) => name);
}

describe('an append', () => {
  it('puts a pickle and a directory behind the old bytes, which stay', async () => {
    const before = await readFile(path);
    const plan = await planned(toCuda);
    await append(plan);
    const after = await readFile(path);
    expect(after.subarray(0, before.length).equals(before)).toBe(true);
    expect(after.length).toBe(before.length + plan.bytes.length);
    expect(await readdir(folder)).toEqual(['train.pt']);
    const { state } = await opened();
    expect([...state.checkpoint.summary.devices.keys()]).toEqual(['cuda:3']);
    expect(state.original.container.findings.map(({ code }) => code)).toContain('dead-bytes');
  });

  it('keeps `.format_version` where its promises hold, and leaves out the serialization id', async () => {
    await append(await planned(toCuda));
    expect(await recordNames()).toContain('.format_version');
    expect(await recordNames()).not.toContain('.data/serialization_id');
    const first = (await opened()).state.checkpoint.entries.find(({ kind }) => kind === 'tensor');
    if (first === undefined) throw new Error('no tensor');
    await append(await planned({ kind: 'remove', selection: { paths: [first.path] } }));
    expect(await recordNames()).not.toContain('.format_version');
    expect(await recordNames()).not.toContain('data/0');
  });

  it('is none where bytes of storages change, or where there is no archive', async () => {
    expect(await planAppend(await edited({ kind: 'cast', dtype: 'float16' }))).toBeNull();
    const legacy = await readFile(join(corpusFolder, 'torch-2.14.1', 'legacy.pt'));
    expect(await planAppend(await stateOf(legacy))).toBeNull();
  });

  it('refuses a file with further names, one that changed, and one where another append is at work', async () => {
    const plan = await planned(toCuda);
    const before = await readFile(path);
    await link(path, join(folder, 'second.pt'));
    await expect(append(plan)).rejects.toMatchObject({ code: 'save-hard-links' });
    await rm(join(folder, 'second.pt'));
    const source = await openFile(path);
    await source.close();
    await utimes(path, 1, 1);
    const appending = appendToFile(path, plan, { expected: source.identity });
    await expect(appending).rejects.toMatchObject({ code: 'save-changed' });
    await writeJournal(path, { ...(await journal()), pid: 1 }, realFileSystem);
    await expect(append(plan)).rejects.toMatchObject({ code: 'save-failed' });
    expect((await readFile(path)).equals(before)).toBe(true);
  });

  it.each(['ENOSPC', 'EIO'])('undoes itself whichever call fails with %s', async (code) => {
    const plan = await planned(toCuda);
    const before = await readFile(path);
    let steps = 0;
    await append(
      plan,
      tracedFileSystem(async () => {
        steps++;
      }),
    );
    expect(steps).toBeGreaterThan(8);
    for (let failing = 0; failing < steps; failing++) {
      await writeFile(path, before);
      let step = 0;
      const fileSystem = tracedFileSystem(async (_name, half) => {
        if (step++ !== failing) return;
        await half?.();
        throw Object.assign(new Error(code), { code });
      });
      const outcome = await append(plan, fileSystem).then(
        () => 'saved',
        (error: unknown) => String(error),
      );
      await prepareToOpen(path);
      expect((await readFile(path)).length).toBe(before.length + (outcome === 'saved' ? plan.bytes.length : 0));
      expect(await readdir(folder)).toEqual(['train.pt']);
    }
  });

  withTorch('is read by torch, mapped and with its own checks of the layout, and by zipfile', async () => {
    const original = join(folder, 'original.pt');
    await copyFile(path, original);
    await append(await planned(toCuda));
    await append(await planned({ kind: 'remapDevices', to: { kind: 'all', device: 'cpu' } }));
    const input = JSON.stringify([{ original, saved: path }]);
    expect(await runPython('saved_files.py', [], { input })).toEqual([null]);
  });
});

/** As an append of 1,000 bytes would write it. */
async function journal(): Promise<Journal> {
  const { size } = await stat(path);
  const tailCrc = await crcOfTail(path, size, realFileSystem);
  return { host: hostTag(), pid: 4194399, oldSize: size, newSize: size + 1_000, tailCrc, appendedCrc: 0 };
}

describe('the journal of an append', () => {
  it('undoes one that was cut', async () => {
    const before = await readFile(path);
    await writeJournal(path, await journal(), realFileSystem);
    await writeFile(path, Buffer.concat([before, Buffer.alloc(500, 1)]));
    expect(await recoverAppend(path)).toEqual({ kind: 'undone' });
    expect((await readFile(path)).equals(before)).toBe(true);
    expect(await recoverAppend(path)).toEqual({ kind: 'none' });
    expect(await readdir(folder)).toEqual(['train.pt']);
  });

  it('undoes one that has its length but not its bytes', async () => {
    const before = await readFile(path);
    await writeJournal(path, await journal(), realFileSystem);
    await truncate(path, before.length + 1_000);
    expect(await recoverAppend(path)).toEqual({ kind: 'undone' });
    expect((await stat(path)).size).toBe(before.length);
  });

  it('is let go of when it is about another file, or was not written whole', async () => {
    await writeJournal(path, await journal(), realFileSystem);
    const other = Buffer.alloc(200_000, 7);
    await writeFile(path, other);
    expect(await recoverAppend(path)).toEqual({ kind: 'none' });
    expect((await readFile(path)).equals(other)).toBe(true);
    await writeFile(journalOf(path), '{"host":');
    expect(await recoverAppend(path)).toEqual({ kind: 'none' });
    expect(await readdir(folder)).toEqual(['train.pt']);
  });

  it('is left alone while its process runs, for ten minutes', async () => {
    await writeJournal(path, { ...(await journal()), pid: 1 }, realFileSystem);
    await writeFile(path, Buffer.concat([await readFile(path), Buffer.alloc(500)]));
    expect(await recoverAppend(path)).toEqual({ kind: 'pending' });
    await utimes(journalOf(path), Date.now() / 1000 - 3600, Date.now() / 1000 - 3600);
    expect(await recoverAppend(path)).toEqual({ kind: 'undone' });
  });

  it('says how long the file is where it cannot be cut back', async () => {
    const { oldSize } = await journal();
    await writeJournal(path, await journal(), realFileSystem);
    await truncate(path, oldSize + 10);
    const fileSystem = tracedFileSystem(async (name) => {
      if (name === 'truncate') throw Object.assign(new Error('EROFS'), { code: 'EROFS' });
    });
    expect(await recoverAppend(path, fileSystem)).toEqual({ kind: 'unwritable', oldSize });
  });
});

it('a state of a file on disk can be appended to it', async () => {
  const source = await openFile(path);
  const state = apply(startState(await openCheckpoint(source)), toCuda);
  const plan = await planAppend(state);
  if (plan === null) throw new Error('no append');
  const identity = await appendToFile(path, plan, { expected: source.identity });
  await source.close();
  expect(identity.size).toBe(plan.oldSize + plan.bytes.length);
});
