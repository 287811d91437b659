import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { ByteSource } from '../../../src/core/bytes/byteSource';
import { openFile } from '../../../src/core/bytes/fileSource';
import { readBytes } from '../../../src/core/bytes/range';
import type { Container } from '../../../src/core/container/container';
import { openContainer } from '../../../src/core/container/detect';
import { ForeignFileError } from '../../../src/core/container/foreign';
import { corpusFolder, readOracle } from '../../support/corpus';

const files = readdirSync(corpusFolder, { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.startsWith('torch-') && /\/(?:\w+|dcp\/\w*)\.\w+$/.test(name));

async function withFile<T>(name: string, body: (source: ByteSource) => Promise<T>): Promise<T> {
  const source = await openFile(join(corpusFolder, name));
  try {
    return await body(source);
  } finally {
    await source.close();
  }
}

/** What a file is, by its name: the corpus is regular. */
function expectedKind(name: string): string {
  const base = name.slice(name.indexOf('/') + 1);
  if (/^(?:legacy|module_legacy)/.test(base)) return 'legacy';
  if (/^(?:plain_p\d|dcp\/\.metadata)/.test(base)) return 'pickle';
  if (/^lite_fb/.test(base)) return 'model';
  if (base.endsWith('.distcp')) return 'distributed-shard';
  if (base.endsWith('.ptl')) return 'mobile';
  if (/^(?:script|trace)\./.test(base)) return 'torchscript';
  if (base === 'pkg.pt') return 'package';
  const extension = /\.(npy|npz|pt2|safetensors)$/.exec(base)?.[1];
  return extension ?? 'zip';
}

/** Files that torch left behind when it refused to save. */
const failedSaves = /\/(?:dtype_u?int[1-7]|dtype_complex32|misc_objs|nested|sparse_(?:bsc|bsr|csc))\.pt$/;

describe('every file of the corpus', () => {
  test('is opened as what it is', async () => {
    const kinds: Record<string, string> = {};
    const expected: Record<string, string> = {};
    for (const name of files) {
      const found = await withFile(name, async (source) => {
        try {
          return (await openContainer(source, { fileName: name })).kind;
        } catch (error) {
          return error instanceof ForeignFileError ? error.foreign.kind : String(error);
        }
      });
      kinds[name] = found;
      expected[name] = found === 'failed-save' && failedSaves.test(name) ? found : expectedKind(name);
    }
    expect(kinds).toEqual(expected);
    expect(files.length).toBeGreaterThan(300);
  });

  test('has the records of its directory where their checksums say', async () => {
    let checked = 0;
    for (const name of files) {
      await withFile(name, async (source) => {
        const container = await openOrNull(source, name);
        for (const record of container?.records ?? []) {
          if (container === null || record.crc32 === null) continue;
          const content = await container.readRecord(record, 1 << 20);
          expect(content.length, `${name}: ${record.name}`).toBe(record.size);
          expect(crc32(content), `${name}: ${record.name}`).toBe(record.crc32);
          if (record.packed) {
            expect(record.position).toBeNull();
            continue;
          }
          expect(record.position, `${name}: ${record.name}`).toBe(await container.locate(record));
          expect(crc32(await readBytes(source, record.position ?? -1, record.size))).toBe(record.crc32);
          checked++;
        }
      });
    }
    expect(checked).toBeGreaterThan(1500);
  });

  test('says nothing of a file that torch wrote whole', async () => {
    const spoken: Record<string, string[]> = {};
    for (const name of files) {
      await withFile(name, async (source) => {
        const codes = (await openOrNull(source, name))?.findings.map(({ code }) => code) ?? [];
        if (codes.length > 0) spoken[name] = codes;
      });
    }
    expect(spoken).toEqual({
      'torch-2.6.0/nocrc.pt': ['checksums-off'],
      'torch-2.14.1/nocrc.pt': ['checksums-off'],
      'torch-2.6.0/skipdata.pt': ['data-skipped'],
      'torch-2.14.1/skipdata.pt': ['data-skipped'],
    });
  });
});

async function openOrNull(source: ByteSource, name: string): Promise<Container | null> {
  try {
    return await openContainer(source, { fileName: name });
  } catch (error) {
    if (error instanceof ForeignFileError) return null;
    throw error;
  }
}

describe('storages of legacy files', () => {
  test.each(files.filter((name) => /\/legacy\.pt$/.test(name)))('%s', async (name) => {
    const digests = await withFile(name, async (source) => {
      const container = await openContainer(source);
      const storages = container.records.slice(5);
      return Promise.all(
        storages.map(async (record) => sha256(await readBytes(source, record.position ?? -1, record.size))),
      );
    });
    const whole = readOracle()
      .get(name)
      ?.tensors?.filter(({ offset, stride }) => offset === 0 && stride?.at(-1) === 1)
      .map((tensor) => tensor.sha256);
    expect(whole?.length).toBeGreaterThan(0);
    for (const digest of whole ?? []) expect(digests).toContain(digest);
  });

  test('the first byte behind the last storage is the end of the file', async () => {
    await withFile('torch-2.14.1/legacy.pt', async (source) => {
      const last = (await openContainer(source)).records.at(-1);
      expect((last?.position ?? 0) + (last?.size ?? 0)).toBe(source.size);
    });
  });
});

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('storages by key', () => {
  test('of TorchScript lie beside their own pickle', async () => {
    await withFile('torch-2.14.1/lite.ptl', async (source) => {
      const container = await openContainer(source);
      expect(container.sections.map(({ name }) => name)).toEqual(['data.pkl', 'constants.pkl', 'bytecode.pkl']);
      const [data, constants] = container.sections;
      expect(data?.storage('0')?.record.name).toBe('data/0');
      expect(constants?.storage('0')).toBeUndefined();
    });
    await withFile('torch-2.14.1/trace.pt', async (source) => {
      const [data, constants, inputs] = (await openContainer(source)).sections;
      expect(data?.storage('0')?.record.name).toBe('data/0');
      expect(constants?.storage('0')?.record.name).toBe('constants/0');
      expect(inputs?.storage('0')?.record.name).toBe('traced_inputs/0');
    });
  });

  test('of a package lie in .data', async () => {
    await withFile('torch-2.14.1/pkg.pt', async (source) => {
      const [section] = (await openContainer(source)).sections;
      expect(section?.name).toBe('model/model.pkl');
      expect(section?.storage('2')?.record.name).toBe('.data/2.storage');
      expect(section?.storage('3')).toBeUndefined();
    });
  });
});
