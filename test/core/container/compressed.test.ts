import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { memorySource } from '../../../src/core/bytes/memorySource';
import { openContainer } from '../../../src/core/container/detect';
import { defaultLimits } from '../../../src/core/limits';
import { corpusFolder } from '../../support/corpus';
import { countingSource } from '../../support/countingSource';

const checkpoint = readFileSync(join(corpusFolder, 'torch-2.14.1/basic.pt'));

test.each([
  ['gzip', gzipSync(checkpoint)],
  ['zlib', deflateSync(checkpoint)],
] as const)('a checkpoint packed with %s is read through', async (compression, packed) => {
  const container = await openContainer(memorySource(packed), { fileName: 'basic.pt.gz' });
  expect(container).toMatchObject({ kind: 'zip', compression, rootFolder: 'basic' });
  expect(container.source.size).toBe(checkpoint.length);
  expect(container.findings).toEqual([
    { severity: 'info', code: 'compressed-wrapper', args: [compression, checkpoint.length] },
  ]);
  const record = container.sections[0]?.storage('0')?.record;
  expect(record).toBeDefined();
  if (record !== undefined) expect((await container.readRecord(record, 1000)).length).toBe(record.size);
});

test('several gzip members one behind the other are one file', async () => {
  const packed = Buffer.concat([gzipSync(checkpoint.subarray(0, 900)), gzipSync(checkpoint.subarray(900))]);
  expect((await openContainer(memorySource(packed))).kind).toBe('zip');
});

test('one that is cut is opened as far as it goes', async () => {
  const legacy = readFileSync(join(corpusFolder, 'torch-2.14.1/module_legacy.pt'));
  const packed = gzipSync(legacy);
  const container = await openContainer(memorySource(packed.subarray(0, packed.length - 50)));
  expect(container.kind).toBe('legacy');
  expect(container.findings.map(({ code }) => code)).toEqual(['compressed-wrapper', 'compressed-cut', 'cut-file']);
});

test('a bomb is stopped at the limit', async () => {
  const source = countingSource(memorySource(gzipSync(Buffer.alloc(64 << 20))));
  const opening = openContainer(source, { limits: { ...defaultLimits, inflatedBytes: 1 << 20 } });
  await expect(opening).rejects.toMatchObject({
    code: 'limit-exceeded',
    foreign: { kind: 'archive', format: 'gzip' },
  });
  expect(source.bytes).toBeLessThan(40_000);
});

test('what is packed twice, or holds no checkpoint, is named', async () => {
  const twice = gzipSync(gzipSync(checkpoint));
  await expect(openContainer(memorySource(twice))).rejects.toMatchObject({
    foreign: { kind: 'archive', format: 'gzip' },
  });
  const page = gzipSync('<!doctype html><title>Sorry</title>');
  await expect(openContainer(memorySource(page))).rejects.toMatchObject({ foreign: { kind: 'web-page' } });
});
