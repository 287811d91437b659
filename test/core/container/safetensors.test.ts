import { describe, expect, test } from 'vitest';
import { memorySource } from '../../../src/core/bytes/memorySource';
import type { ByteSource } from '../../../src/core/bytes/byteSource';
import type { Container } from '../../../src/core/container/container';
import { openContainer } from '../../../src/core/container/detect';
import { countingSource } from '../../support/countingSource';

/** A safetensors file with this header, and as many bytes of data. */
function safetensors(header: unknown, dataBytes: number, spaces = ''): Buffer {
  const json = Buffer.from((typeof header === 'string' ? header : JSON.stringify(header)) + spaces);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Buffer.alloc(dataBytes)]);
}

function open(bytes: Uint8Array): Promise<Container> {
  return openContainer(memorySource(bytes));
}

function codes(container: Container): string[] {
  return container.findings.map(({ severity, code, entry }) => [severity, code, entry ?? ''].join(' ').trim());
}

const weight = { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] };
const bias = { dtype: 'BF16', shape: [3], data_offsets: [24, 30] };

describe('a header', () => {
  test('gives tensors in file order, with their places, and metadata', async () => {
    const bytes = safetensors({ __metadata__: { format: 'pt' }, bias, weight }, 30, '   ');
    const container = await open(bytes);
    expect(container.kind).toBe('safetensors');
    expect(container.metadata).toEqual(new Map([['format', 'pt']]));
    expect(container.findings).toEqual([]);
    const data = bytes.length - 30;
    expect(container.tensors.map(({ name, dtype, shape, record }) => [name, dtype, shape, record.position])).toEqual([
      ['weight', 'float32', [2, 3], data],
      ['bias', 'bfloat16', [3], data + 24],
    ]);
    expect(container.records.map(({ name, size }) => [name, size])).toEqual([
      ['weight', 24],
      ['bias', 6],
    ]);
  });

  test.each<[string, string, number, number[], number[]]>([
    ['BOOL', 'bool', 1, [2], [2]],
    ['F8_E4M3', 'float8_e4m3fn', 1, [2], [2]],
    ['F8_E8M0', 'float8_e8m0fnu', 1, [2], [2]],
    ['F4', 'float4_e2m1fn_x2', 0.5, [3, 4], [3, 2]],
    ['F6_E2M3', 'f6_e2m3', 0.75, [4], [4]],
    ['C64', 'complex64', 8, [2], [2]],
    ['U64', 'uint64', 8, [], []],
  ])('with dtype %s', async (name, dtype, bytes, shape, expected) => {
    const size = shape.reduce((product, dimension) => product * dimension, 1) * bytes;
    const container = await open(safetensors({ a: { dtype: name, shape, data_offsets: [0, size] } }, size));
    expect(container.tensors).toMatchObject([{ name: 'a', dtype, shape: expected }]);
    expect(container.findings).toEqual([]);
  });

  test('without tensors, with null as metadata, with white space before it', async () => {
    expect(codes(await open(safetensors('{}', 0)))).toEqual([]);
    expect(codes(await open(safetensors({ __metadata__: null, a: weight }, 24)))).toEqual([]);
    expect((await open(safetensors(` \n${JSON.stringify({ a: weight })}`, 24))).tensors.length).toBe(1);
  });

  test('with keys that JavaScript treats otherwise', async () => {
    const names = ['__proto__', 'constructor', '2', '1', 'тензор'];
    const entries = names.map((name, i) => [name, { dtype: 'U8', shape: [1], data_offsets: [i, i + 1] }] as const);
    const json = `{${entries.map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`).join(',')}}`;
    expect((await open(safetensors(json, 5))).tensors.map(({ name }) => name)).toEqual(names);
  });
});

describe('what safetensors refuses is shown, with an error', () => {
  test.each<[string, unknown, number, string[]]>([
    ['a byte too many', { a: weight }, 25, ['error trailing-bytes']],
    ['a byte too few', { a: weight }, 23, ['error cut-file']],
    ['a hole', { weight, bias: { ...bias, data_offsets: [26, 32] } }, 32, ['error tensor-offsets bias']],
    ['an overlap', { weight, bias: { ...bias, data_offsets: [20, 26] } }, 26, ['error tensor-offsets bias']],
    ['another size than the shape', { a: { ...weight, shape: [2, 2] } }, 24, ['error tensor-size a']],
    ['an unknown dtype', { weight, b: { ...bias, dtype: 'F16_X' } }, 24, ['error tensor-entry-invalid b']],
    ['a negative size', { weight, b: { ...bias, shape: [-3] } }, 24, ['error tensor-entry-invalid b']],
    ['a size that is no integer', { weight, b: { ...bias, shape: [1e300] } }, 24, ['error tensor-entry-invalid b']],
    ['an entry that is none', { weight, b: 5 }, 24, ['error tensor-entry-invalid b']],
    ['metadata that is no text', { __metadata__: { a: 1 }, weight }, 24, ['error metadata-invalid a']],
  ])('%s', async (_, header, dataBytes, expected) => {
    const container = await open(safetensors(header, dataBytes));
    expect(codes(container)).toEqual(expected);
    expect(container.tensors.length).toBeGreaterThan(0);
  });

  test('a key that stands twice', async () => {
    const entry = JSON.stringify(weight);
    const container = await open(safetensors(`{"a":${entry},"\\u0061":${entry},"b\\"":{"a":1,"a":2}}`, 24));
    expect(codes(container)).toContain('error duplicate-keys a');
    expect(codes(container).filter((code) => code.includes('duplicate'))).toHaveLength(1);
  });

  test('no JSON, no UTF-8, deep nesting', async () => {
    await expect(open(safetensors('{"a":', 0))).rejects.toMatchObject({ code: 'malformed-safetensors' });
    const bytes = safetensors('{"aa":1}', 0);
    bytes[11] = 0xff;
    await expect(open(bytes)).rejects.toMatchObject({ code: 'malformed-safetensors' });
    const deep = `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    expect(codes(await open(safetensors(deep, 0)))).toEqual(['error tensor-entry-invalid a']);
  });
});

describe('the length of the header', () => {
  test('beyond the end of the file', async () => {
    const bytes = safetensors({ a: weight }, 0);
    bytes.writeBigUInt64LE(5000n);
    await expect(open(bytes)).rejects.toMatchObject({
      code: 'truncated',
      foreign: { kind: 'cut-header', bytesPresent: bytes.length, bytesNeeded: 5008 },
    });
  });

  test('beyond what safetensors allows', async () => {
    const bytes = safetensors({ a: weight }, 0);
    bytes.writeBigUInt64LE(100_000_001n);
    const opening = openContainer(memorySource(bytes), { fileName: 'x.safetensors' });
    await expect(opening).rejects.toMatchObject({ code: 'limit-exceeded' });
    // Without the name it is anything.
    await expect(open(bytes)).rejects.toMatchObject({ foreign: { kind: 'unknown' } });
  });
});

test('no tensor is read: 10 GB cost the header', async () => {
  const head = safetensors({ a: { dtype: 'F32', shape: [2_500_000_000], data_offsets: [0, 1e10] } }, 0);
  const size = head.length + 1e10;
  const sparse: ByteSource = {
    size,
    identity: { size, modified: null, file: null },
    async read(offset, target) {
      target.fill(0).set(head.subarray(offset, offset + target.length));
    },
    async close() {},
  };
  const source = countingSource(sparse);
  const container = await openContainer(source);
  expect(container.findings).toEqual([]);
  expect(source.bytes).toBeLessThan(4096);
  expect(source.reads).toBeLessThanOrEqual(3);
});
