import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, afterAll, expect } from 'vitest';
import { memorySource } from '../../../src/core/bytes/memorySource';
import type { Checkpoint } from '../../../src/core/checkpoint/checkpoint';
import { openCheckpoint } from '../../../src/core/checkpoint/open';
import { apply } from '../../../src/core/edit/apply';
import { optimizerConsequences } from '../../../src/core/edit/consequences';
import type { Operation } from '../../../src/core/edit/operations';
import { startState, type EditState } from '../../../src/core/edit/state';
import { runPython, withTorch } from '../../support/torch';
import { savedBytes } from './support';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'edit-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function opened(name: string): Promise<Checkpoint> {
  return openCheckpoint(memorySource(await readFile(join(folder, `${name}.pt`))), { fileName: `${name}.pt` });
}

async function save(state: EditState, name: string): Promise<void> {
  await writeFile(join(folder, `${name}.out`), await savedBytes(state));
}

const strip: Operation = { kind: 'stripPrefix', prefix: 'module.' };
const conv = ['model_state_dict', 'module.conv.weight'];

/** Name of the case in `edit_cases.py`, the file that is edited, and what is done. */
const cases: readonly (readonly [name: string, file: string, ...operations: Operation[]])[] = [
  ['keep', 'training', { kind: 'keep', selection: { paths: [['model_state_dict'], ['epoch']] } }],
  ['remove', 'training', { kind: 'remove', selection: { paths: [['optimizer_state_dict'], ['names', 1]] } }],
  ['strip', 'training', strip],
  ['legacy', 'legacy', strip],
  [
    'set',
    'training',
    { kind: 'setValue', path: ['epoch'], literal: '18' },
    { kind: 'setValue', path: ['lr'], literal: '1e-3' },
    { kind: 'setValue', path: ['nested', 't', 1], literal: 'None' },
    { kind: 'setValue', path: ['nested', 'text'], literal: '"é\\n"' },
    { kind: 'addEntry', path: ['new'], literal: '{"k": [1, (2,)]}' },
  ],
  ['move', 'training', { kind: 'move', path: ['epoch'], index: 0 }],
  ['duplicate', 'tied', { kind: 'duplicate', path: ['a'], key: 'copy' }],
  [
    'remap',
    'training',
    { kind: 'remapDevices', to: { kind: 'all', device: 'cuda:0' } },
    { kind: 'remapDevices', to: { kind: 'map', map: { 'cuda:0': 'cpu' } } },
  ],
  ['remapValues', 'impure', { kind: 'remapDevices', to: { kind: 'map', map: { 'cuda:1': 'cpu' } } }],
  ['half', 'tied', { kind: 'cast', dtype: 'float16' }],
  ['bfloat16', 'tied', { kind: 'cast', dtype: 'bfloat16' }],
  ['float8', 'tied', { kind: 'cast', dtype: 'float8_e5m2' }],
  ['double', 'tied', { kind: 'cast', dtype: 'float64' }],
  ['extract', 'module', { kind: 'extract', path: ['net'] }],
  ['extractPart', 'module', { kind: 'extract', path: ['net', 'head'] }],
  ['extractOptimizer', 'training', { kind: 'extract', path: ['optimizer_state_dict'] }],
  ['extractTensor', 'tied', { kind: 'extract', path: ['view'] }],
  [
    'compose',
    'state',
    { kind: 'wrap', key: 'model_state_dict', values: [{ name: 'epoch', literal: '5' }] },
    { kind: 'addFrom', path: ['optimizer_state_dict'], resource: 'training', from: ['optimizer_state_dict'] },
    { kind: 'addFrom', path: ['model'], resource: 'module', from: ['net'] },
    { kind: 'addFrom', path: ['half'], resource: 'tied', from: ['half'] },
  ],
  [
    'freeze',
    'module',
    { kind: 'requiresGrad', paths: [['net']], value: false },
    { kind: 'trainMode', paths: [['net']], training: false },
  ],
  ['plain', 'impure', { kind: 'plainValues' }],
  ['compact', 'tied', { kind: 'compact' }],
  ['reset', 'training', { kind: 'optimizer', action: 'reset', path: ['optimizer_state_dict'], parameters: [2] }],
];

withTorch(
  'every edit gives what torch gives for the same one',
  async () => {
    await runPython('edit_cases.py', ['make', folder], { optimizers: true });
    const resources = new Map<string, Checkpoint>();
    for (const name of ['training', 'module', 'tied']) {
      resources.set(name, await opened(name));
    }
    for (const [name, file, ...operations] of cases) {
      const start = startState(await opened(file));
      await save(
        operations.reduce((state, operation) => apply(state, operation, resources), start),
        name,
      );
    }
    await saveRenumbered();
    expect(await runPython('edit_cases.py', ['check', folder], { optimizers: true })).toEqual({
      sizes: { slice: 80, column: 400, a: 48 },
      weights_only: expect.arrayContaining([
        'keep',
        'remove',
        'strip',
        'set',
        'half',
        'float8',
        'extract',
        'plain',
      ]) as unknown,
      metadata: {
        extract: {
          '': { version: 1 },
          conv: { version: 1 },
          bn: { version: 2 },
          relu: { version: 1 },
          head: { version: 1 },
          'head.0': { version: 1 },
          'head.1': { version: 1 },
        },
        extractPart: { '': { version: 1 }, '0': { version: 1 }, '1': { version: 1 } },
      },
    });
  },
  { timeout: 300_000 },
);

/** The model loses a parameter, and the optimizer follows as the consequences say. */
async function saveRenumbered(): Promise<void> {
  const start = startState(await opened('training'));
  const removed = apply(start, { kind: 'remove', selection: { paths: [conv] } });
  const [consequence] = optimizerConsequences(start, removed);
  expect(consequence).toMatchObject({
    refused: true,
    changes: [{ parameter: 0, key: 'module.conv.weight', change: 'removed' }],
  });
  const parameters = consequence?.changes.map(({ parameter }) => parameter) ?? [];
  const path = consequence?.path ?? [];
  await save(apply(removed, { kind: 'optimizer', action: 'renumber', path, parameters }), 'renumber');
}
