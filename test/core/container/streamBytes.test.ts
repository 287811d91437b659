import { describe, expect, test } from 'vitest';
import { memorySource } from '../../../src/core/bytes/memorySource';
import { readBytes } from '../../../src/core/bytes/range';
import { bytesSource } from '../../../src/core/container/streamBytes';
import { defaultLimits } from '../../../src/core/limits';
import { readPickle } from '../../../src/core/pickle/reader';
import { isNode, NodeKind, PyBytes } from '../../../src/core/pickle/values';
import { pickleBytes, stop } from '../../support/pickleBytes';

const content = Uint8Array.from({ length: 256 }, (_, i) => i);
const latin1 = Buffer.from(content).toString('latin1');
const utf8 = Buffer.from(latin1, 'utf8').toString('latin1');
const length8 = (text: string): string =>
  `${String.fromCharCode(text.length & 0xff, text.length >> 8)}${'\0'.repeat(6)}`;
const length4 = (text: string): string => length8(text).slice(0, 4);
const escaped = Array.from(content, (byte) =>
  [0, 10, 13, 26, 92].includes(byte) ? `\\u00${byte.toString(16).padStart(2, '0')}` : String.fromCharCode(byte),
).join('');
const repr = Array.from(content, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');

describe('bytes too long for memory are read where they lie', () => {
  test.each<[string, string]>([
    ['BINBYTES8', `\x8e${length8(latin1)}${latin1}`],
    ['BYTEARRAY8', `\x96${length8(latin1)}${latin1}`],
    ['BINUNICODE', `X${length4(utf8)}${utf8}`],
    ['UNICODE', `V${escaped}\n`],
    ['BINSTRING', `T${length4(latin1)}${latin1}`],
    ['STRING', `S'${repr}'\n`],
  ])('%s', async (_, opcode) => {
    const stream = memorySource(pickleBytes(opcode, stop));
    const { root } = await readPickle(stream, 0, { limits: { ...defaultLimits, inlineBytes: 16 } });
    if (!isNode(root) || root.kind !== NodeKind.Bytes) throw new Error('no range');
    expect(root.data).not.toBeInstanceOf(Uint8Array);
    const source = await bytesSource(root, stream);
    expect(await readBytes(source, 0, source.size)).toEqual(content);
  });
});

test('bytes in memory stay there', async () => {
  const source = await bytesSource(new PyBytes('bytes', content), memorySource(new Uint8Array()));
  expect(await readBytes(source, 0, 256)).toEqual(content);
});
