import { describe, expect, test } from 'vitest';
import { memorySource } from '../../../src/core/bytes/memorySource';
import { openContainer } from '../../../src/core/container/detect';
import { countingSource } from '../../support/countingSource';
import { call, pickleBytes, proto, stop, text } from '../../support/pickleBytes';
import { buildZip, sparseZip } from '../../support/zipBuilder';

interface NpySpec {
  readonly descr?: string;
  readonly fortran?: boolean;
  readonly shape?: string;
  readonly version?: 1 | 2 | 3;
}

/** A header of 128 bytes, or the next multiple of 64. */
function npyHeader({ descr = "'<f4'", fortran = false, shape = '(2, 3)', version = 1 }: NpySpec = {}): Buffer {
  const dict = `{'descr': ${descr}, 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${shape}, }`;
  const prefix = version === 1 ? 10 : 12;
  const padded = dict.padEnd(Math.ceil((prefix + dict.length + 1) / 64) * 64 - prefix - 1) + '\n';
  const start = Buffer.alloc(prefix);
  start.write('\x93NUMPY', 'latin1');
  start[6] = version;
  if (version === 1) start.writeUInt16LE(padded.length, 8);
  else start.writeUInt32LE(padded.length, 8);
  return Buffer.concat([start, Buffer.from(padded)]);
}

function npy(spec: NpySpec, data: Uint8Array): Buffer {
  return Buffer.concat([npyHeader(spec), data]);
}

const evil = pickleBytes(proto(3), call('os', 'system', text('true')), stop);

describe('.npy', () => {
  test.each<[NpySpec, object]>([
    [{}, { dtype: 'float32', shape: [2, 3], columnMajor: false, bigEndian: false, skip: 0 }],
    [{ version: 2 }, { dtype: 'float32', shape: [2, 3] }],
    [{ version: 3 }, { dtype: 'float32', shape: [2, 3] }],
    [
      { descr: "'>f4'", fortran: true },
      { dtype: 'float32', columnMajor: true, bigEndian: true },
    ],
    [
      { descr: "'|b1'", shape: '(24,)' },
      { dtype: 'bool', shape: [24] },
    ],
    [
      { descr: "'<c16'", shape: '()' },
      { dtype: 'complex128', shape: [] },
    ],
    [{ descr: "'<U6'", shape: '(1,)' }, { dtype: 'U6' }],
    [{ descr: "'<M8[ns]'", shape: '(3,)' }, { dtype: 'M8[ns]' }],
    [{ descr: "[('x', '<f4'), ('y', '<i8')]", shape: '(2,)' }, { dtype: 'struct' }],
  ])('%j', async (spec, expected) => {
    const bytes = npy(spec, Buffer.alloc(24));
    const container = await openContainer(memorySource(bytes));
    expect(container.kind).toBe('npy');
    expect(container.tensors).toMatchObject([
      { name: '', record: { position: bytes.length - 24, size: 24 }, ...expected },
    ]);
    expect(container.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  test('of objects is a pickle', async () => {
    const container = await openContainer(memorySource(npy({ descr: "'|O'", shape: '(1,)' }, evil)));
    expect(container.tensors).toEqual([]);
    expect(container.sections[0]?.graph.globals).toMatchObject([{ module: 'os', name: 'system' }]);
  });

  test('cut, or with bytes behind it', async () => {
    const header = npyHeader();
    const short = await openContainer(memorySource(npy({}, Buffer.alloc(20))));
    expect(short.findings).toMatchObject([{ code: 'cut-file', args: [header.length + 20, header.length + 24] }]);
    const long = await openContainer(memorySource(npy({}, Buffer.alloc(25))));
    expect(long.findings).toMatchObject([{ code: 'trailing-bytes', args: [1] }]);
  });

  test.each(['{}', "{'descr': '<f4', 'fortran_order': False, 'shape': (x,), }", ''])(
    'with the header %j is malformed',
    async (dict) => {
      const bytes = Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), Buffer.from([dict.length, 0])]);
      const opening = openContainer(memorySource(Buffer.concat([bytes, Buffer.from(dict)])));
      await expect(opening).rejects.toMatchObject({ code: 'malformed-numpy' });
    },
  );
});

describe('.npz', () => {
  test('lists its arrays, packed or not, by names that may hold slashes', async () => {
    const bytes = buildZip(
      [
        { name: 'model/w.npy', data: npy({}, Buffer.alloc(24)) },
        { name: 'model/b.npy', data: npy({ descr: "'<i8'", shape: '(3,)' }, Buffer.alloc(24)), deflate: true },
      ],
      { style: 'plain', zip64End: false },
    );
    const container = await openContainer(memorySource(bytes));
    expect(container.kind).toBe('npz');
    expect(container.rootFolder).toBeNull();
    expect(container.findings).toEqual([]);
    const skip = npyHeader().length;
    expect(container.tensors).toMatchObject([
      { name: 'model/w', dtype: 'float32', shape: [2, 3], skip, record: { packed: false } },
      { name: 'model/b', dtype: 'int64', shape: [3], skip, record: { packed: true, position: null } },
    ]);
  });

  test('with an array of objects is audited, with a broken one shows the others', async () => {
    const bytes = buildZip([
      { name: 'a.npy', data: npy({ descr: "'|O'", shape: '(1,)' }, evil), deflate: true },
      { name: 'b.npy', data: 'no array' },
      { name: 'c.npy', data: npy({}, Buffer.alloc(24)) },
    ]);
    const container = await openContainer(memorySource(bytes));
    expect(container.sections.map(({ name }) => name)).toEqual(['a.npy']);
    expect(container.tensors.map(({ name }) => name)).toEqual(['c']);
    expect(container.findings).toMatchObject([{ severity: 'error', code: 'record-unreadable', entry: 'b.npy' }]);
  });

  test('costs the headers of its arrays, not the arrays', async () => {
    const header = npyHeader({ shape: '(100000000,)' });
    const whole = sparseZip([{ name: 'a.npy', data: 4e8 }], { style: 'plain' });
    const source = countingSource({
      ...whole,
      async read(offset, target) {
        await whole.read(offset, target);
        const start = 30 + 'a.npy'.length;
        if (offset === start) target.set(header.subarray(0, target.length));
      },
    });
    const container = await openContainer(source);
    expect(container.tensors).toMatchObject([{ name: 'a', shape: [1e8] }]);
    expect(source.bytes).toBeLessThan(32 << 10);
  });
});
