import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openFile } from '../../../src/core/bytes/fileSource';
import { memorySource } from '../../../src/core/bytes/memorySource';
import type { Checkpoint } from '../../../src/core/checkpoint/checkpoint';
import { openCheckpoint } from '../../../src/core/checkpoint/open';
import { apply } from '../../../src/core/edit/apply';
import { readOnlyReason, startState, type EditState } from '../../../src/core/edit/state';
import { corpusFolder } from '../../support/corpus';
import { saved } from '../write/support';
import { applyAll, keys, refusal, tensors } from './support';

function safetensors(header: Readonly<Record<string, unknown>>, bytes: number): Promise<Checkpoint> {
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return openCheckpoint(memorySource(Buffer.concat([length, text, Buffer.alloc(bytes, 1)])));
}

async function state(): Promise<EditState> {
  return startState(
    await safetensors(
      {
        __metadata__: { format: 'pt' },
        'module.a': { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
        'module.b': { dtype: 'F8_E4M3', shape: [4], data_offsets: [8, 12] },
      },
      12,
    ),
  );
}

describe('a .safetensors', () => {
  test('takes the edits that its format can hold, its metadata too, and becomes a zip', async () => {
    const after = applyAll(
      await state(),
      { kind: 'stripPrefix', prefix: 'module.' },
      { kind: 'cast', dtype: 'float16', selection: { paths: [['a']] } },
      { kind: 'setValue', path: ['.metadata', 'format'], literal: '"np"' },
      { kind: 'addEntry', path: ['.metadata', 'epoch'], literal: "'3'" },
    );
    expect(keys(after)).toEqual(['a', 'b', ".metadata.format = 'np'", ".metadata.epoch = '3'"]);
    expect(tensors(after).map((line) => line.split(' ').slice(0, 3))).toEqual([
      ['a', 'float16', 'null'],
      ['b', 'float8_e4m3fn', 'null'],
    ]);
    const again = await openCheckpoint(memorySource(await saved(after)));
    expect(tensors(startState(again))).toEqual(['a float16 cpu 0+0 [2]', 'b float8_e4m3fn cpu 1+0 [4]']);
  });

  test('loses tensors and metadata, but not the last tensor', async () => {
    const start = await state();
    const after = apply(start, { kind: 'remove', selection: { paths: [['module.b'], ['.metadata']] } });
    expect(keys(after)).toEqual(['module.a']);
    expect(refusal(after, { kind: 'remove', selection: { paths: [['module.a']] } })).toMatchObject({
      code: 'edit-empty',
    });
  });

  test('refuses what it cannot hold', async () => {
    const start = await state();
    expect(refusal(start, { kind: 'wrap', key: 'model' })).toMatchObject({ reason: 'flat-format' });
    expect(refusal(start, { kind: 'addEntry', path: ['n'], literal: '1' })).toMatchObject({ reason: 'flat-format' });
    expect(refusal(start, { kind: 'remapDevices', to: { kind: 'all', device: 'cpu' } })).toMatchObject({
      reason: 'no-devices-in-format',
    });
    expect(refusal(start, { kind: 'addEntry', path: ['.metadata', 'n'], literal: '1' })).toMatchObject({
      reason: 'values-in-format',
    });
  });
});

describe('read-only files', () => {
  test.each([
    ['torch-1.13.1/a.npy', 'npy'],
    ['torch-1.13.1/lite.ptl', 'mobile'],
    ['torch-1.13.1/pkg.pt', 'package'],
  ])('%s', async (file, kind) => {
    const source = await openFile(join(corpusFolder, file));
    const checkpoint = await openCheckpoint(source, { fileName: file });
    expect(readOnlyReason(checkpoint)).toMatchObject({ code: 'edit-read-only', reason: 'format-read-only' });
    expect(refusal(startState(checkpoint), { kind: 'compact' }).code).toBe('edit-read-only');
    expect(checkpoint.container.kind).toBe(kind);
    await source.close();
  });
});

test.each(['torch-1.7.1', 'torch-2.14.1'])(
  'storages of a plain pickle of %s can be moved and saved as a zip',
  async (folder) => {
    const source = await openFile(join(corpusFolder, folder, 'plain_p4.pkl'));
    const start = startState(await openCheckpoint(source, { fileName: 'plain_p4.pkl' }));
    const after = apply(start, { kind: 'remapDevices', to: { kind: 'all', device: 'cuda:2' } });
    const again = await openCheckpoint(memorySource(await saved(after)));
    const described = (checkpoint: Checkpoint) =>
      checkpoint.entries.flatMap((entry) =>
        entry.kind === 'tensor' ? [[entry.path, entry.dtype, entry.shape, entry.device]] : [],
      );
    expect(described(again)).toEqual(described(start.checkpoint).map((fields) => [...fields.slice(0, 3), 'cuda:2']));
    await source.close();
  },
);
