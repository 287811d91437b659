import { describe, expect, it } from 'vitest';
import { EditError } from '../../../src/core/edit/editError';
import { layerText, parseLayerCall } from '../../../src/core/init/layerCall';
import { layerParameters } from '../../../src/core/init/layerParameters';

function refused(text: string): readonly unknown[] {
  try {
    parseLayerCall(text);
  } catch (error) {
    if (error instanceof EditError) {
      return [error.code, error.reason, ...error.args];
    }
    throw error;
  }
  throw new Error(`${text} was taken`);
}

describe('a layer as Python writes it', () => {
  it.each([
    ['nn.Linear(2048, 120)', null, 'nn.Linear(2048, 120)'],
    ['fc = nn.Linear(2048, 120)', 'fc', 'nn.Linear(2048, 120)'],
    [
      '  model.fc=torch.nn.Linear(in_features=2_048, out_features=120, bias=False,)',
      'model.fc',
      'nn.Linear(2048, 120, bias=False)',
    ],
    ['model.features[0] = nn.Conv2d(3, 64, 5)', 'model.features.0', 'nn.Conv2d(3, 64, kernel_size=5)'],
    [
      'layer1.0.conv1 = Conv2d(3, 64, (5, 5), 2, padding=(3, 1))',
      'layer1.0.conv1',
      'nn.Conv2d(3, 64, kernel_size=5, stride=2, padding=(3, 1))',
    ],
    [
      "model['head'].out = nn.Conv1d(4, 8, [3], padding='same', groups=4)",
      'model.head.out',
      "nn.Conv1d(4, 8, kernel_size=3, padding='same', groups=4)",
    ],
    ['nn.modules.linear.Bilinear(1, 2, 3)', null, 'nn.Bilinear(1, 2, out_features=3)'],
    ['e = nn.Embedding(10, 3, -1, norm_type=3)', 'e', 'nn.Embedding(10, 3, padding_idx=-1, norm_type=3.0)'],
    ['nn.BatchNorm2d(8, eps=1e-3, momentum=None)', null, 'nn.BatchNorm2d(8, eps=0.001, momentum=None)'],
    ['nn.LayerNorm((3, 4), 1e-06)', null, 'nn.LayerNorm((3, 4), eps=1e-06)'],
    ['nn.LSTM(2, 3, dropout=.5, num_layers=2)', null, 'nn.LSTM(2, 3, num_layers=2, dropout=0.5)'],
    ['drop = nn.Identity()', 'drop', 'nn.Identity()'],
  ])('%s', (text, target, shortest) => {
    const call = parseLayerCall(text);
    expect([call.target, layerText(call.spec)]).toEqual([target, shortest]);
    expect(parseLayerCall(shortest).spec).toEqual(call.spec);
    expect(JSON.parse(JSON.stringify(call.spec))).toEqual(call.spec);
  });

  it('has every argument of its constructor', () => {
    expect(parseLayerCall('nn.ConvTranspose2d(16, 8, 3, 2)').spec).toEqual({
      kind: 'ConvTranspose2d',
      arguments: {
        in_channels: 16,
        out_channels: 8,
        kernel_size: [3, 3],
        stride: [2, 2],
        padding: [0, 0],
        output_padding: [0, 0],
        groups: 1,
        bias: true,
        dilation: [1, 1],
        padding_mode: 'zeros',
      },
    });
  });

  it('gives names and shapes of what it holds', () => {
    const { spec } = parseLayerCall('nn.Conv2d(6, 4, (5, 3), groups=2)');
    expect(layerParameters(spec).map(({ name, shape, role }) => [name, shape, role])).toEqual([
      ['weight', [4, 3, 5, 3], 'parameter'],
      ['bias', [4], 'parameter'],
    ]);
  });
});

describe('what is no layer is refused', () => {
  it.each([
    ['', 'bad-layer-call', '', 1],
    ['nn.Linear', 'bad-layer-call', 'nn.Linear', 10],
    ['nn.Linear(1, 2', 'bad-layer-call', 'nn.Linear(1, 2', 15],
    ['nn.Linear(1, 2) + 1', 'bad-layer-call', 'nn.Linear(1, 2) + 1', 16],
    ['nn.Linear(1, 2); import os', 'bad-layer-call', 'nn.Linear(1, 2); import os', 16],
    ['nn.Linear(1 2)', 'bad-layer-call', 'nn.Linear(1 2)', 13],
    ['f() = nn.Linear(1, 2)', 'unknown-layer', 'f'],
    ['1fc = nn.Linear(1, 2)', 'bad-layer-call', '1fc = nn.Linear(1, 2)', 1],
    ['os.system("x")', 'unknown-layer', 'os.system'],
    ['nn.Transformer(8)', 'unknown-layer', 'nn.Transformer'],
    ['nn.Linear(num_ftrs, 2)', 'not-a-literal', 'num_ftrs'],
    ['nn.Linear(1, __import__("os"))', 'not-a-literal', '__import__("os"'],
    ['nn.Linear(1)', 'missing-argument', 'out_features', 'Linear'],
    ['nn.Linear(1, 2, True, 4)', 'unknown-argument', '4', 'Linear'],
    ['nn.Linear(1, 2, out_features=4)', 'unknown-argument', 'out_features', 'Linear'],
    ['nn.Linear(1, 2, dtype=float)', 'not-a-literal', 'float'],
    ['nn.Linear(in_features=1, 2)', 'unknown-argument', '2', 'Linear'],
    ['nn.Linear(1, 2, device=None)', 'unknown-argument', 'device', 'Linear'],
    ['nn.Linear(1, 2, __proto__=1)', 'unknown-argument', '__proto__', 'Linear'],
    ['nn.Linear(-1, 2)', 'bad-argument', 'in_features=-1', 'Linear'],
    ['nn.Linear(1.5, 2)', 'bad-argument', 'in_features=1.5', 'Linear'],
    ['nn.Linear(1, 2, bias=0)', 'bad-argument', 'bias=0', 'Linear'],
    ['nn.Conv2d(3, 4, (1, 2, 3))', 'bad-argument', 'kernel_size=(1, 2, 3)', 'Conv2d'],
    ['nn.Conv2d(3, 4, 3, groups=2)', 'bad-argument', 'groups=2', 'Conv2d'],
    ['nn.Conv2d(4, 4, 3, stride=2, padding="same")', 'bad-argument', "padding='same'", 'Conv2d'],
    ['nn.ConvTranspose1d(4, 4, 3, padding="same")', 'bad-argument', "padding='same'", 'ConvTranspose1d'],
    ['nn.GroupNorm(3, 4)', 'bad-argument', 'num_groups=3', 'GroupNorm'],
    ['nn.Embedding(3, 4, 3)', 'bad-argument', 'padding_idx=3', 'Embedding'],
    ['nn.LSTM(3, 4, proj_size=4)', 'bad-argument', 'proj_size=4', 'LSTM'],
    ['nn.GRU(3, 4, proj_size=2)', 'unknown-argument', 'proj_size', 'GRU'],
    ['nn.BatchNorm1d(4, 1e-5, 0.1, True, True, False)', 'unknown-argument', 'False', 'BatchNorm1d'],
    ['nn.Linear(99999999999999999999, 2)', 'bad-argument', 'in_features=100000000000000000000', 'Linear'],
  ])('%s', (text, reason, ...args) => {
    expect(refused(text)).toEqual(['edit-invalid', reason, ...args]);
  });

  it('in a time that does not grow with the text', () => {
    expect(refused(`nn.Linear(${'['.repeat(100_000)}`)[1]).toBe('bad-layer-call');
    expect(refused('a.'.repeat(100_000))[1]).toBe('bad-layer-call');
  });
});
