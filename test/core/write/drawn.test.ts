import { afterEach, describe, expect, it, vi } from 'vitest';
import type { DrawStream } from '../../../src/core/init/drawStream';
import { Mt19937 } from '../../../src/core/init/mt19937';
import { contentSize, type StorageContent } from '../../../src/core/write/storageContent';
import { streamContent } from '../../../src/core/write/streamContent';

afterEach(() => {
  vi.restoreAllMocks();
});

async function bytesOf(content: StorageContent): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of streamContent(content)) {
    pieces.push(Buffer.from(piece));
  }
  return Buffer.concat(pieces);
}

async function floatsOf(content: StorageContent): Promise<number[]> {
  return [...new Float32Array(new Uint8Array(await bytesOf(content)).buffer)];
}

const uniform = { kind: 'uniform', low: -1, high: 1 } as const;

function streamOf(...shapes: readonly (readonly number[])[]): DrawStream {
  return { seed: 1, steps: shapes.map((shape) => ({ shape, draw: uniform })) };
}

function floats(values: readonly number[]): StorageContent {
  return { kind: 'bytes', data: new Uint8Array(Float32Array.from(values).buffer) };
}

describe('drawn numbers', () => {
  it('are the same wherever one begins', async () => {
    const stream = streamOf([3, 5], [700_000], [4]);
    const all = await Promise.all([0, 1, 2].map((step) => bytesOf({ kind: 'drawn', stream, step })));
    expect(all.map(({ length }) => length)).toEqual([60, 2_800_000, 16]);
    for (const step of [2, 0, 1]) {
      const content: StorageContent = { kind: 'drawn', stream: structuredClone(stream), step };
      expect(contentSize(content)).toBe(all[step]?.length);
      expect((await bytesOf(content)).equals(all[step] ?? Buffer.of())).toBe(true);
    }
  });

  it('are read at any place', async () => {
    const drawn: StorageContent = { kind: 'drawn', stream: streamOf([600, 1000]), step: 0 };
    const numbers = await floatsOf(drawn);
    const turned: StorageContent = {
      kind: 'gather',
      from: drawn,
      elementSize: 4,
      offset: 5,
      shape: [3, 600],
      stride: [1, 1000],
    };
    const expected = [5, 6, 7].flatMap((column) =>
      Array.from({ length: 600 }, (_, row) => numbers[row * 1000 + column]),
    );
    expect(await floatsOf(turned)).toEqual(expected);
  });

  it('go past what stands before them once', async () => {
    const skip = vi.spyOn(Mt19937.prototype, 'skip');
    const stream = streamOf(...Array.from({ length: 300 }, () => [1000]));
    for (let step = 0; step < 300; step++) {
      await bytesOf({ kind: 'drawn', stream, step });
    }
    expect(skip).not.toHaveBeenCalled();
    await bytesOf({ kind: 'drawn', stream: structuredClone(stream), step: 299 });
    expect(skip.mock.calls.reduce((sum, [words]) => sum + words, 0)).toBe(299_000);
  });

  it('stop when they are cancelled', async () => {
    const controller = new AbortController();
    const pieces = streamContent({ kind: 'drawn', stream: streamOf([10_000_000]), step: 0 }, controller);
    await pieces.next();
    controller.abort();
    await expect(pieces.next()).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('a corner laid over a tensor', () => {
  it.each([
    [[6], [4]],
    [
      [4, 5],
      [2, 5],
    ],
    [
      [4, 5],
      [4, 3],
    ],
    [
      [3, 2, 5, 4],
      [2, 1, 3, 2],
    ],
    [
      [3, 4, 5],
      [3, 4, 5],
    ],
    [
      [700, 900],
      [650, 17],
    ],
    [[], []],
  ])('of shape %j is of shape %j', async (shape, corner) => {
    const count = (sizes: readonly number[]): number => sizes.reduce((product, size) => product * size, 1);
    const base = floats(Array.from({ length: count(shape) }, (_, index) => -index));
    const over = floats(Array.from({ length: count(corner) }, (_, index) => index + 1));
    const content: StorageContent = { kind: 'overlay', base, over, elementSize: 4, shape, corner };
    let next = 0;
    const expected = Array.from({ length: count(shape) }, (_, flat) => {
      let rest = flat;
      const isInside = [...shape.entries()].reverse().every(([dim, size]) => {
        const index = rest % size;
        rest = Math.floor(rest / size);
        return index < (corner[dim] ?? 0);
      });
      return isInside ? ++next : -flat;
    });
    expect(contentSize(content)).toBe(count(shape) * 4);
    expect((await bytesOf(content)).equals(new Uint8Array(Float32Array.from(expected).buffer))).toBe(true);
    const part: StorageContent = {
      kind: 'gather',
      from: content,
      elementSize: 4,
      offset: 0,
      shape,
      stride: strides(shape),
    };
    const widened: StorageContent = {
      kind: 'cast',
      from: part,
      fromDtype: 'float32',
      toDtype: 'float64',
      elements: count(shape),
    };
    expect((await bytesOf(widened)).equals(new Uint8Array(Float64Array.from(expected).buffer))).toBe(true);
  });
});

function strides(shape: readonly number[]): readonly number[] {
  return shape.map((_, dim) => shape.slice(dim + 1).reduce((product, size) => product * size, 1));
}
