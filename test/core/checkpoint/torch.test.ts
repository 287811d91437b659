import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { openFile } from '../../../src/core/bytes/fileSource';
import type { Checkpoint, TensorEntry } from '../../../src/core/checkpoint/checkpoint';
import { openCheckpoint } from '../../../src/core/checkpoint/open';
import { lastText } from '../../../src/core/checkpoint/path';
import { buildTree } from '../../../src/core/tree/buildTree';
import { decodeLabels } from '../../../src/core/tree/rows';
import { python, runPython, withTorch } from '../../support/torch';
import { tensorsOf } from './builders';
import { allKeys } from '../../support/treeRows';

/** A tensor as torch describes what it loaded: test/torch/checkpoint_files.py. */
interface TorchTensor {
  readonly path: readonly (string | number)[];
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly layout: string;
  readonly requiresGrad: boolean;
  readonly stride?: readonly number[];
  readonly offset?: number;
}

let folder = '';
let found: Record<string, readonly TorchTensor[]> = {};

function isFound(value: unknown): value is Record<string, readonly TorchTensor[]> {
  return typeof value === 'object' && value !== null && Object.values(value).every(Array.isArray);
}

beforeAll(async () => {
  if (python() === null) {
    return;
  }
  folder = await mkdtemp(join(tmpdir(), 'checkpoint-test-'));
  const printed = await runPython('checkpoint_files.py', [folder], { timeout: 240_000, optimizers: true });
  if (!isFound(printed)) {
    throw new Error('checkpoint_files.py printed something else');
  }
  found = printed;
}, 300_000);

afterAll(async () => {
  if (folder !== '') {
    await rm(folder, { recursive: true });
  }
});

async function open(name: string): Promise<Checkpoint> {
  const source = await openFile(join(folder, name));
  try {
    return await openCheckpoint(source, { fileName: name });
  } finally {
    await source.close();
  }
}

function like(entry: TensorEntry): TorchTensor {
  const { path, shape, dtype, layout, requiresGrad, stride, offset, notes } = entry;
  const isPlain = layout === 'strided' && !notes.includes('quantized');
  return {
    path: path.map((element) => (typeof element === 'object' ? element.repr : element)),
    shape,
    dtype,
    layout,
    requiresGrad,
    ...(isPlain && stride !== null && offset !== null && { stride, offset }),
  };
}

/** What `state_dict()` and the dicts of a file hold, in order; attributes aside. */
function listed(checkpoint: Checkpoint): TorchTensor[] {
  return tensorsOf(checkpoint)
    .filter(({ path }) => !path.some((element) => typeof element === 'string' && element.startsWith('.')))
    .map(like);
}

const names = ['state_dict', 'module', 'legacy', 'parameters', 'training', 'views', 'kinds', 'shared'];

describe('files that torch has just written', () => {
  for (const name of names) {
    withTorch(`${name}.pt lists what torch loads, in the same order`, async () => {
      const checkpoint = await open(`${name}.pt`);
      expect(listed(checkpoint)).toEqual(found[`${name}.pt`]);
      expect(checkpoint.findings).toEqual([]);
    });
  }

  withTorch('say on which devices they were saved', async () => {
    const devices = async (name: string): Promise<[string, number][]> => [...(await open(name)).summary.devices];
    expect((await devices('state_dict.pt')).map(([device]) => device)).toEqual(['cuda:1']);
    expect((await devices('legacy.pt')).map(([device]) => device)).toEqual(['cuda:3']);
    expect((await devices('parameters.pt')).map(([device]) => device)).toEqual(['xpu:0']);
    expect(new Set((await devices('training.pt')).map(([device]) => device))).toEqual(new Set(['cuda:1', 'cpu']));
    expect(new Map(await devices('kinds.pt')).get('meta')).toBe(1);
  });

  withTorch('say what kind of checkpoint they are', async () => {
    const kinds = await Promise.all(names.map(async (name) => [name, (await open(`${name}.pt`)).kind]));
    expect(Object.fromEntries(kinds)).toEqual({
      state_dict: 'state-dict',
      module: 'module',
      legacy: 'state-dict',
      parameters: 'state-dict',
      training: 'training-checkpoint',
      views: 'state-dict',
      kinds: 'other',
      shared: 'training-checkpoint',
    });
  });

  withTorch('name the parameter of each tensor of the optimizers’ state', async () => {
    const checkpoint = await open('training.pt');
    const model = tensorsOf(checkpoint).filter(({ path }) => path[0] === 'model_state_dict');
    const shapes = new Map(model.map(({ path, shape }) => [path[1], shape]));
    const state = tensorsOf(checkpoint).filter(({ path }) => /^(?:momentum_buffer|exp_avg)$/.test(lastText(path)));
    expect(state.map(({ parameter, shape }) => [parameter, shape])).toEqual(
      state.map(({ parameter }) => [parameter, shapes.get(parameter ?? '')]),
    );
    expect(new Set(state.map(({ parameter }) => parameter))).toHaveLength(state.length / 2);
    expect(checkpoint.optimizers.map(({ candidates }) => candidates)).toEqual([['SGD'], ['AdamW']]);
  });

  withTorch('count a tied weight once', async () => {
    const { summary } = await open('module.pt');
    const net = found['module.pt'] ?? [];
    const elements = net
      .filter(({ path }) => path[0] !== 'fc.weight')
      .reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
    // The buffer that is not persistent is in the file, and in no state dict.
    expect(summary.parameters).toBe(elements + 2);
  });

  withTorch('show layers by what their weights imply', async () => {
    const tree = buildTree(await open('state_dict.pt'));
    const keys = allKeys(tree, decodeLabels(tree));
    const text = (key: string): string => tree.strings[tree.description[keys.indexOf(key)] ?? 0] ?? '';
    expect(
      Object.fromEntries(
        ['conv1', 'layer1', 'layer1.0', 'layer1.0.bn1', 'embed.weight', 'rnn', 'fc'].map((key) => [key, text(key)]),
      ),
    ).toEqual({
      conv1: 'Conv2d 3 → 4, 7×7',
      layer1: '2 × BasicBlock',
      'layer1.0': 'BasicBlock 4 → 4',
      'layer1.0.bn1': 'BatchNorm2d 4',
      'embed.weight': 'Embedding 11 × 6',
      rnn: 'LSTM 6 → 5, ×2',
      fc: 'Linear 6 → 11',
    });
  });
});
