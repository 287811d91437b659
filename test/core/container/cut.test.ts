import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { memorySource } from '../../../src/core/bytes/memorySource';
import type { Container } from '../../../src/core/container/container';
import { openContainer } from '../../../src/core/container/detect';
import { ForeignFileError } from '../../../src/core/container/foreign';
import { CheckpointError } from '../../../src/core/errors';
import { corpusFolder } from '../../support/corpus';
import { countingSource } from '../../support/countingSource';
import { tar01 } from '../../support/tar01';
import { checkpointEntries } from '../../support/torchSave';
import { buildZip, sparseZip } from '../../support/zipBuilder';

function corpus(name: string): Buffer {
  return readFileSync(join(corpusFolder, name));
}

/** The container, or the error that `core` threw on purpose; anything else fails the test. */
async function outcome(bytes: Uint8Array): Promise<Container | CheckpointError> {
  try {
    return await openContainer(memorySource(bytes));
  } catch (error) {
    if (error instanceof CheckpointError) return error;
    throw error;
  }
}

function isCut(result: Container | CheckpointError): boolean {
  return result instanceof CheckpointError || result.findings.some(({ severity }) => severity === 'error');
}

describe('a file cut at every byte gives what is whole, or an error', () => {
  test.each<[string, Buffer, number?]>([
    ['zip of 1.7.1', corpus('torch-1.7.1/basic.pt')],
    ['zip of 2.14', corpus('torch-2.14.1/basic.pt')],
    ['TorchScript', corpus('torch-2.14.1/script.pt')],
    ['mobile', corpus('torch-1.13.1/lite.ptl')],
    ['package', corpus('torch-2.14.1/pkg.pt')],
    ['legacy', corpus('torch-2.14.1/legacy.pt')],
    // Its last block is padded, and two empty ones follow.
    ['tar', tar01(), 3 * 512],
    ['pickle, protocol 2', corpus('torch-2.14.1/plain_p2.pkl')],
    ['pickle, protocol 4', corpus('torch-2.14.1/plain_p4.pkl')],
    ['safetensors', corpus('torch-2.14.1/x.safetensors')],
    ['npy', corpus('torch-2.14.1/a.npy')],
    ['npz', corpus('torch-2.14.1/a.npz')],
    // Checksum and length at its end are not looked at.
    ['gzip', gzipSync(corpus('torch-2.14.1/legacy.pt')), 8],
  ])('%s', { timeout: 120_000 }, async (_, bytes, padding = 0) => {
    expect(isCut(await outcome(bytes))).toBe(false);
    for (let length = 0; length < bytes.length; length++) {
      const result = await outcome(bytes.subarray(0, length));
      if (length < bytes.length - padding) expect(isCut(result), `cut at ${length}`).toBe(true);
    }
  });
});

describe('a cut zip checkpoint', () => {
  test.each(['torch-1.7.1/many.pt', 'torch-1.13.1/many.pt', 'torch-2.6.0/many.pt', 'torch-2.14.1/many.pt'])(
    '%s tells how long the whole file is',
    async (name) => {
      const bytes = corpus(name);
      const whole = await openContainer(memorySource(bytes));
      const storages = whole.records.filter((record) => record.name.startsWith('data/'));
      expect(storages.length).toBeGreaterThan(10);
      for (const { position } of storages.slice(2)) {
        const result = await outcome(bytes.subarray(0, (position ?? 0) + 1));
        const cut = result instanceof CheckpointError ? null : result.findings.find(({ code }) => code === 'cut-file');
        expect(cut?.args?.[0]).toBe((position ?? 0) + 1);
        expect(cut?.args?.[1]).toBe(bytes.length);
      }
    },
  );

  test('has the storages that are whole, where they are, and not the others', async () => {
    const bytes = corpus('torch-2.14.1/sd.pt');
    const whole = await openContainer(memorySource(bytes));
    const third = whole.records.find(({ name }) => name === 'data/2');
    const result = await outcome(bytes.subarray(0, (third?.position ?? 0) + 1));
    if (result instanceof CheckpointError) throw result;
    const storage = (key: string) => result.sections[0]?.storage(key)?.record;
    const before = whole.sections[0]?.storage('1')?.record;
    expect(storage('1')).toMatchObject({ position: before?.position, size: before?.size, crc32: before?.crc32 });
    expect(storage('2')).toMatchObject({ position: null, size: third?.size });
    expect(storage('3')).toBeUndefined();
    expect(result.rootFolder).toBe('sd');
  });

  test('whose pickle is cut lists what is whole', async () => {
    const bytes = corpus('torch-2.14.1/script.pt');
    const result = await outcome(bytes.subarray(0, 500));
    expect(result).toBeInstanceOf(ForeignFileError);
    expect(result).toMatchObject({
      code: 'truncated',
      foreign: { kind: 'cut-zip', bytesPresent: 500, bytesNeeded: null },
    });
    expect(
      result instanceof ForeignFileError && result.foreign.kind === 'cut-zip' && result.foreign.wholeEntries,
    ).toEqual(['data/0', 'data/1', 'data/2']);
  });

  test.each(['torch-2.6.0/exported.pt2', 'torch-2.14.1/exported.pt2'])(
    '%s: the archives within it are not taken for it',
    async (name) => {
      const bytes = corpus(name);
      for (let length = bytes.length - 1; length > 100; length -= 37) {
        const result = await outcome(bytes.subarray(0, length));
        if (result instanceof ForeignFileError) expect(result.foreign).toMatchObject({ kind: 'cut-zip' });
        else if (result instanceof CheckpointError) expect(result.code).toMatch(/truncated|malformed-zip/);
        else expect(result.kind).toBe('pt2');
      }
    },
  );

  test('of 10 GB is opened without reading a storage', async () => {
    const vectors = Array.from({ length: 4 }, (_, i) => ({ name: `w${i}`, elements: 625_000_000 }));
    const whole = sparseZip(checkpointEntries(vectors), { root: 'archive' });
    const size = 8_000_000_000;
    const source = countingSource({ ...whole, size, identity: { ...whole.identity, size } });
    const container = await openContainer(source);
    expect(container.findings).toMatchObject([{ code: 'cut-file', args: [size, whole.size] }]);
    expect(container.sections[0]?.storage('2')?.record.size).toBe(2.5e9);
    expect(container.sections[0]?.storage('3')?.record.position).toBeNull();
    // The end of the file is searched for the end record, 1 MiB far.
    expect(source.bytes).toBeLessThan(1_500_000);
  });
});

test('a cut .npz has the arrays that are whole', async () => {
  const array = corpus('torch-2.14.1/a.npy');
  const bytes = buildZip(['a', 'b', 'c'].map((name) => ({ name: `model/${name}.npy`, data: array })));
  const whole = await openContainer(memorySource(bytes));
  const last = whole.records[2]?.position ?? 0;
  const result = await outcome(bytes.subarray(0, last + 10));
  if (result instanceof CheckpointError) throw result;
  expect(result.kind).toBe('npz');
  expect(result.tensors).toMatchObject(
    whole.tensors.slice(0, 2).map(({ name, shape, dtype }) => ({ name, shape, dtype })),
  );
  expect(result.findings.map(({ code }) => code)).toEqual(['cut-file']);
});

describe('a cut legacy file', () => {
  test('tells how long the whole one is, once the keys are there', async () => {
    const bytes = corpus('torch-2.14.1/legacy.pt');
    const whole = await openContainer(memorySource(bytes));
    const keysEnd = (whole.records[4]?.position ?? 0) + (whole.records[4]?.size ?? 0);
    for (let length = keysEnd; length < bytes.length; length++) {
      const result = await outcome(bytes.subarray(0, length));
      if (result instanceof CheckpointError) throw result;
      expect(result.findings).toMatchObject([{ code: 'cut-file', args: [length, bytes.length] }]);
      expect(result.records.at(-1)?.position).toBeNull();
    }
  });

  test('without its keys still has its object', async () => {
    const bytes = corpus('torch-2.14.1/legacy.pt');
    const whole = await openContainer(memorySource(bytes));
    const result = await outcome(bytes.subarray(0, whole.records[4]?.position ?? 0));
    if (result instanceof CheckpointError) throw result;
    expect(result.sections.length).toBe(1);
    expect(result.unreadable.map(({ name }) => name)).toEqual(['storage_keys']);
  });
});
