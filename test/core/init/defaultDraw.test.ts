import { expect, it } from 'vitest';
import { defaultDraw } from '../../../src/core/init/defaultDraw';
import { parseLayerCall } from '../../../src/core/init/layerCall';
import { layerParameters } from '../../../src/core/init/layerParameters';

it.each([
  ['fc', 'nn.Linear(8, 3)'],
  ['proj', 'nn.Linear(8, 3, bias=False)'],
  ['conv1', 'nn.Conv2d(4, 6, 3, groups=2)'],
  ['up', 'nn.ConvTranspose1d(4, 6, 3)'],
  ['bn1', 'nn.BatchNorm2d(6)'],
  ['ln', 'nn.LayerNorm(6)'],
  ['rms', 'nn.RMSNorm(6)'],
  ['embeddings.word', 'nn.Embedding(10, 4)'],
  ['rnn', 'nn.LSTM(4, 6, 2, bidirectional=True, proj_size=2)'],
  ['gru', 'nn.GRU(4, 6, bias=False)'],
])('the weights of %s = %s tell how its constructor fills them', (module, call) => {
  const tensors = layerParameters(parseLayerCall(call).spec);
  const shapes = new Map(tensors.map(({ name, shape }) => [name, shape]));
  for (const { name, shape, draw } of tensors) {
    expect([name, defaultDraw(module, name, shape, (other) => shapes.get(other))]).toEqual([name, draw]);
  }
});

it('what no layer of torch has is zero', () => {
  const nothing = (): undefined => undefined;
  expect(defaultDraw('', 'cls_token', [1, 1, 8], nothing)).toEqual({ kind: 'constant', value: 0 });
  expect(defaultDraw('', 'weight_hh_l0', [8, 8], nothing)).toEqual({ kind: 'constant', value: 0 });
  expect(defaultDraw('norm', 'gamma', [8], nothing)).toEqual({ kind: 'constant', value: 1 });
});
