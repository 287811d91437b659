import { describe, expect, it } from 'vitest';
import { memorySource } from '../../../src/core/bytes/memorySource';
import type { ByteSource } from '../../../src/core/bytes/byteSource';
import { openContainer } from '../../../src/core/container/detect';
import { contentSize, type StorageContent } from '../../../src/core/write/storageContent';
import { streamContent } from '../../../src/core/write/streamContent';
import { countingSource } from '../../support/countingSource';
import { checkpointEntries } from '../../support/torchSave';
import { buildZip, sparseZip, type ZipSpec, type EntrySpec } from '../../support/zipBuilder';

async function bytesOf(content: StorageContent): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of streamContent(content)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

/** The first storage of an archive with these numbers in it. */
async function recordOf(
  values: Uint8Array,
  change: Partial<EntrySpec> = {},
  spec: ZipSpec = {},
): Promise<StorageContent> {
  const entries = checkpointEntries([{ name: 'a', elements: values.length / 4 }]);
  const withData = entries.map((entry) => (entry.name === 'data/0' ? { ...entry, data: values, ...change } : entry));
  return recordIn(memorySource(buildZip(withData, { root: 'a', ...spec })), 'data/0');
}

async function recordIn(source: ByteSource, name: string): Promise<StorageContent> {
  const container = await openContainer(source);
  const record = container.records.find((each) => each.name === name);
  if (record === undefined) throw new Error(name);
  return { kind: 'record', container, record };
}

function floats(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => i);
}

function floatsOf(bytes: Buffer): number[] {
  return [...new Float32Array(new Uint8Array(bytes).buffer)];
}

const values = new Uint8Array(floats(600_000).buffer);

describe('the bytes of a storage', () => {
  it('are those of its record, also of a deflated one', async () => {
    expect((await bytesOf(await recordOf(values))).equals(values)).toBe(true);
    expect((await bytesOf(await recordOf(values, { deflate: true }))).equals(values)).toBe(true);
  });

  it('are converted', async () => {
    const from = await recordOf(values);
    const content: StorageContent = { kind: 'cast', from, fromDtype: 'float32', toDtype: 'float64', elements: 600_000 };
    expect(contentSize(content)).toBe(4_800_000);
    expect((await bytesOf(content)).equals(Buffer.from(Float64Array.from(floats(600_000)).buffer))).toBe(true);
  });

  it('tell what overflows', async () => {
    const from: StorageContent = { kind: 'bytes', data: new Uint8Array(Float32Array.of(1e6, 1, -1e6).buffer) };
    const content: StorageContent = { kind: 'cast', from, fromDtype: 'float32', toDtype: 'float16', elements: 3 };
    let overflowed = 0;
    for await (const piece of streamContent(content, { onOverflow: (count) => (overflowed += count) })) {
      expect(piece.length).toBe(6);
    }
    expect(overflowed).toBe(2);
  });

  it('are gathered from a view, of what was converted or gathered before too', async () => {
    const from = await recordOf(values);
    // Columns of a matrix of 600 × 1,000, every second row.
    const view = { elementSize: 4, offset: 3, shape: [1_000, 300], stride: [1, 2_000] };
    const content: StorageContent = { kind: 'gather', from, ...view, offset: 0 };
    const wanted = Array.from({ length: 1_000 }, (_, column) =>
      Array.from({ length: 300 }, (_, row) => row * 2_000 + column),
    ).flat();
    expect(floatsOf(await bytesOf(content))).toEqual(wanted);
    const again: StorageContent = {
      kind: 'gather',
      from: content,
      elementSize: 4,
      offset: 7,
      shape: [90_000],
      stride: [3],
    };
    expect(floatsOf(await bytesOf(again))).toEqual(Array.from({ length: 90_000 }, (_, i) => wanted[7 + 3 * i]));
    const cast: StorageContent = { kind: 'cast', from, fromDtype: 'float32', toDtype: 'float64', elements: 600_000 };
    const ofCast: StorageContent = {
      kind: 'gather',
      from: cast,
      elementSize: 8,
      offset: 1,
      shape: [200_000],
      stride: [3],
    };
    const doubles = new Float64Array(new Uint8Array(await bytesOf(ofCast)).buffer);
    expect([...doubles]).toEqual(Array.from({ length: 200_000 }, (_, i) => 1 + 3 * i));
    expect(
      await bytesOf({ kind: 'gather', from, elementSize: 4, offset: 0, shape: [2, 0], stride: [0, 1] }),
    ).toHaveLength(0);
  });

  it('are converted from either byte order', async () => {
    const big = Buffer.from(floats(1_000).buffer).swap32();
    const entries = checkpointEntries([{ name: 'a', elements: 1_000 }]).map((entry) =>
      entry.name === 'byteorder'
        ? { ...entry, data: 'big' }
        : entry.name === 'data/0'
          ? { ...entry, data: big }
          : entry,
    );
    const from = await recordIn(memorySource(buildZip(entries, { root: 'a' })), 'data/0');
    const content: StorageContent = { kind: 'cast', from, fromDtype: 'float32', toDtype: 'float64', elements: 1_000 };
    expect((await bytesOf(content)).equals(Buffer.from(Float64Array.from(floats(1_000)).buffer))).toBe(true);
  });

  it('are read in pieces, whatever their number', async () => {
    const source = countingSource(sparseZip(checkpointEntries([{ name: 'a', elements: 2 ** 31 }]), { root: 'a' }));
    const from = await recordIn(source, 'data/0');
    const content: StorageContent = { kind: 'cast', from, fromDtype: 'float32', toDtype: 'float16', elements: 2 ** 31 };
    expect(contentSize(content)).toBe(2 ** 32);
    let read = 0;
    for await (const piece of streamContent(content)) if ((read += piece.length) >= 64 << 20) break;
    expect(Math.max(...source.ranges.map(([, length]) => length))).toBeLessThanOrEqual(1 << 20);
    expect(source.bytes).toBeLessThan(130 << 20);
  });

  it('stop when cancelled', async () => {
    const controller = new AbortController();
    const stream = streamContent(await recordOf(values), { signal: controller.signal });
    await stream.next();
    controller.abort();
    await expect(stream.next()).rejects.toMatchObject({ code: 'cancelled' });
  });
});
