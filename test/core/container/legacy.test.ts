import { describe, expect, test } from 'vitest';
import { memorySource } from '../../../src/core/bytes/memorySource';
import { readBytes } from '../../../src/core/bytes/range';
import type { Container } from '../../../src/core/container/container';
import { openContainer } from '../../../src/core/container/detect';
import { countingSource } from '../../support/countingSource';
import { call, global, int, pickleBytes, proto, stop, text } from '../../support/pickleBytes';

const magic = '\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19';
const none = 'N';

interface Storage {
  readonly key: string;
  readonly elements: number;
  /** Instead of `elements`, before the bytes. */
  readonly count?: number;
}

interface LegacySpec {
  readonly storages: readonly Storage[];
  readonly protocol?: number;
  /** Pickles of further persistent ids, after those of the storages. */
  readonly more?: readonly string[];
  readonly keys?: readonly string[];
  readonly sysInfo?: string;
  readonly trailing?: Uint8Array;
}

function storageId(key: string, elements: number, view = none): string {
  return `(${text('storage')}${global('torch', 'FloatStorage')}${text(key)}${text('cpu')}${int(elements)}${view}tQ`;
}

/** A legacy file (torch-format.md 1.2): a list of storages, and their bytes, each filled with its index. */
function legacy(spec: LegacySpec): Buffer {
  const begin = proto(spec.protocol ?? 2);
  const ids = spec.storages.map(({ key, elements }) => storageId(key, elements));
  const keys = spec.keys ?? spec.storages.map(({ key }) => key);
  const pickles = [
    pickleBytes(begin, magic, stop),
    pickleBytes(begin, 'M\xe9\x03', stop),
    pickleBytes(begin, spec.sysInfo ?? '}', stop),
    pickleBytes(begin, `](${[...ids, ...(spec.more ?? [])].join('')}e`, stop),
    pickleBytes(begin, `](${keys.map(text).join('')}e`, stop),
  ];
  const data = spec.storages.flatMap(({ elements, count = elements }, i) => {
    const header = Buffer.alloc(8);
    header.writeBigInt64LE(BigInt(count));
    return [header, Buffer.alloc(4 * elements, i + 1)];
  });
  return Buffer.concat([...pickles, ...data, Buffer.from(spec.trailing ?? [])]);
}

function open(bytes: Uint8Array): Promise<Container> {
  return openContainer(memorySource(bytes));
}

function codes(container: Container): string[] {
  return container.findings.map(({ severity, code }) => `${severity} ${code}`);
}

const two: LegacySpec = {
  storages: [
    { key: '94001', elements: 3 },
    { key: '94002', elements: 5 },
  ],
};

async function firstByteOf(container: Container, key: string): Promise<number | undefined> {
  const record = container.sections[0]?.storage(key)?.record;
  if (record === undefined) return undefined;
  return (await readBytes(container.source, await container.locate(record), 1))[0];
}

describe('a legacy file', () => {
  test.each([2, 3, 4, 5])('of protocol %i', async (protocol) => {
    const container = await open(legacy({ ...two, protocol }));
    expect(container.kind).toBe('legacy');
    expect(container.sections.map(({ name }) => name)).toEqual(['']);
    expect(container.asides.map(({ name }) => name)).toEqual([
      'magic_number',
      'protocol_version',
      'sys_info',
      'storage_keys',
    ]);
    expect(container.records.map(({ name, size }) => [name, size]).slice(5)).toEqual([
      ['94001', 12],
      ['94002', 20],
    ]);
    expect(await firstByteOf(container, '94001')).toBe(1);
    expect(await firstByteOf(container, '94002')).toBe(2);
    expect(container.sections[0]?.storage('94003')).toBeUndefined();
    expect(codes(container)).toEqual([]);
  });

  test('whose magic number is a text', async () => {
    const rest = legacy(two).subarray(15);
    const container = await open(Buffer.concat([Buffer.from('L119547037146038801333356L\n.'), rest]));
    expect(container.kind).toBe('legacy');
    expect(await firstByteOf(container, '94002')).toBe(2);
  });

  test('with views: their keys lead into the storage', async () => {
    const view = storageId('94002', 5, `(${text('view')}${int(2)}${int(3)}t`);
    const outside = storageId('94002', 5, `(${text('too far')}${int(3)}${int(3)}t`);
    const container = await open(legacy({ ...two, more: [view, outside] }));
    const [root, part] = ['94002', 'view'].map((key) => container.sections[0]?.storage(key)?.record);
    expect(part?.position).toBe((root?.position ?? NaN) + 8);
    expect(part?.size).toBe(12);
    expect(container.sections[0]?.storage('too far')).toBeUndefined();
  });

  test('with bytes behind its end', async () => {
    expect(codes(await open(legacy({ ...two, trailing: Buffer.alloc(9) })))).toEqual(['warning trailing-bytes']);
  });

  test('with a key that no tensor names: what stands before it is found', async () => {
    const container = await open(legacy({ ...two, keys: ['94001', '7', '94002'] }));
    expect(codes(container)).toEqual(['error legacy-key-unknown']);
    expect(await firstByteOf(container, '94001')).toBe(1);
    expect(container.sections[0]?.storage('94002')).toBeUndefined();
  });

  test('with a tensor whose storage is not listed', async () => {
    const container = await open(legacy({ ...two, more: [storageId('7', 2)] }));
    expect(container.sections[0]?.storage('7')).toBeUndefined();
  });

  test('with a count that contradicts the pickle: the counts are followed', async () => {
    const storages = [
      { key: '1', elements: 4, count: 2 },
      { key: '2', elements: 5 },
    ];
    const container = await open(legacy({ storages }));
    expect(codes(container)[0]).toBe('error legacy-count');
    expect(container.sections[0]?.storage('1')?.record.size).toBe(8);
    const hostile = await open(legacy({ storages: [{ key: '1', elements: 4, count: -1 }] }));
    expect(codes(hostile)).toContain('error legacy-count');
    expect(hostile.sections[0]?.storage('1')).toBeUndefined();
  });

  test('whose sys_info imports something: the audit gets it', async () => {
    const container = await open(legacy({ ...two, sysInfo: call('os', 'system', text('true')) }));
    const aside = container.asides.find(({ name }) => name === 'sys_info');
    expect(aside?.graph.globals).toMatchObject([{ module: 'os', name: 'system' }]);
  });

  test('whose object breaks off has what it imports before that', async () => {
    const bytes = legacy({ ...two, sysInfo: '}' });
    const cut = bytes.subarray(0, bytes.indexOf('FloatStorage') + 20);
    const container = await open(cut);
    expect(container.sections).toEqual([]);
    expect(container.unreadable[0]).toMatchObject({ name: '', error: { code: 'truncated' } });
    expect(container.unreadable[0]?.partial.globals).toMatchObject([{ module: 'torch', name: 'FloatStorage' }]);
  });

  test('whose object names nothing and breaks off, behind a pickle that imports: the audit gets it', async () => {
    const bytes = legacy({ ...two, sysInfo: call('os', 'system', text('true')) });
    const cut = bytes.subarray(0, bytes.indexOf('storage'));
    const container = await open(cut);
    expect(container.sections).toEqual([]);
    const aside = container.asides.find(({ name }) => name === 'sys_info');
    expect(aside?.graph.globals).toMatchObject([{ module: 'os', name: 'system' }]);
    const harmless = legacy(two);
    const rejected = expect(open(harmless.subarray(0, harmless.indexOf('storage')))).rejects;
    await rejected.toMatchObject({ code: 'truncated' });
  });

  test('with 2,000 storages costs few reads', async () => {
    const storages = Array.from({ length: 2000 }, (_, i) => ({ key: String(i), elements: 100 }));
    const source = countingSource(memorySource(legacy({ storages })));
    const container = await openContainer(source);
    expect(container.records.length).toBe(2005);
    expect(source.reads).toBeLessThan(60);
    expect(await firstByteOf(container, '1999')).toBe(2000 % 256);
    expect(codes(container)).toEqual([]);
  });
});
