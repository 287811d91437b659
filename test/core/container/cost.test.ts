import { describe, expect, test } from 'vitest';
import { memorySource } from '../../../src/core/bytes/memorySource';
import { openContainer } from '../../../src/core/container/detect';
import { countingSource } from '../../support/countingSource';
import { checkpointEntries, type Vector } from '../../support/torchSave';
import { buildZip, sparseZip, type EntrySpec, type ZipSpec } from '../../support/zipBuilder';

/** What opening may read beyond end record, directory and pickle. */
const allowance = 64 << 10;

function vectors(count: number, elements: number): Vector[] {
  return Array.from({ length: count }, (_, i) => ({ name: `layers.${i}.weight`, elements }));
}

async function costOf(entries: readonly EntrySpec[], spec: ZipSpec = {}) {
  const source = countingSource(sparseZip(entries, { root: 'archive', ...spec }));
  const container = await openContainer(source);
  const directory = entries.reduce((sum, { name }) => sum + 46 + 'archive/'.length + name.length, 0);
  const pickle = entries.find(({ name }) => name === 'data.pkl')?.data;
  return { source, container, extra: source.bytes - directory - (pickle instanceof Uint8Array ? pickle.length : NaN) };
}

describe('what opening a zip checkpoint reads', () => {
  test('of 10 GB in four storages: no storage', async () => {
    const { source, container, extra } = await costOf(checkpointEntries(vectors(4, 625_000_000)));
    expect(source.size).toBeGreaterThan(10e9);
    expect(extra).toBeLessThan(allowance);
    expect(source.reads).toBeLessThanOrEqual(12);
    const storages = container.records.filter(({ name }) => /^data\/\d$/.test(name));
    expect(storages.map(({ size }) => size)).toEqual([2.5e9, 2.5e9, 2.5e9, 2.5e9]);
    for (const { position, size } of storages) {
      const [start, end] = [position ?? NaN, (position ?? NaN) + size];
      expect(start % 64).toBe(0);
      // Reads of other records reach into it by some bytes, the one at the end of the file by 16 KiB.
      const read = source.ranges.map(([at, length]) => Math.min(end, at + length) - Math.max(start, at));
      expect(Math.max(...read)).toBeLessThanOrEqual(16 << 10);
    }
  });

  test('of one storage beyond 4 GiB, with header offsets beyond 4 GiB behind it', async () => {
    const { container, extra } = await costOf(checkpointEntries(vectors(2, 1_200_000_000)));
    expect(extra).toBeLessThan(allowance);
    for (const record of container.records) {
      expect(record.position, record.name).toBe(await container.locate(record));
    }
    expect(container.findings).toEqual([]);
  });

  test('of 100,000 records: no local header each', { timeout: 120_000 }, async () => {
    // The pickle names one of them: what it costs by itself is not counted here.
    const records = Array.from({ length: 100_000 }, (_, i) => ({ name: `data/${i + 1}`, data: 64 }));
    const { source, container, extra } = await costOf([...checkpointEntries(vectors(1, 16)), ...records]);
    expect(container.records.length).toBe(100_007);
    expect(container.records.every(({ position }) => position !== null)).toBe(true);
    expect(extra).toBeLessThan(allowance);
    expect(source.reads).toBeLessThanOrEqual(12);
    for (const index of [0, 5, 99_999, 100_006]) {
      const record = container.records[index];
      if (record !== undefined) expect(record.position).toBe(await container.locate(record));
    }
  });

  test.each<[string, ZipSpec]>([
    ['without padding, as zipfile writes', { style: 'plain' }],
    ['with an extra field in the local headers alone, as Info-ZIP writes', { style: 'extra' }],
    ['padded to 4096 without saying so', { alignment: 4096 }],
  ])('of 1,000 records %s', async (_, spec) => {
    const { source, container, extra } = await costOf(checkpointEntries(vectors(1000, 16)), spec);
    expect(extra).toBeLessThan(allowance);
    expect(source.reads).toBeLessThanOrEqual(80);
    const known = container.records.filter(({ position }) => position !== null);
    for (const record of known) expect(record.position).toBe(await container.locate(record));
    if (spec.alignment === undefined) expect(known.length).toBe(container.records.length);
  });
});

test('a small checkpoint costs few reads', async () => {
  const source = countingSource(memorySource(buildZip(checkpointEntries(vectors(2, 4)), { root: 'net' })));
  const container = await openContainer(source, { fileName: 'net.pt' });
  expect(container.rootFolder).toBe('net');
  expect(source.reads).toBeLessThanOrEqual(10);
});
