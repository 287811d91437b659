import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memorySource } from '../../../src/core/bytes/memorySource';
import type { Checkpoint } from '../../../src/core/checkpoint/checkpoint';
import { openCheckpoint } from '../../../src/core/checkpoint/open';
import { apply } from '../../../src/core/edit/apply';
import type { Operation } from '../../../src/core/edit/operations';
import { pythonScript, type ScriptStep } from '../../../src/core/edit/pythonScript';
import { startState, type EditState } from '../../../src/core/edit/state';
import { runPython, withTorch } from '../../support/torch';
import { PySet } from '../../../src/core/pickle/values';
import { dict, list, orderedDict, tensor, tuple } from '../checkpoint/builders';
import { savedBytes, stateOf } from './support';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'script-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function opened(name: string): Promise<Checkpoint> {
  return openCheckpoint(memorySource(await readFile(join(folder, `${name}.pt`))), { fileName: `${name}.pt` });
}

async function save(state: EditState, name: string): Promise<void> {
  await writeFile(join(folder, name), await savedBytes(state));
}

const select = (...paths: (readonly (string | number)[])[]): { paths: (readonly (string | number)[])[] } => ({ paths });
const model = 'model_state_dict';
const optimizer = 'optimizer_state_dict';

/** Name, the file of `edit_cases.py` that is edited, and what is done. */
const cases: readonly (readonly [name: string, file: string, ...operations: Operation[]])[] = [
  ['keep', 'training', { kind: 'keep', selection: select([model], ['names', 1], ['nested', 't', 0]) }],
  [
    'remove',
    'training',
    { kind: 'remove', selection: select([optimizer], ['names', 1], ['nested', 't', 1], ['nested', 'text']) },
    { kind: 'remove', selection: { globs: ['*.num_batches_tracked'] } },
  ],
  ['removeParts', 'module', { kind: 'remove', selection: select(['net', 'bn.bias'], ['net', 'relu', '.inplace']) }],
  ['strip', 'training', { kind: 'stripPrefix', prefix: 'module.' }],
  ['add', 'state', { kind: 'addPrefix', prefix: 'net.' }],
  ['prefix', 'training', { kind: 'renamePrefix', from: 'module.head.', to: 'module.classifier.' }],
  ['pattern', 'training', { kind: 'rename', pattern: '^MODULE\\.(\\w+)', text: '$1.inner', ignoreCase: true }],
  ['ownPattern', 'training', { kind: 'rename', pattern: '(?<end>[dv])\\.', text: '$<end>_.' }],
  ['only', 'training', { kind: 'rename', pattern: 'weight$', text: 'w', only: [[model, 'module.conv.weight']] }],
  ['renameKey', 'training', { kind: 'renameKey', path: ['lr'], key: 'rate' }],
  ['renameNumber', 'training', { kind: 'renameKey', path: [optimizer, 'state', 0], key: 99 }],
  [
    'renameKeys',
    'state',
    {
      kind: 'renameKeys',
      path: [],
      renames: [
        { from: 'bn.weight', to: 'norm.weight' },
        { from: 'bn.bias', to: 'norm.bias' },
        { from: 'conv.weight', to: 'stem.weight' },
      ],
    },
  ],
  [
    'conform',
    'training',
    {
      kind: 'conform',
      path: [model],
      keys: [
        { key: 'head.weight', how: 'load', from: 'module.head.1.weight' },
        { key: 'stem.weight', how: 'reshape', from: 'module.conv.weight', shape: [4, 1, 3, 3, 3] },
        { key: 'other.bias', how: 'fromTarget', resource: 'module', path: ['net', 'head.1.bias'] },
        { key: 'module.bn.weight', how: 'load', from: 'module.bn.weight' },
      ],
    },
  ],
  ['duplicate', 'tied', { kind: 'duplicate', path: ['a'], key: 'copy' }],
  [
    'duplicateDict',
    'training',
    { kind: 'duplicate', path: [model], key: 'ema' },
    { kind: 'stripPrefix', prefix: 'module.', in: [['ema']] },
    { kind: 'duplicate', path: ['nested'], key: 'again' },
    { kind: 'setValue', path: ['again', 'text'], literal: '"other"' },
  ],
  [
    'move',
    'training',
    { kind: 'move', path: ['epoch'], index: 0 },
    { kind: 'move', path: ['names', 0], index: 2 },
    { kind: 'move', path: ['nested', 't', 2], index: 0 },
  ],
  [
    'remap',
    'remapped',
    { kind: 'remapDevices', to: { kind: 'map', map: { 'cuda:0': 'cuda:1' } } },
    { kind: 'remapDevices', to: { kind: 'map', map: { 'cuda:1': 'cpu' } } },
  ],
  ['remapAll', 'impure', { kind: 'remapDevices', to: { kind: 'all', device: 'cpu' } }],
  ['half', 'tied', { kind: 'cast', dtype: 'float16' }],
  ['float8', 'tied', { kind: 'cast', dtype: 'float8_e5m2', integers: true }],
  ['castPart', 'training', { kind: 'cast', dtype: 'float64', selection: select([model]) }],
  ['castTied', 'tied', { kind: 'cast', dtype: 'float64', selection: select(['view']) }],
  ['castModule', 'module', { kind: 'cast', dtype: 'bfloat16', selection: { globs: ['net.head.*'] } }],
  [
    'set',
    'training',
    { kind: 'setValue', path: ['epoch'], literal: '18' },
    { kind: 'setValue', path: ['nested', 't', 1], literal: 'None' },
    { kind: 'setValue', path: ['nested', 'text'], literal: '"é\\n"' },
    { kind: 'addEntry', path: ['new'], literal: '{"k": [1, (2,)]}' },
    { kind: 'addEntry', path: ['names', 1], literal: "'z'" },
  ],
  ['grad', 'module', { kind: 'requiresGrad', paths: [['net']], value: false }],
  ['gradDict', 'training', { kind: 'requiresGrad', paths: [[model]], value: true }],
  ['eval', 'module', { kind: 'trainMode', paths: [[]], training: false }],
  ['evalPart', 'module', { kind: 'trainMode', paths: [['net', 'head']], training: false }],
  ['extract', 'module', { kind: 'extract', path: ['net', 'head'] }],
  ['extractOptimizer', 'training', { kind: 'extract', path: [optimizer] }],
  ['extractTensor', 'tied', { kind: 'extract', path: ['view'] }],
  [
    'compose',
    'state',
    { kind: 'wrap', key: model, values: [{ name: 'epoch', literal: '5' }] },
    { kind: 'addFrom', path: [optimizer], resource: 'training', from: [optimizer] },
    { kind: 'addFrom', path: ['model'], resource: 'module', from: ['net'] },
    { kind: 'addFrom', path: ['state'], resource: 'module', from: ['net', 'head'], asStateDict: true },
  ],
  ['plain', 'impure', { kind: 'plainValues' }],
  ['plainPart', 'impure', { kind: 'plainValues', selection: select(['args', '.inner'], ['best']) }],
  ['drop', 'training', { kind: 'optimizer', action: 'drop', path: [optimizer] }],
  ['reset', 'training', { kind: 'optimizer', action: 'reset', path: [optimizer], parameters: [2, 0] }],
  ['renumber', 'training', { kind: 'optimizer', action: 'renumber', path: [optimizer], parameters: [0, 3] }],
  ['compact', 'tied', { kind: 'compact' }],
  [
    'layers',
    'module',
    {
      kind: 'replaceLayer',
      path: ['net', 'head.1'],
      layer: { kind: 'Linear', arguments: { in_features: 4, out_features: 9, bias: true } },
      initialisation: { kind: 'default' },
      seed: 7,
    },
    {
      kind: 'reinitialise',
      seed: 8,
      steps: [{ path: ['net', 'conv.weight'], draw: { kind: 'normal', mean: 0, std: 1 } }],
    },
  ],
  ['resize', 'training', { kind: 'resize', path: [model, 'module.conv.weight'], shape: [5, 2, 3, 4], seed: 9 }],
];

withTorch(
  'the script of each kind of edit writes what the edit gives',
  async () => {
    await runPython('edit_cases.py', ['make', folder], { optimizers: true });
    const start = startState(await opened('training'));
    await save(apply(start, { kind: 'remapDevices', to: { kind: 'all', device: 'cuda:0' } }), 'remapped.pt');
    const checkpoints = new Map<string, Checkpoint>();
    for (const name of ['training', 'module', 'tied', 'impure', 'state', 'remapped']) {
      checkpoints.set(name, await opened(name));
    }
    const resources = new Map([...checkpoints].map(([name, checkpoint]) => [name, { checkpoint, path: `${name}.pt` }]));
    for (const [name, file, ...operations] of cases) {
      const checkpoint = checkpoints.get(file) ?? (await opened(file));
      const steps: ScriptStep[] = [];
      let state = startState(checkpoint);
      for (const operation of operations) {
        steps.push({ before: state, operation, title: operation.kind });
        state = apply(state, operation, checkpoints);
      }
      await save(state, `${name}.out`);
      const script = pythonScript(steps, { source: `${file}.pt`, target: `${name}.script`, resources });
      await writeFile(join(folder, `${name}.py`), script);
    }
    expect(await runPython('run_scripts.py', [folder])).toEqual({});
  },
  { timeout: 300_000 },
);

test('the cases have every kind of edit', () => {
  const kinds: Readonly<Record<Operation['kind'], true>> = {
    keep: true,
    remove: true,
    rename: true,
    stripPrefix: true,
    addPrefix: true,
    renamePrefix: true,
    renameKey: true,
    renameKeys: true,
    duplicate: true,
    move: true,
    remapDevices: true,
    cast: true,
    setValue: true,
    addEntry: true,
    requiresGrad: true,
    trainMode: true,
    extract: true,
    wrap: true,
    addFrom: true,
    plainValues: true,
    optimizer: true,
    conform: true,
    replaceLayer: true,
    resize: true,
    reinitialise: true,
    compact: true,
  };
  const tested = new Set(cases.flatMap(([, , ...operations]) => operations.map(({ kind }) => kind)));
  expect([...tested].sort()).toEqual(Object.keys(kinds).sort());
});

describe('the script', () => {
  const title = 'An edit\nof mine';

  function script(before: EditState, operation: Operation): string {
    return pythonScript([{ before, operation, title }], { source: 'a.pt', target: 'b "2".pt' });
  }

  /** The lines of the edit alone. */
  function lines(before: EditState, operation: Operation): string {
    const [, own = ''] = script(before, operation).split('# An edit of mine\n');
    return own.slice(0, own.lastIndexOf('\n\n'));
  }

  test('loads, edits and saves', async () => {
    const state = await stateOf(dict({ epoch: 1 }));
    expect(script(state, { kind: 'setValue', path: ['epoch'], literal: '2' })).toBe(
      [
        'import torch',
        '',
        'ckpt = torch.load("a.pt", weights_only=True)',
        '',
        '# An edit of mine',
        'ckpt["epoch"] = 2',
        '',
        'torch.save(ckpt, "b \\"2\\".pt")',
        '',
      ].join('\n'),
    );
  });

  test('stops at what no few lines say', async () => {
    const state = await stateOf(dict({ s: new PySet('set', [1, 2]), w: tensor('0') }));
    const remove: Operation = { kind: 'remove', selection: { paths: [['s', 0]] } };
    expect(lines(state, remove)).toBe('raise NotImplementedError("An edit of mine")');
  });

  test('deletes what is deeper first, and items of a list at once', async () => {
    const state = await stateOf(dict({ a: list(dict({ b: 1, c: 2 }), 3, 4), d: tuple(5, 6) }));
    const paths = [
      ['a', 0, 'b'],
      ['a', 1],
      ['d', 0],
    ];
    expect(lines(state, { kind: 'remove', selection: { paths } }).split('\n')).toEqual([
      'del ckpt["a"][0]["b"]',
      'ckpt["a"][:] = [each for index, each in enumerate(ckpt["a"]) if index not in {1}]',
      'ckpt["d"] = tuple(each for index, each in enumerate(ckpt["d"]) if index not in {0})',
    ]);
  });

  test('names tensors one by one where a loop would find others', async () => {
    const state = await stateOf(dict({ m: orderedDict({ a: tensor('0'), b: tensor('1') }) }));
    const cast = (paths: readonly string[][]): string =>
      lines(state, { kind: 'cast', dtype: 'float16', selection: { paths } });
    expect(cast([['m']])).toContain('for tensor in tensors(ckpt["m"]):\n    if tensor.is_floating_point():\n');
    expect(cast([['m', 'b']])).toContain('for tensor in [ckpt["m"]["b"]]:\n    tensor.data = converted(');
  });

  test('of a .safetensors keeps its metadata', async () => {
    const header = Buffer.from(
      JSON.stringify({
        __metadata__: { format: 'pt', note: 'x' },
        a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
        b: { dtype: 'F32', shape: [2], data_offsets: [8, 16] },
      }),
    );
    const length = Buffer.alloc(8);
    length.writeUInt32LE(header.length);
    const source = memorySource(Buffer.concat([length, header, Buffer.alloc(16)]));
    const state = startState(await openCheckpoint(source, { fileName: 'a.safetensors' }));
    expect(script(state, { kind: 'remove', selection: { paths: [['a'], ['.metadata', 'note']] } })).toBe(
      [
        'import torch',
        'from safetensors import safe_open',
        'from safetensors.torch import save_file',
        '',
        'with safe_open("a.pt", framework="pt") as file:',
        '    metadata = file.metadata() or {}',
        '    ckpt = {key: file.get_tensor(key) for key in file.keys()}',
        '',
        '# An edit of mine',
        'del ckpt["a"]',
        'del metadata["note"]',
        '',
        'save_file(ckpt, "b \\"2\\".pt", metadata=metadata)',
        '',
      ].join('\n'),
    );
    expect(lines(state, { kind: 'setValue', path: ['.metadata', 'note'], literal: '"y"' })).toBe(
      'metadata["note"] = "y"',
    );
  });
});
