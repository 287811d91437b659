import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memorySource } from '../../../src/core/bytes/memorySource';
import { defaultLimits } from '../../../src/core/limits';
import { Op } from '../../../src/core/pickle/opcodes';
import { PickleError, readPickle } from '../../../src/core/pickle/reader';
import { PyCall, PyList, PyTuple } from '../../../src/core/pickle/values';
import { writePickle } from '../../../src/core/pickle/writer';
import { pickleErrorOf, pickleOf, read, uint32, uint64 } from './pickles';

const million = 1_000_000;

/** What a state dict looks like at protocol 2, and something of every other kind. */
const samples: readonly Buffer[] = [
  pickleOf(
    '\x80\x02}q\x00(X\x06\x00\x00\x00weightq\x01ctorch._utils\n_rebuild_tensor_v2\nq\x02((X\x07\x00\x00\x00storageq\x03',
    'ctorch\nFloatStorage\nq\x04X\x01\x00\x00\x000q\x05X\x03\x00\x00\x00cpuq\x06K\x04tq\x07QK\x00K\x04\x85q\x08K\x01\x85q',
    '\x09\x89ccollections\nOrderedDict\nq\x0a)Rq\x0btq\x0cRq\x0du.',
  ),
  pickleOf(
    '\x80\x04\x95\x1a\x00\x00\x00\x00\x00\x00\x00}\x94(\x8c\x01a\x94C\x02\x01\x02\x94\x8c\x01b\x94\x8f\x94(K\x01K\x02\x90u.',
  ),
  pickleOf("(dp0\nVkey\np1\n(lp2\nI01\naL12L\naF1.5\naS'x'\nasVk\n(icopy\nThing\np3\n(dbs."),
];

describe('what a pickle claims is checked before anything is allocated', () => {
  test.each([
    ['BINUNICODE', pickleOf('X', uint32(2 ** 32 - 1))],
    ['BINUNICODE8', pickleOf(Op.BINUNICODE8, uint64(2n ** 63n))],
    ['BINBYTES', pickleOf('B', uint32(2 ** 32 - 1))],
    ['BINBYTES8', pickleOf(Op.BINBYTES8, uint64(2n ** 40n))],
    ['BYTEARRAY8', pickleOf(Op.BYTEARRAY8, uint64(2n ** 64n - 1n))],
    ['BINSTRING', pickleOf('T', uint32(2 ** 31 - 1))],
    ['LONG4', pickleOf(Op.LONG4, uint32(2 ** 31 - 1))],
    ['LONG1', pickleOf(Op.LONG1, 255)],
    ['FRAME', pickleOf(Op.FRAME, uint64(2n ** 62n))],
  ])('%s longer than the file', async (_name, pickle) => {
    const error = await pickleErrorOf(Buffer.concat([pickle, Buffer.from('abc.')]));
    expect([error.code, error.offset]).toEqual(['truncated', 0]);
  });

  test('memo indexes', async () => {
    const graph = await read(pickleOf('Nr', uint32(0x0fffffff), '.'));
    expect(graph.root).toBeNull();
    const error = await pickleErrorOf(pickleOf('Nr', uint32(0x7fffffff), '.'));
    expect([error.code, error.offset]).toEqual(['limit-exceeded', 1]);
  });

  test('ten thousand far memo indexes', async () => {
    const puts = Array.from({ length: 10_000 }, (_, index) => pickleOf('r', uint32(index * 25_000)));
    const graph = await read(pickleOf('N', ...puts, 'j', uint32(25_000), '.'));
    expect(graph.root).toBeNull();
  });

  test('digits', async () => {
    expect((await read(pickleOf('L', '9'.repeat(4300), 'L\n.'))).root).toBe(10n ** 4300n - 1n);
    expect((await pickleErrorOf(pickleOf('L', '9'.repeat(4301), 'L\n.'))).code).toBe('limit-exceeded');
    expect((await pickleErrorOf(pickleOf('I0', '7'.repeat(4301), '\n.'))).code).toBe('limit-exceeded');
    expect((await pickleErrorOf(pickleOf('I', '9'.repeat(200_000), '\n.'))).code).toBe('limit-exceeded');
    const long = pickleOf(Op.LONG4, uint32(70_000), Buffer.alloc(70_000, 1), '.');
    expect((await pickleErrorOf(long)).code).toBe('limit-exceeded');
  });

  test('bytes of a pickle', async () => {
    const pickle = pickleOf('N0'.repeat(1000), 'N.');
    expect((await read(pickle, { pickleBytes: pickle.length })).root).toBeNull();
    const error = await pickleErrorOf(pickle, { pickleBytes: pickle.length - 1 });
    expect([error.code, error.offset]).toEqual(['limit-exceeded', pickle.length - 2]);
  });

  test('marks', async () => {
    expect((await read(pickleOf('('.repeat(1000), 'N.'), { depth: 1000 })).root).toBeNull();
    const error = await pickleErrorOf(pickleOf('('.repeat(1001), 'N.'), { depth: 1000 });
    expect([error.code, error.offset]).toEqual(['limit-exceeded', 1000]);
  });

  test('objects, before they take the heap', async () => {
    const error = await pickleErrorOf(pickleOf(']'.repeat(3 << 19), '.'), { pickleHeapBytes: 64 << 20 });
    expect(error.code).toBe('limit-exceeded');
    expect(error.partial.opcodes[Op.EMPTY_LIST]).toBeLessThanOrEqual(1 << 20);
  });
});

describe('depth', () => {
  test('a million tuples in each other', async () => {
    const pickle = pickleOf('\x80\x02N', '\x85'.repeat(million), '.');
    const { root } = await read(pickle);
    expect(depthOf(root)).toBe(million);
    const again = await read(writePickle(root));
    expect(depthOf(again.root)).toBe(million);
  });

  test('a million lists in each other', async () => {
    const { root } = await read(pickleOf(']'.repeat(million), 'a'.repeat(million - 1), '.'));
    expect(depthOf(root)).toBe(million);
  });

  test('calls, dicts and lists in each other, written and read again', async () => {
    const levels = 30_000;
    const open = pickleOf('cm\nf\n]}N');
    const { root } = await read(pickleOf(...Array<Buffer>(levels).fill(open), 'N', 'sa\x85R'.repeat(levels), '.'));
    expect((await read(writePickle(root))).calls).toHaveLength(levels);
  });

  function depthOf(root: unknown): number {
    let depth = 0;
    for (let value = root; value instanceof PyTuple || value instanceof PyList; depth++) {
      value = value.items[0];
    }
    return depth;
  }
});

describe('shared structure', () => {
  test('a billion laughs stay a few nodes, and are written as a few', async () => {
    const { root } = await read(pickleOf('N', '2\x86'.repeat(200), '.'));
    const written = writePickle(root);
    expect(written.length).toBeLessThan(2000);
    expect(Buffer.from(writePickle((await read(written)).root)).equals(Buffer.from(written))).toBe(true);
  });

  test('so do objects that are never memoised', async () => {
    const nested = pickleOf(
      'c__builtin__\ngetattr\n',
      'q\x00',
      '2'.repeat(40),
      'X',
      uint32(0),
      '2\x86R'.repeat(40),
      '.',
    );
    expect(writePickle((await read(nested)).root).length).toBeLessThan(2000);
    const persistent = pickleOf('N', 'Q2\x86'.repeat(40), '.');
    expect(writePickle((await read(persistent)).root).length).toBeLessThan(2000);
  });

  test('a set that holds itself, which Python cannot have, does not go on for ever', async () => {
    const { root } = await read(pickleOf('\x80\x04\x8f\x94(h\x00\x90.'));
    const limits = { ...defaultLimits, depth: 1000 };
    expect(() => writePickle(root, { limits })).toThrow('limit-exceeded');
  });

  test('cycles through calls, dicts and tuples come back as they were', async () => {
    const pickle = pickleOf('\x80\x02}q\x00K\x01cm\nC\nq\x01)Rq\x02}q\x03K\x02h\x00sbs.');
    const { root } = await read(pickle);
    expect(Buffer.from(writePickle(root)).equals(pickle)).toBe(true);
  });
});

describe('broken pickles', () => {
  test.each(samples.map((sample, index) => [index, sample] as const))(
    'cut at every byte: %i',
    async (_index, sample) => {
      expect((await read(sample)).end).toBe(sample.length);
      for (let length = 0; length < sample.length; length++) {
        const error = await pickleErrorOf(sample.subarray(0, length));
        expect(['truncated', 'malformed-pickle']).toContain(error.code);
        expect(error.offset).toBeLessThanOrEqual(length);
      }
    },
  );

  test('bytes changed at random end in a graph or in a PickleError', async () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...samples), changes, async (sample, places) => {
        const bytes = Buffer.from(sample);
        for (const [place, value] of places) {
          bytes[place % bytes.length] = value;
        }
        await expectGraphOrPickleError(bytes);
      }),
      { seed: 20_260_301, numRuns: 3000 },
    );
  });

  test('random opcodes end in a graph or in a PickleError', async () => {
    const codes = Object.values(Op).filter((code) => typeof code === 'number');
    const pickle = fc.array(fc.oneof(fc.constantFrom(...codes), fc.nat(255)), { maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(pickle, async (bytes) => {
        await expectGraphOrPickleError(Uint8Array.from([0x5d, 0x71, 0, ...bytes, 0x2e]));
      }),
      { seed: 20_260_302, numRuns: 3000 },
    );
  });

  async function expectGraphOrPickleError(bytes: Uint8Array): Promise<void> {
    try {
      const graph = await readPickle(memorySource(bytes), 0);
      expect(graph.end).toBeLessThanOrEqual(bytes.length);
    } catch (error) {
      expect(error).toBeInstanceOf(PickleError);
    }
  }
});

test('a call of a call is kept, not run', async () => {
  const { root } = await read(pickleOf('cm\nf\n)R)R.'));
  expect(root instanceof PyCall && root.callee).toBeInstanceOf(PyCall);
});
