import { describe, expect, test } from 'vitest';
import type { Container } from '../../../src/core/container/container';
import { defaultLimits } from '../../../src/core/limits';
import { errorOf, openBytes, said } from '../../support/containers';
import { checkpointEntries } from '../../support/torchSave';
import { buildZip, type EntrySpec, type ZipSpec } from '../../support/zipBuilder';

const entries = checkpointEntries([{ name: 'weight', elements: 8 }]);
const root = 'net';

async function openWith(spec: ZipSpec, list: readonly EntrySpec[] = entries): Promise<Container> {
  return openBytes(buildZip(list, { root, ...spec }));
}

function withEntry(name: string, change: Partial<EntrySpec>): EntrySpec[] {
  return entries.map((entry) => (entry.name === name ? { ...entry, ...change } : entry));
}

describe('bombs', () => {
  test('a record that claims more than deflate can give gets no memory', async () => {
    const container = await openWith({}, [...entries, { name: 'bomb', data: 'x', deflate: true, size: 2 ** 31 }]);
    const bomb = container.records.at(-1);
    if (bomb !== undefined) expect((await errorOf(container.readRecord(bomb, 2 ** 40))).code).toBe('malformed-zip');
  });

  test('a record that gives more than it claims is stopped', async () => {
    const data = Buffer.alloc(8 << 20);
    const container = await openWith({}, [...entries, { name: 'bomb', data, deflate: true, size: 1000 }]);
    const bomb = container.records.at(-1);
    if (bomb !== undefined) expect((await errorOf(container.readRecord(bomb, 1000))).code).toBe('malformed-zip');
  });

  test('a deflated pickle beyond the limit is not unpacked', async () => {
    const limits = { ...defaultLimits, inflatedBytes: 1000 };
    const container = await openBytes(
      buildZip(withEntry('data.pkl', { data: Buffer.alloc(2000), deflate: true }), { root }),
      limits,
    );
    expect(container.unreadable[0]?.error.code).toBe('limit-exceeded');
  });

  test('more records than the limit, a directory beyond it', async () => {
    const file = buildZip(entries, { root });
    expect((await errorOf(openBytes(file, { ...defaultLimits, records: 3 }))).code).toBe('limit-exceeded');
    expect((await errorOf(openBytes(file, { ...defaultLimits, directoryBytes: 100 }))).code).toBe('limit-exceeded');
  });

  test('a count of entries that the directory cannot hold', async () => {
    const container = await openWith({ entryCount: 3_000_000 });
    expect(container.records.length).toBe(entries.length);
    expect(said(container)).toContain('error directory-broken');
  });
});
