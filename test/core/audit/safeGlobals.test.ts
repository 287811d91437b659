import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { safeGlobals, safeGlobalsPython } from '../../../src/core/audit/safeGlobals';
import { memorySource } from '../../../src/core/bytes/memorySource';
import { openCheckpoint } from '../../../src/core/checkpoint/open';
import { call, dict, global, int, pickleBytes, proto, stop, text } from '../../support/pickleBytes';
import { checkpointEntries, storedZip } from '../../support/storedZip';
import { runPython, withTorch } from '../../support/torch';

const open = (...opcodes: readonly string[]) =>
  openCheckpoint(memorySource(storedZip(checkpointEntries(pickleBytes(proto(2), ...opcodes, stop)))));

/** A legacy file has its storages behind the pickle: torch sets the generator's state from bytes that it has not read. */
const brokenInTorch: ReadonlySet<string> = new Set(['generator.legacy.pt']);

const namespace = call('argparse', 'Namespace');

test('names what is not on the list', async () => {
  const checkpoint = await open(dict(['args', namespace], ['path', call('pathlib', 'PurePosixPath', text('a'))]));
  expect(safeGlobals(checkpoint)).toEqual(['argparse.Namespace', 'pathlib.PurePosixPath']);
  expect(safeGlobalsPython(checkpoint, "it's.pt")).toBe(
    [
      'import argparse',
      'import pathlib',
      'import torch',
      '',
      'torch.serialization.add_safe_globals([argparse.Namespace, pathlib.PurePosixPath])',
      `ckpt = torch.load("it's.pt", weights_only=True)`,
    ].join('\n'),
  );
});

test.each([
  ['the file loads as it is', dict(['epoch', int(1)])],
  ['a dangerous name is among them', dict(['args', namespace], ['x', call('os', 'system', text('id'))])],
  [
    'names are not enough',
    dict(['args', namespace], ['x', `${call('collections', 'defaultdict')}${int(1)}${int(2)}s`]),
  ],
  ['a name is no name', `${global('a b; import os', 'x')})R`],
])('proposes nothing when %s', async (_, opcodes) => {
  const checkpoint = await open(opcodes);
  expect(safeGlobals(checkpoint)).toBeNull();
  expect(safeGlobalsPython(checkpoint, 'file.pt')).toBeNull();
});

withTorch(
  'torch 2.13 loads with the proposed names what it refuses without them',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'safe-globals-'));
    try {
      const said = (await runPython('weights_only_cases.py', [folder])) as Record<string, { loads: boolean }>;
      const snippets: Record<string, string> = {};
      for (const file of Object.keys(said)) {
        const python = await snippetFor(folder, file);
        // What stands in the script that wrote the files exists there alone, `foo` nowhere.
        if (python !== null && !/__main__|import foo/.test(python) && !brokenInTorch.has(file)) {
          snippets[file] = python;
        }
      }
      const answers = await runPython('run_snippets.py', [folder], { input: JSON.stringify(snippets) });
      expect(answers).toEqual(Object.fromEntries(Object.keys(snippets).map((file) => [file, ''])));
      expect(Object.keys(snippets)).toEqual(
        expect.arrayContaining(['namespace.pt', 'numpy_scalar.pt', 'numpy_array.pt', 'date.legacy.pt']),
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  },
  { exact: true, timeout: 180_000 },
);

async function snippetFor(folder: string, file: string): Promise<string | null> {
  const bytes = await readFile(join(folder, file));
  return openCheckpoint(memorySource(bytes), { fileName: file }).then(
    (checkpoint) => safeGlobalsPython(checkpoint, file),
    () => null,
  );
}
