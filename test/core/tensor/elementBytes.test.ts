import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../../src/core/bytes/memorySource';
import type { TensorEntry } from '../../../src/core/checkpoint/checkpoint';
import type { Container } from '../../../src/core/container/container';
import { elementBytes } from '../../../src/core/tensor/elementBytes';
import { blocksOf, bytesOf, extentOf, positions, stridedLayout } from '../../../src/core/tensor/stridedLayout';
import { record, storage, tensor, zipContainer } from '../../support/builtCheckpoint';
import { countingSource } from '../../support/countingSource';

/** Elements in order, one by one, as the definition of a strided tensor has it. */
function naive(shape: readonly number[], stride: readonly number[], offset: number): number[] {
  return shape.reduce<number[]>(
    (places, size, dim) =>
      places.flatMap((place) => Array.from({ length: size }, (_, i) => place + i * (stride[dim] ?? 0))),
    [offset],
  );
}

describe('strided layout', () => {
  it('is one run for a contiguous tensor, whatever its dimensions of size 1', () => {
    expect(stridedLayout([4, 1, 3, 2], [6, 99, 2, 1], 5, 4)).toEqual({ start: 20, axes: [], run: 96 });
  });

  it('keeps runs of a slice and single elements of a transposed tensor', () => {
    expect(stridedLayout([4, 3], [8, 1], 0, 2)).toEqual({ start: 0, axes: [{ size: 4, step: 16 }], run: 6 });
    expect(stridedLayout([2, 3], [1, 2], 0, 4)).toEqual({
      start: 0,
      axes: [
        { size: 2, step: 4 },
        { size: 3, step: 8 },
      ],
      run: 4,
    });
  });

  it('visits the elements of any view in order, in blocks no larger than the window', () => {
    const axis = fc.record({ size: fc.integer({ min: 1, max: 5 }), step: fc.integer({ min: 0, max: 7 }) });
    fc.assert(
      fc.property(
        fc.array(axis, { maxLength: 4 }),
        fc.nat(9),
        fc.constantFrom(8, 16, 64, 1024),
        (axes, offset, window) => {
          const shape = axes.map(({ size }) => size);
          const stride = axes.map(({ step }) => step);
          const seen: number[] = [];
          for (const block of blocksOf(stridedLayout(shape, stride, offset, 4), window)) {
            expect(extentOf(block)).toBeLessThanOrEqual(window);
            expect(bytesOf(block)).toBeLessThanOrEqual(window);
            for (const start of positions(block.axes, block.start)) {
              for (let byte = 0; byte < block.run; byte += 4) {
                seen.push((start + byte) / 4);
              }
            }
          }
          expect(seen).toEqual(naive(shape, stride, offset));
        },
      ),
    );
  });
});

/** A uint8 scalar over a storage of so many bytes, at position 3 of its file; byte i of the storage is i mod 251. */
function fixture(size: number, fields: Partial<TensorEntry>, metadata: [string, string][] = []) {
  const file = Uint8Array.from({ length: size + 3 }, (_, i) => (i + 248) % 251);
  const source = countingSource(memorySource(file));
  const container: Container = { ...zipContainer(source), metadata: new Map(metadata) };
  const data = storage({ record: record({ size, position: 3 }), container });
  return { source, entry: tensor([], { shape: [], stride: [], dtype: 'uint8', storage: data, ...fields }) };
}

async function collect({ entry }: ReturnType<typeof fixture>): Promise<number[]> {
  const bytes: number[] = [];
  for await (const piece of elementBytes(entry)) {
    bytes.push(...piece);
  }
  return bytes;
}

describe('bytes of the elements', () => {
  it('are those of the record for a contiguous tensor', async () => {
    expect(await collect(fixture(8, { shape: [2, 3], stride: [3, 1], offset: 1 }))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('are in logical order for a transposed one', async () => {
    expect(await collect(fixture(8, { dtype: 'int16', shape: [2, 2], stride: [1, 2] }))).toEqual([
      0, 1, 4, 5, 2, 3, 6, 7,
    ]);
  });

  it('repeat where the stride is 0', async () => {
    expect(await collect(fixture(2, { shape: [3, 2], stride: [0, 1] }))).toEqual([0, 1, 0, 1, 0, 1]);
  });

  it('are little-endian, complex numbers half by half', async () => {
    const big: [string, string][] = [['byteorder', 'big']];
    expect(await collect(fixture(8, { dtype: 'complex64' }, big))).toEqual([3, 2, 1, 0, 7, 6, 5, 4]);
  });

  it('have the signs that a conjugate or negative view shows', async () => {
    expect(await collect(fixture(8, { dtype: 'complex64', notes: ['conj'] }))).toEqual([0, 1, 2, 3, 4, 5, 6, 135]);
    expect(await collect(fixture(4, { dtype: 'float32', notes: ['neg'] }))).toEqual([0, 1, 2, 131]);
  });

  it('are none for an empty tensor', async () => {
    const empty = fixture(0, { shape: [0, 3], stride: [3, 1] });
    expect(await collect(empty)).toEqual([]);
    expect(empty.source.reads).toBe(0);
  });

  it('are read in pieces: a long record never stands in memory as a whole', async () => {
    const long = fixture(10 << 20, { shape: [10 << 20], stride: [1] });
    for await (const piece of elementBytes(long.entry)) {
      expect(piece.length).toBeLessThanOrEqual(4 << 20);
    }
    expect(long.source.bytes).toBe(10 << 20);
    expect(Math.max(...long.source.ranges.map(([, length]) => length))).toBe(4 << 20);
  });

  it.each([
    ['truncated', { shape: [9], stride: [1] }],
    ['truncated', { shape: [2], stride: [1], offset: 7 }],
    ['missing-record', { storage: null }],
    ['unsupported', { stride: null }],
    ['unsupported', { shape: [2], stride: [-1], offset: 1 }],
    ['unsupported', { dtype: 'float3' }],
    ['limit-exceeded', { shape: [2 ** 40], stride: [0] }],
  ] satisfies [string, Partial<TensorEntry>][])('end in %s for %o', async (code, fields) => {
    await expect(collect(fixture(8, fields))).rejects.toMatchObject({ code });
  });

  it('stop when cancelled', async () => {
    const { entry } = fixture(8, { shape: [8], stride: [1] });
    await expect(elementBytes(entry, AbortSignal.abort()).next()).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});
