import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { memorySource } from '../../../src/core/bytes/memorySource';
import { openContainer } from '../../../src/core/container/detect';
import { describeFolder } from '../../../src/core/container/folder';
import { ForeignFileError, type ForeignFile } from '../../../src/core/container/foreign';
import { pickleBytes, proto, stop } from '../../support/pickleBytes';
import { tar } from '../../support/tar01';

async function foreign(bytes: Uint8Array | string, fileName = 'net.pt'): Promise<ForeignFile> {
  try {
    const container = await openContainer(memorySource(Buffer.from(bytes)), { fileName });
    throw new Error(`opened as ${container.kind}`);
  } catch (error) {
    if (error instanceof ForeignFileError) return error.foreign;
    throw error;
  }
}

/** These first bytes, and a hundred more that say nothing. */
function headed(...parts: readonly (string | readonly number[])[]): Buffer {
  const head = parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part)));
  return Buffer.concat([...head, Buffer.from(Array.from({ length: 100 }, (_, i) => 0xf0 + (i % 7)))]);
}

describe('what is no checkpoint is named as what it is', () => {
  test('a Git LFS pointer, with oid and size', async () => {
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a21\nsize 178793939\n';
    expect(await foreign(pointer)).toEqual({
      kind: 'git-lfs-pointer',
      version: 'https://git-lfs.github.com/spec/v1',
      oid: 'sha256:4d7a21',
      size: 178_793_939,
    });
    expect(await foreign(pointer, 'model.safetensors')).toMatchObject({ kind: 'git-lfs-pointer' });
    expect(await foreign('version https://git-lfs.github.com/spec/v1\n')).toMatchObject({ oid: '', size: null });
  });

  test('a web page, with its title', async () => {
    const page = '\n<!DOCTYPE html>\n<html><head><title>\n  404 –\n Not found </title></head></html>';
    expect(await foreign(page)).toMatchObject({ kind: 'web-page', markup: 'html', title: '404 – Not found' });
    const xml = '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>';
    expect(await foreign(xml)).toMatchObject({ kind: 'web-page', markup: 'xml', title: 'Access Denied' });
    expect(await foreign('<html><body>no title')).toMatchObject({ markup: 'html', title: null });
  });

  test.each<[string, string, string, string]>([
    ['JSON', '{"metadata": {"total_size": 5}}', 'index.json', 'json'],
    ['CSV', 'epoch,loss\n1,0.5\n2,0.25\n', 'log.pt', 'csv'],
    ['paths for Python', '/opt/lib/python\n./src\nimport site\n', 'easy-install.pth', 'python-paths'],
    ['Python', '# a comment\nimport torch\nprint(1)\n', 'train.pt', 'python-source'],
    ['any other text', 'Weights are at the address that is below.\n', 'README.pt', 'plain'],
    ['text that begins like a pickle', 'config\nmodel\nIt is a text.\n', 'a.pt', 'plain'],
    ['a sentence that is a pickle of nothing', 'N.\n', 'a.pt', 'plain'],
    ['Chinese', '权重在别处。\n', 'a.pt', 'plain'],
  ])('text: %s', async (_, text, fileName, kind) => {
    const found = await foreign(text, fileName);
    expect(found).toMatchObject({ kind: 'text', text: kind });
    expect(found.kind === 'text' && found.lines[0]).toBe(text.split('\n')[0]);
  });

  test('a text is shown by its first lines, cut', async () => {
    const found = await foreign(`${'a'.repeat(1000)}\nb\n`.repeat(100));
    expect(found).toMatchObject({ kind: 'text', text: 'plain' });
    expect(found.kind === 'text' ? found.lines.map((line) => line.length) : []).toEqual([200, 1, 21]);
  });

  test.each<[string, Buffer, ForeignFile]>([
    ['7z', headed([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]), { kind: 'archive', format: '7z', entries: [] }],
    ['zstd', headed([0x28, 0xb5, 0x2f, 0xfd]), { kind: 'archive', format: 'zstd', entries: [] }],
    ['xz', headed([0xfd], '7zXZ', [0]), { kind: 'archive', format: 'xz', entries: [] }],
    ['bzip2', headed('BZh91AY'), { kind: 'archive', format: 'bzip2', entries: [] }],
    ['rar', headed('Rar!', [0x1a, 0x07, 0x01, 0x00]), { kind: 'archive', format: 'rar', entries: [] }],
    ['lz4', headed([0x04, 0x22, 0x4d, 0x18]), { kind: 'archive', format: 'lz4', entries: [] }],
    [
      'tar',
      tar([['net/weights.bin', Buffer.from('x')]]),
      { kind: 'archive', format: 'tar', entries: ['net/weights.bin'] },
    ],
    ['GGUF', headed('GGUF', [3, 0, 0, 0]), { kind: 'model', format: 'gguf' }],
    ['GGML', headed('tjgg', [3, 0, 0, 0]), { kind: 'model', format: 'ggml' }],
    ['ONNX', headed([0x08, 0x08, 0x12, 0x07], 'pytorch'), { kind: 'model', format: 'onnx' }],
    ['HDF5', headed([0x89], 'HDF\r\n\x1a\n'), { kind: 'model', format: 'hdf5' }],
    ['TFLite', headed([0x1c, 0, 0, 0], 'TFL3'), { kind: 'model', format: 'tflite' }],
    ['mobile flatbuffer', headed([0x2c, 0, 0, 0], 'PTMF'), { kind: 'model', format: 'torch-mobile-flatbuffer' }],
    ['preview archive', headed('PYTORCH1'), { kind: 'model', format: 'torch-preview' }],
    ['PNG', headed([0x89], 'PNG\r\n\x1a\n'), { kind: 'image', format: 'png' }],
    ['JPEG', headed([0xff, 0xd8, 0xff, 0xe0]), { kind: 'image', format: 'jpeg' }],
    ['GIF', headed('GIF89a'), { kind: 'image', format: 'gif' }],
    ['WebP', headed('RIFF', [1, 2, 3, 4], 'WEBPVP8 '), { kind: 'image', format: 'webp' }],
    ['PDF', headed('%PDF-1.7\n'), { kind: 'document', format: 'pdf' }],
    ['Parquet', headed('PAR1'), { kind: 'document', format: 'parquet' }],
    ['ELF', headed([0x7f], 'ELF'), { kind: 'program', format: 'elf' }],
  ])('%s', async (_, bytes, expected) => {
    expect(await foreign(bytes)).toEqual(expected);
  });

  test('a TensorFlow checkpoint: its state, its index, its data', async () => {
    const footer = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];
    const table = Buffer.from([0, 0, 9, ...new Array<number>(200).fill(7), ...footer]);
    const checkpoint = { kind: 'model', format: 'tensorflow-checkpoint' };
    expect(await foreign('model_checkpoint_path: "model.ckpt-100"\n', 'checkpoint')).toEqual(checkpoint);
    expect(await foreign(table, 'model.ckpt')).toEqual(checkpoint);
    expect(await foreign(table, 'model.ckpt.index')).toEqual({ kind: 'model', format: 'tensorflow-index' });
    expect(await foreign(Buffer.from([1, 2, 3, 4]), 'model.ckpt.data-00000-of-00001')).toEqual(checkpoint);
  });

  test('nothing, and nothing but zeros', async () => {
    expect(await foreign('')).toEqual({ kind: 'empty' });
    expect(await foreign(Buffer.alloc(5000))).toEqual({ kind: 'zeros', size: 5000 });
    const nearly = Buffer.alloc(5000);
    nearly[4999] = 1;
    expect((await foreign(nearly)).kind).toBe('unknown');
  });

  test('anything else, by its first 16 bytes', async () => {
    expect(await foreign(headed([0x01, 0xab]))).toEqual({
      kind: 'unknown',
      head: '01 ab f0 f1 f2 f3 f4 f5 f6 f0 f1 f2 f3 f4 f5 f6',
    });
    expect(await foreign(Buffer.from([1]))).toEqual({ kind: 'unknown', head: '01' });
  });
});

describe('names decide nothing', () => {
  test.each(['net.txt', 'page.html', 'model.onnx', 'model.safetensors', 'weights.data-00000-of-00001'])(
    'a pickle named %s is opened',
    async (fileName) => {
      const container = await openContainer(memorySource(pickleBytes(proto(2), '}', stop)), { fileName });
      expect(container.kind).toBe('pickle');
      const codes = container.findings.map(({ code }) => code);
      expect(codes).toEqual(fileName.endsWith('.safetensors') ? ['not-safetensors'] : []);
    },
  );
});

describe('a folder', () => {
  function inFolder(names: readonly string[]): Promise<ForeignFile> {
    const folder = mkdtempSync(join(tmpdir(), 'ptckpt-'));
    mkdirSync(join(folder, 'below.pt'));
    for (const name of names) writeFileSync(join(folder, name), '');
    return describeFolder(folder).finally(() => {
      rmSync(folder, { recursive: true });
    });
  }

  test('of a distributed checkpoint', async () => {
    expect(await inFolder(['.metadata', '__0_0.distcp'])).toEqual({
      kind: 'folder',
      contents: 'distributed-checkpoint',
      checkpoints: [],
    });
  });

  test('as Hugging Face saves a model', async () => {
    expect(await inFolder(['config.json', 'pytorch_model.bin', 'model.safetensors'])).toEqual({
      kind: 'folder',
      contents: 'hugging-face',
      checkpoints: ['model.safetensors', 'pytorch_model.bin'],
    });
  });

  test('of anything', async () => {
    expect(await inFolder(['a.txt', 'b.ckpt'])).toEqual({ kind: 'folder', contents: 'other', checkpoints: ['b.ckpt'] });
    await expect(describeFolder(join(tmpdir(), 'ptckpt-that-is-not'))).rejects.toMatchObject({ code: 'file-missing' });
  });
});
