import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../src/core/checkpoint/open';
import { apply } from '../../../src/core/edit/apply';
import { startState, type EditState } from '../../../src/core/edit/state';
import { planSave } from '../../../src/core/write/planSave';
import { writePlan } from '../../../src/core/write/planWriter';
import type { SavePlan } from '../../../src/core/write/savePlan';
import { memorySource } from '../../../src/core/bytes/memorySource';
import { countingSource } from '../../support/countingSource';
import { checkpointEntries, type Vector } from '../../support/torchSave';
import { buildZip, sparseZip } from '../../support/zipBuilder';
import { saved, stateOf } from './support';

const root = 'model';

function vectors(count: number, elements = 10): Vector[] {
  return Array.from({ length: count }, (_, i) => ({ name: `layer.${i}`, elements }));
}

async function reopened(bytes: Uint8Array): Promise<EditState> {
  return stateOf(bytes);
}

function recordsOf({ original }: EditState): string[] {
  return original.container.records.map(({ name }) => name);
}

/** Bytes of a plan without its largest parts: headers, descriptors, directory. */
async function smallParts(plan: SavePlan): Promise<{ position: number; bytes: Uint8Array }[]> {
  const found: { position: number; bytes: Uint8Array }[] = [];
  let position = 0;
  for (const part of plan.parts) {
    if (part.kind === 'bytes') found.push({ position, bytes: part.bytes });
    if (part.kind === 'late') found.push({ position, bytes: part.make() });
    position += part.kind === 'bytes' ? part.bytes.length : part.length;
  }
  expect(position).toBe(plan.size);
  return found;
}

describe('what is planned for an archive', () => {
  it('numbers what is left in pickling order, and leaves out what nothing names', async () => {
    const bytes = buildZip([...checkpointEntries(vectors(12)), { name: 'data/99', data: 'nobody’s' }], { root });
    const state = apply(await stateOf(bytes), {
      kind: 'remove',
      selection: { paths: [0, 1, 2, 3, 4].map((i) => [`layer.${i}`]) },
    });
    const again = await reopened(await saved(state));
    expect(recordsOf(again)).toEqual([
      'data.pkl',
      '.format_version',
      '.storage_alignment',
      'byteorder',
      ...Array.from({ length: 7 }, (_, i) => `data/${i}`),
      'version',
    ]);
    expect(again.checkpoint.entries.map(({ path }) => path[0])).toEqual(
      vectors(12)
        .slice(5)
        .map(({ name }) => name),
    );
    expect(again.checkpoint.findings).toEqual([]);
  });

  it('keeps records of others, unless told not to', async () => {
    const bytes = buildZip(
      [...checkpointEntries(vectors(2)), { name: 'notes/a.txt', data: 'x'.repeat(99), deflate: true }],
      { root },
    );
    const state = await stateOf(bytes);
    const again = await reopened(await saved(state));
    const record = again.original.container.records.find(({ name }) => name === 'notes/a.txt');
    if (record === undefined) throw new Error('no record');
    expect(Buffer.from(await again.original.container.readRecord(record, 99)).toString()).toBe('x'.repeat(99));
    expect(recordsOf(await reopened(await saved(state, 'zip', { dropUnreferenced: true })))).not.toContain(
      'notes/a.txt',
    );
  });

  it('makes no promise where a storage is longer than the pickle says', async () => {
    const entries = checkpointEntries(vectors(3)).map((entry) =>
      entry.name === 'data/1' ? { ...entry, data: 44 } : entry,
    );
    const bytes = buildZip(entries, { root });
    expect(recordsOf(await reopened(await saved(await stateOf(bytes))))).not.toContain('.format_version');
  });

  it('keeps big-endian storages as they are', async () => {
    const entries = checkpointEntries(vectors(2)).map((entry) =>
      entry.name === 'byteorder'
        ? { ...entry, data: 'big' }
        : entry.name === 'data/1'
          ? { ...entry, data: Buffer.alloc(40, 'abcd') }
          : entry,
    );
    const state = await stateOf(buildZip(entries, { root }));
    const again = await reopened(await saved(state));
    expect(again.original.container.metadata.get('byteorder')).toBe('big');
    const record = again.original.container.records.find(({ name }) => name === 'data/1');
    if (record === undefined) throw new Error('no record');
    expect(Buffer.from(await again.original.container.readRecord(record, 99))).toEqual(Buffer.alloc(40, 'abcd'));
    // A legacy file is little-endian on every machine.
    expect((await saved(state, 'legacy')).includes(Buffer.alloc(40, 'dcba'))).toBe(true);
  });

  it('refuses a file that lacks a storage', async () => {
    const bytes = buildZip(
      checkpointEntries(vectors(3)).filter(({ name }) => name !== 'data/1'),
      { root },
    );
    const state = await stateOf(bytes);
    expect(() => planSave(state, 'zip')).toThrow('missing-record');
  });

  it('lays out sizes and positions beyond 4 GiB as torch does', async () => {
    // The same bytes as those of a file that torch 2.13 wrote under `skip_data()`, headers and directory compared by hand.
    const entries = checkpointEntries([
      { name: 'small', elements: 10 },
      { name: 'large', elements: 2 ** 30 + 5 },
      { name: 'behind', elements: 10 },
    ]).filter(({ name }) => name !== '.data/serialization_id');
    const source = sparseZip(entries, { root });
    const state = startState(await openCheckpoint(source));
    const plan = planSave(state, 'zip');
    // The pickle of the builder has no memo: everything behind it is that much further.
    const shift = plan.size - source.size;
    for (const { position, bytes } of (await smallParts(plan)).filter(({ position: at }) => at > 4096 + 2 ** 32)) {
      const wanted = Buffer.alloc(bytes.length);
      await source.read(position - shift, wanted);
      expect(comparable(bytes)).toEqual(comparable(wanted));
    }
  });

  it('takes neither memory nor reads for the weights while planning, and copies them in large pieces', async () => {
    const source = countingSource(sparseZip(checkpointEntries(vectors(5, 2 ** 29)), { root }));
    const state = apply(startState(await openCheckpoint(source)), { kind: 'addPrefix', prefix: 'a.' });
    const opened = source.bytes;
    const plan = planSave(state, 'zip');
    expect(source.bytes).toBe(opened);
    expect(plan.size).toBeGreaterThan(10 * 2 ** 30);
    const stop = new Error('enough');
    let written = 0;
    const writing = writePlan(plan, {
      async write(bytes) {
        expect(bytes.length).toBeLessThanOrEqual(8 << 20);
        if ((written += bytes.length) > 200 << 20) throw stop;
      },
    });
    await expect(writing).rejects.toBe(stop);
    expect(source.reads).toBeLessThan(60);
  });
});

/** Numbers of a header that do not depend on where it is. */
function comparable(bytes: Uint8Array): unknown {
  const view = Buffer.from(bytes);
  const signature = view.length >= 4 ? view.readUInt32LE(0) : 0;
  if (signature === 0x04034b50) return [view.subarray(4, 28).toString('hex'), view.length - view.readUInt16LE(28)];
  if (signature === 0x08074b50) return [view.length, view.subarray(8).toString('hex')];
  return view.length;
}

describe('what is planned for safetensors', () => {
  it('is the header, and tensors by dtype and name', async () => {
    const bytes = buildZip(
      checkpointEntries([
        { name: 'b', elements: 3 },
        { name: 'a', elements: 0 },
        { name: 'ä"', elements: 1 },
      ]),
      { root },
    );
    const file = await saved(await stateOf(bytes), 'safetensors');
    const length = Number(file.readBigUInt64LE(0));
    expect(length % 8).toBe(0);
    expect(
      file
        .subarray(8, 8 + length)
        .toString()
        .trimEnd(),
    ).toBe(
      '{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},' +
        '"b":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},"ä\\"":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}}',
    );
    expect(file.length).toBe(8 + length + 16);
  });

  it('comes back as it was, and goes to an archive', async () => {
    const first = await saved(await stateOf(buildZip(checkpointEntries(vectors(4)), { root })), 'safetensors');
    const state = startState(await openCheckpoint(memorySource(first), { fileName: 'a.safetensors' }));
    expect((await saved(state, 'safetensors')).equals(first)).toBe(true);
    const zip = await reopened(await saved(state, 'zip'));
    expect(zip.checkpoint.entries.map(({ path }) => path)).toEqual(vectors(4).map(({ name }) => [name]));
  });

  it('is refused for what the format cannot hold, by its name', async () => {
    const state = await stateOf(buildZip(checkpointEntries(vectors(2)), { root }));
    const withValue = apply(state, { kind: 'addEntry', path: ['epoch'], literal: '3' });
    expect(() => planSave(withValue, 'safetensors')).toThrow(
      expect.objectContaining({ code: 'save-unsupported', entry: 'epoch' }),
    );
    const tied = apply(state, { kind: 'duplicate', path: ['layer.0'], key: 'tied' });
    expect(() => planSave(tied, 'safetensors')).toThrow(
      expect.objectContaining({ code: 'save-unsupported', entry: 'tied' }),
    );
    const copied = await saved(tied, 'safetensors', { tied: 'copy' });
    const dropped = await saved(tied, 'safetensors', { tied: 'drop' });
    expect(copied.includes('"tied":{"dtype":"F32"')).toBe(true);
    expect(dropped.includes('"__metadata__":{"format":"pt","tied":"layer.0"}')).toBe(true);
    expect(copied.length).toBeGreaterThan(dropped.length);
  });
});
