import { describe, expect, it } from 'vitest';
import { layerText, type Context } from '../../../src/core/checkpoint/layer';
import { impliedLayer } from '../../../src/core/checkpoint/layerRules';
import { symbolText } from '../../../src/core/checkpoint/layers';
import type { Value } from '../../../src/core/pickle/values';
import { buildTree } from '../../../src/core/tree/buildTree';
import { decodeLabels } from '../../../src/core/tree/rows';
import { dict, float, list, object, open, orderedDict, parameter, tensor } from './builders';
import { allKeys } from '../../support/treeRows';

const nothing: Context = { dimensions: 0, channels: 0, next: 0 };
const after = (dimensions: number, channels = 0, next = 0): Context => ({ dimensions, channels, next });

type Shapes = Readonly<Record<string, readonly number[]>>;

describe('the layer that weights imply', () => {
  it.each<[string, Shapes, Context, string | null]>([
    ['fc', { weight: [1000, 2048], bias: [1000] }, nothing, 'Linear 2048 → 1000'],
    ['conv1', { weight: [64, 3, 7, 7] }, nothing, 'Conv2d 3 → 64, 7×7'],
    ['conv', { weight: [8, 4, 3], bias: [8] }, nothing, 'Conv1d 4 → 8, 3'],
    ['conv', { weight: [8, 4, 1, 2, 3] }, nothing, 'Conv3d 4 → 8, 1×2×3'],
    ['dw', { weight: [32, 1, 3, 3] }, after(4, 32), 'Conv2d 32, 3×3, depthwise'],
    ['conv1', { weight: [32, 1, 3, 3] }, nothing, 'Conv2d 1 → 32, 3×3'],
    ['up', { weight: [64, 32, 2, 2], bias: [32] }, nothing, 'ConvTranspose2d 64 → 32, 2×2'],
    ['bn1', { weight: [64], bias: [64], running_mean: [64], running_var: [64] }, after(4, 64), 'BatchNorm2d 64'],
    ['bn1', { weight: [64], bias: [64], running_mean: [64], running_var: [64] }, after(2, 64), 'BatchNorm1d 64'],
    ['bn1', { running_mean: [64], running_var: [64] }, nothing, 'BatchNorm 64'],
    ['LayerNorm', { weight: [768], bias: [768] }, after(2), 'LayerNorm 768'],
    ['input_layernorm', { weight: [4096] }, after(2), 'Norm 4096'],
    ['rms_norm', { weight: [4096] }, after(2), 'RMSNorm 4096'],
    ['norm1', { weight: [320], bias: [320] }, after(4), 'Norm 320'],
    ['word_embeddings', { weight: [30522, 768] }, nothing, 'Embedding 30522 × 768'],
    ['wte', { weight: [50257, 768] }, nothing, 'Embedding 50257 × 768'],
    ['lstm', { weight_ih_l0: [80, 10], weight_hh_l0: [80, 20] }, nothing, 'LSTM 10 → 20'],
    [
      'gru',
      { weight_ih_l0: [60, 10], weight_hh_l0: [60, 20], weight_hh_l1: [60, 20], weight_hh_l0_reverse: [60, 20] },
      nothing,
      'GRU 10 → 20, ×2, bidirectional',
    ],
    ['cell', { weight_ih: [80, 10], weight_hh: [80, 20] }, nothing, 'LSTMCell 10 → 20'],
    ['self_attn', { in_proj_weight: [48, 16], in_proj_bias: [48] }, nothing, 'MultiheadAttention 16'],
    ['act', { weight: [1] }, nothing, 'PReLU 1'],
    ['act', { weight: [64] }, nothing, 'PReLU 64'],
    ['logit_scale', { weight: [1] }, nothing, null],
    ['scale', { weight: [7] }, nothing, null],
    ['scale', { weight: [7], bias: [3] }, nothing, null],
    // The bias tells which way a convolution goes; without one the norm behind it, or the name.
    ['3', { weight: [16, 32, 4, 4], bias: [32] }, nothing, 'ConvTranspose2d 16 → 32, 4×4'],
    ['3', { weight: [16, 8, 4, 4], bias: [32] }, nothing, 'ConvTranspose2d 16 → 32, 4×4'],
    ['3', { weight: [16, 32, 4, 4] }, after(4, 16, 32), 'ConvTranspose2d 16 → 32, 4×4'],
    ['3', { weight: [16, 32, 4, 4] }, after(4, 32, 16), 'Conv2d 32 → 16, 4×4'],
    ['3', { weight: [16, 32, 4, 4] }, after(4, 16), null],
    ['up', { weight: [32, 64, 3, 3], bias: [32] }, nothing, 'Conv2d 64 → 32, 3×3'],
    ['conv', { weight: [16, 32, 4, 4], bias: [5] }, nothing, null],
    ['convT', { weight: [16, 32, 4, 4] }, nothing, 'ConvTranspose2d 16 → 32, 4×4'],
    // What may be grouped has an input that nothing tells.
    ['dw', { weight: [32, 1, 3, 3], bias: [32] }, after(4, 16), 'Conv2d 32, 3×3, depthwise'],
    ['conv2', { weight: [32, 1, 3, 3], bias: [32] }, after(4, 16), 'Conv2d → 32, 3×3'],
    ['conv2', { weight: [64, 8, 3, 3], bias: [64] }, after(4, 32), 'Conv2d → 64, 3×3'],
    ['conv2', { weight: [64, 32, 3, 3], bias: [64] }, after(4, 32), 'Conv2d 32 → 64, 3×3'],
    ['shortcut', { weight: [256, 64, 1, 1] }, after(4, 256), 'Conv2d 64 → 256, 1×1'],
    ['bilinear', { weight: [5, 3, 4], bias: [5] }, nothing, 'Bilinear 3, 4 → 5'],
    ['pair', { weight: [5, 3, 4], bias: [5] }, nothing, null],
    ['ln2d', { weight: [8, 8], bias: [8, 8] }, nothing, 'LayerNorm 8×8'],
    ['table', { weight: [8, 8], bias: [8, 8] }, nothing, null],
    ['c_attn', { weight: [768, 2304], bias: [2304] }, nothing, 'Conv1D 768 → 2304'],
    ['q_proj', { weight: [64, 32] }, nothing, 'Linear 32 → 64'],
    ['codes', { weight: [64, 32] }, nothing, null],
    ['embed_out', { weight: [64, 32] }, nothing, null],
    ['1', { weight: [64, 32] }, after(2, 32), 'Linear 32 → 64'],
    ['1', { weight: [64, 32] }, after(2, 64), null],
    ['gn', { weight: [64], bias: [64] }, after(2, 64), 'GroupNorm 64'],
    ['norm2', { weight: [64], bias: [64] }, after(2, 64), 'Norm 64'],
    ['ln_1', { weight: [64], bias: [64] }, after(4, 64), 'LayerNorm 64'],
    ['inorm', { weight: [16], bias: [16] }, after(4, 16), 'InstanceNorm 16'],
    ['1', { weight: [16], bias: [16] }, after(2, 16), 'Norm 16'],
    ['bnna', { running_mean: [4], running_var: [4] }, after(2, 10), 'BatchNorm 4'],
    ['lstm', { weight_ih_l0: [80, 10], weight_hh_l0: [80, 20], weight_hr_l0: [20, 20] }, nothing, null],
    ['odd', { weight_hh_l0: [50, 20] }, nothing, null],
    ['pos', { table: [5, 5] }, nothing, null],
  ])('%s %j', (name, shapes, context, text) => {
    const layer = impliedLayer(name, new Map(Object.entries(shapes)), context);
    expect(layer === null ? null : layerText(layer)).toBe(text);
  });
});

async function descriptions(root: Value): Promise<Record<string, string>> {
  const checkpoint = await open(root, {});
  const tree = buildTree(checkpoint, (description) =>
    description.kind === 'optimizer'
      ? `${description.candidates.join('|')} ${String(description.parameters)} ${String(description.groups)}`
      : symbolText(description),
  );
  const keys = allKeys(tree, decodeLabels(tree));
  return Object.fromEntries(
    keys.flatMap((key, row) => {
      const text = tree.strings[tree.description[row] ?? 0] ?? '';
      return text === '' ? [] : [[key, text]];
    }),
  );
}

let nextStorage = 0;
function weights(shapes: Shapes): Value {
  return orderedDict(
    Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, tensor(String(nextStorage++), { shape })])),
  );
}

function bottleneck(prefix: string, input: number, width: number, output: number): Shapes {
  const kernels: Shapes = { 1: [width, input, 1, 1], 2: [width, width, 3, 3], 3: [output, width, 1, 1] };
  const entries = Object.entries(kernels).flatMap(([at, shape]): [string, readonly number[]][] => [
    [`${prefix}conv${at}.weight`, shape],
    [`${prefix}bn${at}.weight`, shape.slice(0, 1)],
    [`${prefix}bn${at}.running_mean`, shape.slice(0, 1)],
  ]);
  return Object.fromEntries(entries);
}

describe('what a tree says behind its keys', () => {
  it('knows residual blocks and rows of them', async () => {
    const found = await descriptions(
      weights({
        ...bottleneck('layer1.0.', 64, 64, 256),
        'layer1.0.downsample.0.weight': [256, 64, 1, 1],
        'layer1.0.downsample.1.weight': [256],
        'layer1.0.downsample.1.running_mean': [256],
        ...bottleneck('layer1.1.', 256, 64, 256),
        'fc.weight': [10, 256],
        'fc.bias': [10],
      }),
    );
    expect(found).toMatchObject({
      layer1: '2 × Bottleneck',
      'layer1.0': 'Bottleneck 64 → 256',
      'layer1.0.conv1.weight': 'Conv2d 64 → 64, 1×1',
      'layer1.0.bn1': 'BatchNorm2d 64',
      'layer1.0.downsample': 'Conv2d 64 → 256, 1×1 + BatchNorm2d',
      'layer1.0.downsample.0.weight': 'Conv2d 64 → 256, 1×1',
      'layer1.1': 'Bottleneck 256 → 256',
      fc: 'Linear 256 → 10',
    });
  });

  it('looks at the norm behind a convolution, where it belongs to the same block', async () => {
    const found = await descriptions(
      weights({
        'main.0.weight': [100, 64, 4, 4],
        'main.1.weight': [64],
        'main.1.bias': [64],
        'dense.conv.weight': [32, 128, 3, 3],
        'next.norm.weight': [128],
        'next.norm.bias': [128],
      }),
    );
    expect(found).toMatchObject({
      'main.0.weight': 'ConvTranspose2d 100 → 64, 4×4',
      'main.1': 'Norm 64',
      'dense.conv.weight': 'Conv2d 128 → 32, 3×3',
    });
  });

  it('names what shares its tensors with others', async () => {
    const weight = tensor('0', { shape: [5, 4] });
    const bias = tensor('1', { shape: [5] });
    const found = await descriptions(
      dict({
        model: orderedDict({ 'fc.weight': weight, 'fc.bias': bias, 'out.weight': weight }),
        head: orderedDict({ weight, bias }),
      }),
    );
    expect(found).toEqual({ 'model.fc': 'Linear 4 → 5', 'model.out.weight': '= fc', head: '= fc' });
  });

  it('names what a module shares by the way from the whole', async () => {
    const weight = parameter('0');
    const linear = (): Value =>
      object(
        'torch.nn.modules.linear.Linear',
        dict({ _parameters: dict({ weight }), _modules: dict({}), training: 1 }),
      );
    const net = object('pkg.Net', dict({ _parameters: dict({}), _modules: dict({ emb: linear(), head: linear() }) }));
    expect(await descriptions(dict({ net }))).toMatchObject({ 'net.head.weight': '= emb.weight' });
  });

  it('names classes that the file names', async () => {
    const linear = object(
      'torch.nn.modules.linear.Linear',
      dict({ _parameters: dict({ weight: parameter('0') }), _buffers: dict({}), _modules: dict({}), training: true }),
    );
    const net = object(
      'pkg.Net',
      dict({ _parameters: dict({}), _buffers: dict({}), _modules: dict({ 0: linear, 1: linear }) }),
    );
    const found = await descriptions(dict({ net, args: object('argparse.Namespace', dict({ lr: 1, wd: 2 })) }));
    expect(found).toMatchObject({ net: 'pkg.Net', args: 'argparse.Namespace', 'net.0': 'Linear 3 → 2' });
  });

  it('counts an optimizer’s parameters and leaves its numbers alone', async () => {
    const group = dict({ lr: float(1), momentum: 0, dampening: 0, nesterov: false, params: list(0, 1) });
    const state = dict([[0, dict({ weight: tensor('7', { shape: [4, 4] }) })]]);
    expect(await descriptions(dict({ opt: dict({ state, param_groups: list(group) }), n: 1 }))).toEqual({
      opt: 'SGD 2 1',
    });
  });
});
