import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Escapes } from '../../../src/core/bytes/escapes';
import { memorySource } from '../../../src/core/bytes/memorySource';
import { readBytes } from '../../../src/core/bytes/range';
import { textSource } from '../../../src/core/bytes/textSource';
import { countingSource } from '../../support/countingSource';

function latin1AsUtf8(bytes: Uint8Array): Buffer {
  return Buffer.from(Buffer.from(bytes).toString('latin1'), 'utf8');
}

/** As CPython's pickler at protocol 0 writes the text of latin1 bytes. */
function rawUnicodeEscaped(bytes: Uint8Array): Buffer {
  const escaped = new Set([0, 0x0a, 0x0d, 0x1a, 0x5c]);
  const parts = Array.from(bytes, (byte) =>
    escaped.has(byte) ? `\\u${byte.toString(16).padStart(4, '0')}` : String.fromCharCode(byte),
  );
  return Buffer.from(parts.join(''), 'latin1');
}

/** As Python 2's `repr` of a `str`, without the quotes. */
function stringEscaped(bytes: Uint8Array): Buffer {
  const named: Readonly<Record<number, string>> = { 9: '\\t', 10: '\\n', 13: '\\r', 0x27: "\\'", 0x5c: '\\\\' };
  const parts = Array.from(bytes, (byte) => {
    if (byte in named) return named[byte];
    return byte < 0x20 || byte > 0x7e ? `\\x${byte.toString(16).padStart(2, '0')}` : String.fromCharCode(byte);
  });
  return Buffer.from(parts.join(''), 'latin1');
}

const forms: readonly (readonly [Escapes, (bytes: Uint8Array) => Buffer])[] = [
  ['utf8', latin1AsUtf8],
  ['raw-unicode-escape', rawUnicodeEscaped],
  ['string-escape', stringEscaped],
];

const before = Buffer.from('before');

function inStream(text: Uint8Array) {
  const stream = memorySource(Buffer.concat([before, text, Buffer.from('after')]));
  return { stream, range: { start: before.length, length: text.length } };
}

describe.each(forms)('%s', (escapes, encode) => {
  test('gives the bytes back, from everywhere', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.nat(300), async (bytes, from) => {
        const { stream, range } = inStream(encode(bytes));
        const source = await textSource(stream, range, escapes);
        expect(source.size).toBe(bytes.length);
        const start = Math.min(from, bytes.length);
        expect(await readBytes(source, start, bytes.length - start)).toEqual(bytes.slice(start));
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  test('of 300,000 bytes, near the seams of windows and index', async () => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7 + (i >> 8)) % 256);
    const { stream, range } = inStream(encode(bytes));
    const counting = countingSource(stream);
    const source = await textSource(counting, range, escapes);
    expect(source.size).toBe(bytes.length);
    for (const start of [0, 1, 65_535, 65_536, 65_537, 131_071, 200_000, 299_990]) {
      const before = counting.bytes;
      expect(await readBytes(source, start, 10)).toEqual(bytes.slice(start, start + 10));
      // At most one step of the index, each byte of it up to six in the text, and windows of 64 KiB.
      expect(counting.bytes - before).toBeLessThanOrEqual(8 * 65_536);
    }
    expect(Buffer.compare(await readBytes(source, 0, bytes.length), bytes)).toBe(0);
    await expect(readBytes(source, 299_999, 2)).rejects.toMatchObject({ code: 'truncated' });
  });
});

test.each<[Escapes, string]>([
  ['utf8', 'a€'],
  ['utf8', 'ā'],
  ['raw-unicode-escape', 'a\\u0100'],
  ['raw-unicode-escape', 'a\\u00'],
  ['raw-unicode-escape', '\\U00010000'],
  ['string-escape', '\\xg0'],
])('%s: %j is no text of bytes', async (escapes, text) => {
  const bytes = Buffer.from(text, 'utf8');
  const opening = textSource(memorySource(bytes), { start: 0, length: bytes.length }, escapes);
  await expect(opening).rejects.toMatchObject({ code: 'malformed-pickle' });
});

test('is cancelled', async () => {
  const opening = textSource(memorySource(before), { start: 0, length: 6 }, 'utf8', AbortSignal.abort());
  await expect(opening).rejects.toMatchObject({ code: 'cancelled' });
});
