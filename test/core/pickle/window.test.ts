import { describe, expect, test } from 'vitest';
import type { ByteSource } from '../../../src/core/bytes/byteSource';
import { memorySource } from '../../../src/core/bytes/memorySource';
import { CheckpointError } from '../../../src/core/errors';
import { defaultLimits } from '../../../src/core/limits';
import { Op } from '../../../src/core/pickle/opcodes';
import { PickleError, readPickle, type ReadPickleOptions } from '../../../src/core/pickle/reader';
import { PyBytes, PyList, PyStr, PyTuple, type Value } from '../../../src/core/pickle/values';
import { writePickle, writePickleParts } from '../../../src/core/pickle/writer';
import { countingSource } from '../../support/countingSource';
import { pickleErrorOf, pickleOf, read, rootOf, uint32, uint64 } from './pickles';

const long = 65_537;
const text = (length: number): Buffer => Buffer.alloc(length, 'x');

describe('what is longer than Limits.inlineBytes stays in the stream', () => {
  test.each<[string, Parameters<typeof pickleOf>, PyBytes]>([
    ['BINBYTES', ['B', uint32(long), text(long)], new PyBytes('bytes', { start: 6, length: long })],
    ['BINBYTES8', [Op.BINBYTES8, uint64(BigInt(long)), text(long)], new PyBytes('bytes', { start: 10, length: long })],
    [
      'BYTEARRAY8',
      [Op.BYTEARRAY8, uint64(BigInt(long)), text(long)],
      new PyBytes('bytearray', { start: 10, length: long }),
    ],
    ['BINUNICODE', ['X', uint32(long), text(long)], new PyBytes('utf8-text', { start: 6, length: long })],
    ['BINSTRING', ['T', uint32(long), text(long)], new PyBytes('byte-string', { start: 6, length: long })],
    ['STRING', ["S'", text(long), "'\n"], new PyBytes('escaped-byte-string', { start: 3, length: long })],
    ['UNICODE', ['V', text(long), '\n'], new PyBytes('escaped-text', { start: 2, length: long })],
  ])('%s', async (_name, parts, expected) => {
    const graph = await read(pickleOf('N', ...parts, 'K\x07', Op.TUPLE2, '.'));
    expect(graph.root).toStrictEqual(new PyTuple([expected, 7]));
  });

  test('one byte less is read', async () => {
    expect(await rootOf('X', uint32(long - 1), text(long - 1), '.')).toStrictEqual(new PyStr('x'.repeat(long - 1)));
    expect(await rootOf('V', text(long - 1), '\n.')).toStrictEqual(new PyStr('x'.repeat(long - 1)));
  });

  test('and its bytes are not read', async () => {
    const size = 20_000_000;
    const bytes = pickleOf(']', 'B', uint32(size), text(size), 'aX', uint32(size), text(size), 'aK\x07a.');
    const source = countingSource(memorySource(bytes));
    const { root, end } = await readPickle(source, 0);
    expect(root).toStrictEqual(
      new PyList([
        new PyBytes('bytes', { start: 6, length: size }),
        new PyBytes('utf8-text', { start: size + 12, length: size }),
        7,
      ]),
    );
    expect(end).toBe(bytes.length);
    expect(source.bytes).toBeLessThan(200_000);
  });

  test('a long line is looked through without being kept', async () => {
    const size = 3_000_000;
    const bytes = pickleOf("(lS'", text(size), "'\naI7\na.");
    const largest = { bytes: 0 };
    const { root } = await readPickle(largestRead(memorySource(bytes), largest), 0);
    expect(root).toStrictEqual(new PyList([new PyBytes('escaped-byte-string', { start: 4, length: size }), 7]));
    expect(largest.bytes).toBeLessThanOrEqual(1 << 20);
  });

  test('a line without an end is looked for within Limits.pickleBytes', async () => {
    const bytes = pickleOf("S'", text(6 << 20));
    const source = countingSource(memorySource(bytes));
    const reading = readPickle(source, 0, { limits: { ...defaultLimits, pickleBytes: 3 << 20 } });
    await expect(reading).rejects.toMatchObject({ code: 'limit-exceeded' });
    expect(source.bytes).toBeLessThanOrEqual(3 << 20);
  });

  test('positions are those of the source, not of the pickle', async () => {
    const bytes = pickleOf('padding', 'B', uint32(long), text(long), '.', 'behind');
    const graph = await readPickle(memorySource(bytes), 7);
    expect(graph.root).toStrictEqual(new PyBytes('bytes', { start: 12, length: long }));
    expect(graph.end).toBe(12 + long + 1);
  });

  test('a range up to the end of the stream is a pickle cut short', async () => {
    const error = await pickleErrorOf(pickleOf('B', uint32(long), text(long)));
    expect([error.code, error.offset]).toEqual(['truncated', 5 + long]);
  });

  test.each(['S', 'V', 'I', 'g', 'cm\n'])('a line without an end: %j', async (start) => {
    const error = await pickleErrorOf(pickleOf(start, text(3_000_000)));
    expect(['truncated', 'limit-exceeded']).toContain(error.code);
  });

  function largestRead(source: ByteSource, largest: { bytes: number }): ByteSource {
    return {
      ...source,
      read(offset, target) {
        largest.bytes = Math.max(largest.bytes, target.length);
        return source.read(offset, target);
      },
    };
  }
});

describe('ranges are written as they lie', () => {
  test.each<[string, Parameters<typeof pickleOf>, string]>([
    ['bytes', ['B', uint32(long), text(long)], 'B'],
    ['text', ['X', uint32(long), text(long)], 'X'],
    ['Python 2 text', ['T', uint32(long), text(long)], 'T'],
    ['a literal', ["S'", text(long), "'\n"], 'S'],
    ['escaped text', ['V', text(long), '\n'], 'V'],
  ])('%s', async (_name, parts, opcode) => {
    const bytes = pickleOf(...parts, 'q\x00h\x00', Op.TUPLE2, 'q\x01.');
    const graph = await read(bytes);
    const written = joined(writePickleParts(graph.root), bytes);
    expect(written.subarray(2, 3).toString('latin1')).toBe(opcode);
    expect(written.equals(pickleOf(Op.PROTO, 2, bytes))).toBe(true);
    expect(() => writePickle(graph.root)).toThrow('unsupported');
  });

  test('a bytearray is a call of it', async () => {
    const bytes = pickleOf(Op.BYTEARRAY8, uint64(BigInt(long)), text(long), '.');
    const written = joined(writePickleParts((await read(bytes)).root), bytes);
    expect(written.subarray(0, 29).toString('latin1')).toBe('\x80\x02c__builtin__\nbytearray\nq\x00B\x01');
  });

  function joined(parts: ReturnType<typeof writePickleParts>, source: Buffer): Buffer {
    return Buffer.concat(
      parts.map((part) => (part instanceof Uint8Array ? part : source.subarray(part.start, part.start + part.length))),
    );
  }
});

describe('the window', () => {
  /** 150,000 bytes in which every kind of argument comes to lie across every kind of edge. */
  const item = pickleOf(
    'X',
    uint32(30),
    text(30),
    "I123\nS'abc'\nVabc\n",
    Op.LONG1,
    '\x02\x00\x01G',
    Buffer.alloc(8),
    'cmodule\nname\n',
    'C\x03abcM\x01\x02J\x01\x02\x03\x04',
    Op.SHORT_BINUNICODE,
    '\x00',
    Op.TUPLE3,
  );

  test.each([0, 1, 2, 3, 5, 7, 11, 13])('edges change nothing: %i bytes before', async (shift) => {
    const bytes = pickleOf('N0'.repeat(shift), '(', ...Array<Buffer>(1500).fill(item), 't.');
    const whole = await readPickle(memorySource(bytes), 0, { end: bytes.length });
    const pieces = await readPickle(memorySource(bytes), 0);
    expect(pieces.root).toEqual(whole.root);
    expect(pieces.opcodes).toEqual(whole.opcodes);
    expect(itemsOf(whole.root)).toHaveLength(9 * 1500);
  });

  function itemsOf(root: Value): readonly Value[] {
    return root instanceof PyTuple ? root.items : [];
  }

  test('a small pickle whose end is known is one read of its size', async () => {
    const source = countingSource(memorySource(pickleOf('padding', 'K\x07.', text(100_000))));
    await readPickle(source, 7, { end: 10 });
    expect(source.ranges).toEqual([[7, 3]]);
  });

  test('what follows a pickle of unknown end is read by 16 KiB at most', async () => {
    const source = countingSource(memorySource(pickleOf('K\x07.', text(1_000_000))));
    await readPickle(source, 0);
    expect(source.ranges).toEqual([[0, 16_384]]);
  });

  test('an end beyond the source, and a start there, are cut pickles', async () => {
    const bytes = pickleOf('N');
    for (const [start, end] of [
      [0, 100],
      [1, 1],
      [1, 100],
      [50, 100],
    ] as const) {
      const error: unknown = await readPickle(memorySource(bytes), start, { end }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(PickleError);
      expect(error).toMatchObject({ code: 'truncated' });
    }
  });
});

describe('on the way', () => {
  const bytes = pickleOf('(', 'Nq\x000'.repeat(400_000), 't.');
  const readWith = (options: ReadPickleOptions): Promise<unknown> => readPickle(memorySource(bytes), 0, options);

  test('progress is told, and never goes back', async () => {
    const seen: number[] = [];
    await readWith({
      progress: (done, total) => {
        expect(total).toBe(bytes.length);
        seen.push(done);
      },
    });
    expect(seen.length).toBeGreaterThan(2);
    expect(seen).toEqual(seen.toSorted((left, right) => left - right));
  });

  test('a signal ends it', async () => {
    const controller = new AbortController();
    const reading = readWith({
      signal: controller.signal,
      progress: (done) => {
        if (done > 0) controller.abort();
      },
    });
    await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('what the file system says comes through as it is', async () => {
    const failure = new CheckpointError('file-changed');
    const source: ByteSource = { ...memorySource(bytes), read: () => Promise.reject(failure) };
    await expect(readPickle(source, 0)).rejects.toBe(failure);
  });

  test('limits are those given', async () => {
    const limits = { ...defaultLimits, inlineBytes: 2 };
    const { root } = await readPickle(memorySource(pickleOf('C\x03abc.')), 0, { limits });
    expect(root).toStrictEqual(new PyBytes('bytes', { start: 2, length: 3 }));
  });
});
