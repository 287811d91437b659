import { expect } from 'vitest';
import type { Draw } from '../../../src/core/init/draw';
import { drawPieces, skipDraw } from '../../../src/core/init/distributions';
import { initialisations, initialisedParameters } from '../../../src/core/init/initialisation';
import { parseLayerCall } from '../../../src/core/init/layerCall';
import { layerParameters } from '../../../src/core/init/layerParameters';
import { RandomStream } from '../../../src/core/init/randomStream';
import { runPython, withTorch } from '../../support/torch';

interface Drawn {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: string;
}

interface Case {
  readonly seed: number;
  /** Sets `made`: a module, or a list of tensors. */
  readonly code: string;
  readonly tensors: readonly Drawn[];
}

interface Step {
  readonly name: string;
  readonly shape: readonly number[];
  readonly draw: Draw;
}

/** Every second step of `skipped` ones is gone past, to see that the others do not move. */
function drawn(seed: number, steps: readonly Step[], skips = false): readonly Drawn[] {
  const stream = RandomStream.seeded(seed);
  return steps.flatMap(({ name, shape, draw }, index): Drawn[] => {
    if (skips && index % 2 === 0) {
      skipDraw(draw, shape, stream);
      return [];
    }
    const pieces = [...drawPieces(draw, shape, stream)].map((piece) => Buffer.from(piece.slice().buffer));
    return [{ name, shape, data: Buffer.concat(pieces).toString('base64') }];
  });
}

const layers: readonly string[] = [
  'nn.Linear(2048, 120)',
  'nn.Linear(3, 2)',
  'nn.Linear(7, 5, bias=False)',
  'nn.Linear(1, 1)',
  'nn.Bilinear(3, 4, 5)',
  'nn.Bilinear(20, 30, 7, bias=False)',
  'nn.Conv1d(4, 6, 3, padding="same", dilation=2, groups=2)',
  'nn.Conv2d(3, 64, kernel_size=5, stride=2, padding=3, bias=False)',
  'nn.Conv2d(8, 8, (3, 1), groups=8, padding_mode="circular", padding=1)',
  'nn.Conv3d(2, 4, (1, 2, 3))',
  'nn.ConvTranspose1d(6, 4, 4, groups=2)',
  'nn.ConvTranspose2d(16, 8, 3, stride=2, output_padding=1)',
  'nn.ConvTranspose3d(3, 2, 2, bias=False)',
  'nn.Embedding(10, 3)',
  'nn.Embedding(1000, 37, padding_idx=3)',
  'nn.Embedding(5, 3, padding_idx=-1)',
  'nn.Embedding(2, 3, padding_idx=0)',
  'nn.BatchNorm1d(4)',
  'nn.BatchNorm2d(6, affine=False)',
  'nn.BatchNorm3d(5, track_running_stats=False)',
  'nn.BatchNorm2d(5, bias=False)',
  'nn.LayerNorm([3, 4])',
  'nn.LayerNorm(8, elementwise_affine=False)',
  'nn.LayerNorm(8, bias=False)',
  'nn.GroupNorm(2, 6)',
  'nn.GroupNorm(3, 6, affine=False)',
  'nn.RMSNorm(6)',
  'nn.LSTM(5, 7, 2, bidirectional=True)',
  'nn.LSTM(4, 6, bias=False)',
  'nn.LSTM(4, 6, num_layers=2, bidirectional=True, proj_size=2)',
  'nn.GRU(3, 5, 3)',
  'nn.GRU(3, 5, bias=False, bidirectional=True)',
  'nn.RNN(3, 5, 2, "relu", False)',
  'nn.Identity()',
];

function layerCases(): readonly Case[] {
  return layers.flatMap((code) =>
    [0, 1, 12345].map((seed) => {
      const { spec } = parseLayerCall(code);
      return { seed, code: `made = ${code}`, tensors: drawn(seed, layerParameters(spec)) };
    }),
  );
}

const shapes: readonly (readonly number[])[] = [[15], [16], [17], [1], [0, 3], [31, 33], [5, 7, 3], [262_147]];

/** Two draws of each kind one behind the other: what the first leaves the generator in shows in the second. */
const draws: readonly { readonly draw: Draw; readonly code: string }[] = [
  { draw: { kind: 'uniform', low: -0.3, high: 0.7 }, code: 'tensor.uniform_(-0.3, 0.7)' },
  { draw: { kind: 'normal', mean: 0.1, std: 0.02 }, code: 'tensor.normal_(0.1, 0.02)' },
  { draw: { kind: 'constant', value: 0.1 }, code: 'tensor.fill_(0.1)' },
  {
    draw: { kind: 'truncNormal', mean: 0, std: 1, low: -2, high: 2 },
    code: 'nn.init.trunc_normal_(tensor)',
  },
  {
    draw: { kind: 'truncNormal', mean: 0, std: 0.02, low: -2, high: 2 },
    code: 'nn.init.trunc_normal_(tensor, std=0.02)',
  },
  {
    draw: { kind: 'truncNormal', mean: 0, std: 3, low: 0.5, high: 1 },
    code: 'nn.init.trunc_normal_(tensor, 0, 3, 0.5, 1)',
  },
];

function drawCases(): readonly Case[] {
  return draws.flatMap(({ draw, code }) =>
    shapes.map((shape, index) => {
      const steps: readonly Step[] = [draw, uniformDraw, draw, normalDraw].map((each) => ({
        name: '',
        shape,
        draw: each,
      }));
      const skips = index % 2 === 1;
      const tensors = drawn(index + 7, steps, skips).map((tensor, at) => ({ ...tensor, name: String(at) }));
      const size = `(${shape.join(', ')},)`;
      const lines = [
        'made = []',
        `for step in range(2):`,
        `    tensor = torch.empty(${size}); ${code}; made.append(tensor)`,
        `    tensor = torch.empty(${size}); made.append(tensor.normal_() if step else tensor.uniform_())`,
        skips ? 'made = made[1::2]' : '',
      ];
      return { seed: index + 7, code: lines.join('\n'), tensors };
    }),
  );
}

const uniformDraw: Draw = { kind: 'uniform', low: 0, high: 1 };
const normalDraw: Draw = { kind: 'normal', mean: 0, std: 1 };

/** Of each initialisation, as its Python says it. */
const functions: ReadonlyMap<string, string> = new Map([
  ['zeros', 'nn.init.zeros_(w)'],
  ['xavier_uniform', 'nn.init.xavier_uniform_(w)'],
  ['xavier_normal', 'nn.init.xavier_normal_(w)'],
  ['kaiming_uniform', 'nn.init.kaiming_uniform_(w)'],
  ['kaiming_normal', 'nn.init.kaiming_normal_(w)'],
  ['normal', 'nn.init.normal_(w)'],
  ['trunc_normal', 'nn.init.trunc_normal_(w)'],
  ['orthogonal', 'nn.init.orthogonal_(w)'],
]);

function initialisationCases(): readonly Case[] {
  const made = ['nn.Linear(20, 30)', 'nn.Conv2d(6, 4, 3)', 'nn.LSTM(5, 3)', 'nn.Linear(5, 2)'];
  return [...functions].flatMap(([name, code]) =>
    made.map((call, seed) => {
      const initialisation = initialisations.get(name) ?? { kind: 'default' };
      const lines = [
        `made = ${call}`,
        `torch.manual_seed(${String(seed)})`,
        'for w in made.parameters():',
        `    ${code} if w.dim() > 1 else nn.init.zeros_(w)`,
      ];
      const tensors = drawn(seed, initialisedParameters(parseLayerCall(call).spec, initialisation));
      return { seed, code: lines.join('\n'), tensors };
    }),
  );
}

interface Result {
  readonly problems: readonly string[];
  readonly different: number;
  readonly worst: number;
}

function resultOf(results: unknown, index: number): Result {
  const result: unknown = Array.isArray(results) ? results[index] : null;
  if (typeof result !== 'object' || result === null) {
    throw new Error('no result');
  }
  const { problems, different, worst } = { problems: [], different: NaN, worst: NaN, ...result };
  return { problems, different, worst };
}

withTorch(
  'layers, draws and initialisations have the bits of torch',
  async () => {
    const cases = [...layerCases(), ...drawCases(), ...initialisationCases()];
    const results = await runPython('initialisation.py', [], { input: JSON.stringify(cases), timeout: 110_000 });
    expect(Array.isArray(results) && results.length).toBe(cases.length);
    const wrong = cases.flatMap(({ seed, code }, index) => {
      const result = resultOf(results, index);
      // LAPACK's order of sums is its own.
      const isSame = code.includes('orthogonal') ? result.worst < 1e-6 : result.different === 0 && result.worst === 0;
      return isSame && result.problems.length === 0 ? [] : [{ seed, code, result }];
    });
    expect(wrong).toEqual([]);
  },
  { exact: true },
);
