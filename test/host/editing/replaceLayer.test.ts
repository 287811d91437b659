import { describe, expect, test } from 'vitest';
import { lastText } from '../../../src/core/checkpoint/path';
import type { Value } from '../../../src/core/pickle/values';
import type { EditPanel, ShownState } from '../../../src/host/editing/editPanel';
import { editHandlers } from '../../../src/host/editing/editHandlers';
import { layersView } from '../../../src/host/editing/layersView';
import { preview as previewOf } from '../../../src/host/editing/previews';
import type { EditIntent, EditPreview } from '../../../src/protocol/edits';
import { mostLayers } from '../../../src/protocol/layers';
import { english } from '../../../src/wording/translate';
import { dict, ints, list, object, orderedDict, parameter, tensor } from '../../core/checkpoint/builders';
import { rowOf, shownFile, shownOf, TestPanel } from './support';

const records = Object.fromEntries(Array.from({ length: 30 }, (_, key) => [String(key), 20_000]));
let nextKey = 0;
const at = (...shape: readonly number[]): Value => tensor(String(nextKey++), { shape });

function network(): Value {
  return orderedDict({
    'conv1.weight': at(8, 3, 7, 7),
    'bn1.weight': at(8),
    'bn1.bias': at(8),
    'bn1.running_mean': at(8),
    'bn1.running_var': at(8),
    'attn.in_proj_weight': at(24, 8),
    'attn.in_proj_bias': at(24),
    'fc.weight': at(10, 8),
    'fc.bias': at(10),
  });
}

async function training(): Promise<ShownState> {
  nextKey = 0;
  const model = network();
  const optimizer = dict({
    state: dict([[0, dict({ momentum_buffer: at(8, 3, 7, 7) })]]),
    param_groups: list(dict({ lr: 0.1, params: list(...Array.from({ length: 7 }, (_, each) => each)) })),
  });
  return shownFile(dict({ model, optimizer, epoch: 3 }), records);
}

async function bare(): Promise<ShownState> {
  nextKey = 0;
  return shownFile(network(), records);
}

const keysOf = (shown: ShownState): string[] => layersView(shown, null, english).layers.map(({ key }) => key);

function meantBy(shown: ShownState, key: string | null): string | undefined {
  const { layers, meant } = layersView(shown, key === null ? null : rowOf(shown, key), english);
  return layers.find(({ layer }) => layer === meant)?.key;
}

describe('the layers of a file', () => {
  test('with what they are, and the line that makes them; those of an optimizer are none', async () => {
    const { layers, count } = layersView(await training(), null, english);
    expect(layers).toEqual([
      {
        layer: 0,
        key: 'model.conv1',
        name: 'conv1',
        description: 'Conv2d 3 → 8, 7×7',
        call: 'nn.Conv2d(3, 8, kernel_size=7, bias=False)',
      },
      { layer: 1, key: 'model.bn1', name: 'bn1', description: 'BatchNorm2d 8', call: 'nn.BatchNorm2d(8)' },
      expect.objectContaining({ layer: 2, key: 'model.attn', name: 'attn', call: '' }),
      { layer: 3, key: 'model.fc', name: 'fc', description: 'Linear 8 → 10', call: 'nn.Linear(8, 10)' },
    ]);
    expect(count).toBe(4);
  });

  test('a row means the layer that it shows or is in; one with several, or with none, the head', async () => {
    const shown = await training();
    expect(meantBy(shown, 'model.conv1.weight')).toBe('model.conv1');
    expect(meantBy(shown, 'model.bn1')).toBe('model.bn1');
    expect(meantBy(shown, 'model.bn1.running_mean')).toBe('model.bn1');
    expect(meantBy(shown, 'model')).toBe('model.fc');
    expect(meantBy(shown, 'epoch')).toBe('model.fc');
    expect(meantBy(shown, null)).toBe('model.fc');
  });

  test('of several state dicts the first one has the head that is meant', async () => {
    nextKey = 0;
    const shown = await shownFile(
      dict({ model: orderedDict({ 'fc.weight': at(2, 3) }), ema: orderedDict({ 'fc.weight': at(2, 3) }) }),
      records,
    );
    expect(meantBy(shown, null)).toBe('model.fc');
    expect(meantBy(shown, 'ema.fc.weight')).toBe('ema.fc');
  });

  test('a layer that is the whole file has words for its name', async () => {
    nextKey = 0;
    expect(keysOf(await shownFile(orderedDict({ weight: at(2, 3), bias: at(2) }), records))).toEqual([
      'the whole file',
    ]);
  });

  test('of very many those up to the one that is meant', async () => {
    const weight = tensor('0', { shape: [2, 2] });
    const entries = Array.from({ length: mostLayers + 5 }, (_, each) => [`l${String(each)}.weight`, weight] as const);
    const shown = await shownFile(orderedDict(Object.fromEntries(entries)), { 0: 16 });
    const view = layersView(shown, rowOf(shown, 'l2002.weight'), english);
    expect(view.count).toBe(mostLayers + 5);
    expect(view.layers).toHaveLength(mostLayers);
    expect(view.layers.at(-1)).toMatchObject({ layer: view.meant, key: 'l2002' });
  });

  test('of none: nothing is meant', async () => {
    expect(layersView(await shownFile(dict({ epoch: 3 })), null, english)).toEqual({
      layers: [],
      count: 0,
      meant: null,
    });
  });
});

function replace(shown: ShownState, key: string, call: string, more: Partial<Replacement> = {}): Replacement {
  const layer = layersView(shown, null, english).layers.find((each) => each.key === key)?.layer ?? -1;
  return {
    kind: 'replaceLayer',
    layer,
    call,
    initialisation: { kind: 'default' },
    keepOverlap: false,
    seed: 0,
    ...more,
  };
}

type Replacement = Extract<EditIntent, { kind: 'replaceLayer' }>;

const preview = (shown: ShownState, intent: Replacement): EditPreview => previewOf(shown, intent, 'net.pt', english);

describe('the preview', () => {
  test('says shapes, and whose bits they are; and the Python', async () => {
    const shown = await bare();
    const view = preview(shown, replace(shown, 'fc', 'fc = nn.Linear(8, 3)'));
    expect(view).toMatchObject({
      sentence:
        'fc.weight [10, 8] → [3, 8], fc.bias [10] → [3]; drawn by kaiming_uniform_, bits of torch.manual_seed(0).',
      warnings: [],
      notes: [],
      problem: '',
    });
    expect(view.python).toContain('torch.manual_seed(0)\nlayer = torch.nn.Linear(8, 3)');
  });

  test('a key that comes and one that goes; stride and padding are for the code', async () => {
    const shown = await bare();
    const view = preview(shown, replace(shown, 'conv1', 'nn.Conv2d(3, 8, 5, stride=2, padding=3)', { seed: 7 }));
    expect(view.sentence).toBe(
      'conv1.weight [8, 3, 7, 7] → [8, 3, 5, 5], conv1.bias — → [8]; drawn by kaiming_uniform_, bits of torch.manual_seed(7).',
    );
    expect(view.notes).toEqual([
      'These keys are new: conv1.bias.',
      expect.stringContaining('What a state dict does not hold of it: stride=(2, 2), padding=(3, 3).'),
    ]);
    expect(preview(shown, replace(shown, 'fc', 'nn.Linear(8, 3, bias=False)')).notes).toEqual([
      'These keys go: fc.bias.',
    ]);
  });

  test('layers that no longer fit, and an optimizer that cannot go on, are warnings', async () => {
    const shown = await training();
    const view = preview(shown, replace(shown, 'model.conv1', 'nn.Conv2d(3, 12, 7, bias=False)'));
    expect(view.warnings).toEqual([
      '“bn1” behind it is of size 8, and would need 12.',
      expect.stringMatching(/“conv1.weight” .*optimizer/),
    ]);
  });

  test.each([
    ['nn.Linear(8, 3)', { kind: 'zeros' }, 'all zeros'],
    ['nn.BatchNorm2d(8)', { kind: 'default' }, 'ones and zeros, nothing is drawn'],
    ['nn.Embedding(3, 8)', { kind: 'default' }, 'drawn by normal_, to 2e-6 as after torch.manual_seed(0)'],
    ['nn.Linear(8, 3)', { kind: 'xavierUniform' }, 'drawn by xavier_uniform_, bits of torch.manual_seed(0)'],
    ['nn.Linear(8, 3)', { kind: 'kaimingNormal', mode: 'fan_out' }, 'drawn by kaiming_normal_, to 2e-6'],
    ['nn.Linear(8, 3)', { kind: 'orthogonal' }, 'drawn by orthogonal_, to 2e-6'],
    ['nn.GRU(8, 3)', { kind: 'default' }, 'drawn by uniform_, bits'],
  ] as const)('%s from %j: %s', async (call, initialisation, text) => {
    const shown = await bare();
    expect(preview(shown, replace(shown, 'fc', call, { initialisation })).sentence).toContain(text);
  });

  test('what is kept of both is said; of many tensors not all are named', async () => {
    const shown = await bare();
    const view = preview(shown, replace(shown, 'fc', 'nn.Linear(6, 12)', { keepOverlap: true }));
    expect(view.sentence).toBe(
      'fc.weight [10, 8] → [12, 6] (keeps [10, 6]), fc.bias [10] → [12] (keeps [10]); ' +
        'the rest drawn by kaiming_uniform_, bits of torch.manual_seed(0).',
    );
    const same = preview(shown, replace(shown, 'fc', 'nn.Linear(8, 10)', { keepOverlap: true }));
    expect(same.sentence).toMatch(/; all numbers stay\.$/);
    const lstm = preview(shown, replace(shown, 'fc', 'nn.LSTM(8, 3, num_layers=2)'));
    expect(lstm.sentence).toContain('fc.bias_hh_l0 — → [12] and 4 more;');
    expect(lstm.warnings).toContain('It was a Linear, and becomes a LSTM: the model’s code has to say so too.');
    expect(preview(shown, replace(shown, 'fc', 'nn.Identity()')).sentence).toBe('nn.Identity holds no tensors.');
  });

  test('what is no layer, or no layer of the file, is a problem', async () => {
    const shown = await bare();
    expect(preview(shown, replace(shown, 'fc', 'fc = nn.Linear(8, classes)')).problem).toContain('“classes” is a name');
    expect(preview(shown, replace(shown, 'fc', '__import__("os").system("x")')).problem).not.toBe('');
    expect(preview(shown, replace(shown, 'fc', 'nn.Linear(8, 3)', { layer: 99 })).problem).not.toBe('');
    expect(preview(shown, replace(shown, 'fc', 'nn.Linear(8, 3)', { seed: 0.5 })).problem).toContain('no seed');
  });
});

test('of a whole module the attributes follow', async () => {
  nextKey = 0;
  const linear = object(
    'torch.nn.modules.linear.Linear',
    dict({
      training: true,
      _parameters: dict({ weight: parameter('0', { shape: [2, 4] }), bias: parameter('1', { shape: [2] }) }),
      _buffers: dict({}),
      _modules: dict({}),
      in_features: 4,
      out_features: 2,
    }),
  );
  const net = object(
    '__main__.Net',
    dict({ training: true, _parameters: dict({}), _buffers: dict({}), _modules: dict({ fc: linear }), size: ints(1) }),
  );
  const shown = await shownFile(net, { 0: 32, 1: 8 });
  expect(layersView(shown, null, english).layers).toEqual([
    { layer: 0, key: 'fc', name: 'fc', description: 'Linear 4 → 2', call: 'nn.Linear(4, 2)' },
  ]);
  expect(preview(shown, replace(shown, 'fc', 'nn.Linear(4, 3)')).notes).toEqual([
    'Attributes of the module follow: out_features 2 → 3.',
  ]);
});

test('is one edit that can be undone', async () => {
  const shown = await bare();
  const panel = new TestPanel(shown.edit);
  const handlers = editHandlers(panel satisfies EditPanel, english, () => Promise.resolve());
  const shapes = (): string[] =>
    shownOf(panel.history.current).checkpoint.entries.flatMap((entry) =>
      entry.kind === 'tensor' && lastText(entry.path).startsWith('fc.') ? [entry.shape.join('×')] : [],
    );
  const outcome = await handlers.edit(replace(shown, 'fc', 'model.fc = nn.Linear(8, 3)'), panel.version);
  expect(outcome).toEqual({ problem: '', focus: null });
  expect(shapes()).toEqual(['3×8', '3']);
  // The layers are those of the state that is shown.
  expect((await handlers.layers(null, panel.version)).layers.at(-1)).toMatchObject({ call: 'nn.Linear(8, 3)' });
  panel.history.goTo(0);
  expect(shapes()).toEqual(['10×8', '10']);
});
