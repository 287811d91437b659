import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { memorySource } from '../../../src/core/bytes/memorySource';
import type { Checkpoint } from '../../../src/core/checkpoint/checkpoint';
import { openCheckpoint } from '../../../src/core/checkpoint/open';
import { apply } from '../../../src/core/edit/apply';
import type { Operation } from '../../../src/core/edit/operations';
import { pythonScript, type ScriptStep } from '../../../src/core/edit/pythonScript';
import { startState } from '../../../src/core/edit/state';
import type { Initialisation } from '../../../src/core/init/initialisation';
import { parseLayerCall } from '../../../src/core/init/layerCall';
import { cli } from '../../support/cli';
import { python, runPython, withTorch } from '../../support/torch';
import { savedBytes } from './support';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'layers-'));
  if (python() !== null) {
    await runPython('layer_cases.py', ['make', folder]);
  }
}, 120_000);
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function opened(name: string): Promise<Checkpoint> {
  return openCheckpoint(memorySource(await readFile(join(folder, `${name}.pt`))), { fileName: `${name}.pt` });
}

type Place = readonly (string | number)[];

function replace(
  path: Place,
  call: string,
  more: { keepOverlap?: boolean; initialisation?: Initialisation } = {},
): Operation {
  return {
    kind: 'replaceLayer',
    path,
    layer: parseLayerCall(call).spec,
    initialisation: { kind: 'default' },
    seed: 0,
    ...more,
  };
}

const conv5 = 'nn.Conv2d(3, 8, kernel_size=5, stride=2, padding=3, bias=False)';

/** Name, the file of `layer_cases.py` that is edited, and what is done. */
const cases: readonly (readonly [name: string, file: string, ...operations: Operation[]])[] = [
  ['stateFc', 'state', replace(['fc'], 'nn.Linear(8, 120)')],
  ['stateConv', 'state', replace(['conv1'], 'nn.Conv2d(3, 8, 5, padding="same", bias=True)')],
  ['stateWithout', 'state', replace(['fc'], 'nn.Linear(8, 4, bias=False)')],
  ['stateOverlap', 'state', replace(['conv1'], 'nn.Conv2d(4, 6, (5, 2))', { keepOverlap: true })],
  ['stateNorm', 'state', replace(['bn1'], 'nn.BatchNorm2d(12)', { keepOverlap: true })],
  ['stateGone', 'state', replace(['bn1'], 'nn.Identity()')],
  ['stateOrder', 'state', replace(['bn1'], 'nn.GroupNorm(2, 8)'), replace(['fc'], 'nn.Linear(8, 5)')],
  ['half', 'half', replace(['fc'], 'nn.Linear(8, 120)', { keepOverlap: true })],
  ['bfloat16', 'bfloat16', replace(['fc'], 'nn.Embedding(30, 3, padding_idx=2)')],
  [
    'xavier',
    'state',
    replace(['fc'], 'nn.Linear(8, 20)', { initialisation: { kind: 'xavierUniform' } }),
    replace(['conv1'], conv5, { initialisation: { kind: 'kaimingNormal', mode: 'fan_out' } }),
  ],
  [
    'others',
    'state',
    replace(['fc'], 'nn.Linear(8, 20)', {
      initialisation: { kind: 'truncNormal', mean: 0, std: 0.02, low: -0.03, high: 0.03 },
    }),
    replace(['conv1'], conv5, { initialisation: { kind: 'zeros' } }),
    replace(['bn1'], 'nn.BatchNorm2d(8)', { initialisation: { kind: 'normal', mean: 0, std: 1 } }),
  ],
  ['moduleConv', 'module', replace(['net', 'conv1'], conv5)],
  ['moduleOverlap', 'module', replace(['net', 'fc'], 'nn.Linear(8, 12)', { keepOverlap: true })],
  ['wholeFc', 'whole', replace(['fc'], 'nn.Linear(8, 120)')],
  ['wholeIdentity', 'whole', replace(['fc'], 'nn.Identity()')],
  ['wholeRelu', 'whole', replace(['relu'], 'nn.BatchNorm2d(8)')],
  ['halfModule', 'halfModule', replace(['conv1'], 'nn.Conv2d(3, 8, 1)')],
  ['partsLstm', 'parts', replace(['rnn'], 'nn.LSTM(4, 9, 2, batch_first=True, bidirectional=True, proj_size=3)')],
  ['partsGru', 'parts', replace(['rnn'], 'nn.GRU(4, 7, bias=False)')],
  [
    'partsEmbedding',
    'parts',
    replace(['emb'], 'nn.Embedding(10, 4, padding_idx=-2, max_norm=1.5)', { keepOverlap: true }),
  ],
  [
    'partsAll',
    'parts',
    replace(['norm'], 'nn.LayerNorm((3, 4), bias=False)'),
    replace(['group'], 'nn.BatchNorm1d(6, momentum=None, affine=False)'),
    replace(['up'], 'nn.ConvTranspose2d(4, 6, 3, stride=2)'),
    replace(['bil'], 'nn.Bilinear(4, 5, 6, bias=False)'),
    replace(['act'], 'nn.RMSNorm(4)'),
  ],
  ['partsConv', 'parts', replace(['up'], 'nn.Conv3d(2, 4, 3, padding="same", dilation=(1, 2, 3), groups=2)')],
  ['partsRnn', 'parts', replace(['rnn'], 'nn.RNN(3, 4, nonlinearity="relu", dropout=0.5, num_layers=2)')],
  ['trainingFc', 'training', replace(['model', 'fc'], 'nn.Linear(8, 2)')],
  ['resize', 'state', { kind: 'resize', path: ['fc.weight'], shape: [12, 5], seed: 3 }],
  ['resizeBias', 'state', { kind: 'resize', path: ['fc.bias'], shape: [12], seed: 4 }],
  [
    'fresh',
    'training',
    {
      kind: 'reinitialise',
      seed: 5,
      steps: [
        { path: ['model', 'conv1.weight'], draw: { kind: 'normal', mean: 0, std: 0.5 } },
        { path: null, shape: [7], draw: { kind: 'normal', mean: 0, std: 1 } },
        { path: ['model', 'fc.weight'], draw: { kind: 'uniform', low: -0.1, high: 0.2 } },
        { path: ['model', 'fc.bias'], draw: { kind: 'constant', value: 0.25 } },
        { path: ['model', 'fc.weight'], draw: { kind: 'truncNormal', mean: 0, std: 1, low: -1, high: 1 } },
        { path: ['model', 'bn1.num_batches_tracked'], draw: { kind: 'constant', value: 0 } },
      ],
    },
  ],
  [
    'freshModule',
    'halfModule',
    {
      kind: 'reinitialise',
      seed: 6,
      steps: [
        { path: ['fc.bias'], draw: { kind: 'uniform', low: -1, high: 1 } },
        { path: ['bn1.running_var'], draw: { kind: 'constant', value: 1 } },
      ],
    },
  ],
  [
    'freshTied',
    'tied',
    { kind: 'reinitialise', seed: 7, steps: [{ path: ['head.weight'], draw: { kind: 'normal', mean: 0, std: 1 } }] },
    { kind: 'remove', selection: { paths: [['part']] } },
  ],
];

withTorch(
  'seed.S6 model.fc = nn.Linear(2048, 120), model.conv1 = nn.Conv2d(3, 64, kernel_size=5, …): the bits of torch',
  async () => {
    const lines = [
      'model.fc = nn.Linear(2048, 120)',
      'model.conv1 = nn.Conv2d(3, 64, kernel_size=5, stride=2, padding=3, bias=False)',
    ];
    const options = lines.flatMap((line) => ['--replace', line]);
    const at = (name: string): string => join(folder, name);
    const params = await cli(['edit', at('resnet_params.pt'), '-o', at('params.out'), ...options]);
    expect(params).toMatchObject({
      status: 0,
      stderr: expect.stringContaining(
        'What a state dict does not hold of it: stride=(2, 2), padding=(3, 3)',
      ) as unknown,
    });
    // The object itself says them.
    expect(await cli(['edit', at('resnet.pt'), '-o', at('whole.out'), ...options])).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect(await runPython('layer_cases.py', ['seed', folder])).toEqual({
      params: [],
      whole: [],
      strict: '<All keys matched successfully>',
      runs: true,
      layers: [
        'Conv2d(3, 64, kernel_size=(5, 5), stride=(2, 2), padding=(3, 3), bias=False)',
        'Linear(in_features=2048, out_features=120, bias=True)',
      ],
    });
  },
  { exact: true },
);

withTorch(
  'replaced, resized and fresh layers are those of the same Python',
  async () => {
    for (const [name, file, ...operations] of cases) {
      let state = startState(await opened(file));
      const steps: ScriptStep[] = [];
      // As a history or a backup has them.
      for (const operation of JSON.parse(JSON.stringify(operations)) as readonly Operation[]) {
        steps.push({ before: state, operation, title: operation.kind });
        state = apply(state, operation);
      }
      await writeFile(join(folder, `${name}.out`), await savedBytes(state));
      const script = pythonScript(steps, { source: `${file}.pt`, target: `${name}.script` });
      await writeFile(join(folder, `${name}.py`), script);
    }
    const expected = Object.fromEntries(cases.map(([name]) => [name, []]));
    expect(await runPython('layer_cases.py', ['check', folder])).toEqual(expected);
  },
  { exact: true },
);
