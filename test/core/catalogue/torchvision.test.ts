import { describe, expect } from 'vitest';
import type { Architecture } from '../../../src/core/catalogue/architecture';
import { loadCatalogue } from '../../../src/core/catalogue/loadCatalogue';
import { pretrainedCode } from '../../../src/core/catalogue/pretrainedCode';
import { countOf, drawPieces, skipDraw } from '../../../src/core/init/distributions';
import type { Draw } from '../../../src/core/init/draw';
import { RandomStream } from '../../../src/core/init/randomStream';
import { runPython, withTorch } from '../../support/torch';

interface Case {
  readonly name: string;
  readonly numClasses: number | null;
  readonly seed: number;
}

interface Built {
  readonly keys: readonly (readonly [key: string, shape: readonly number[], dtype: string, isBuffer: boolean])[];
  readonly first: Readonly<Record<string, readonly number[]>>;
  readonly next: readonly number[];
}

/** One of each family, small where there is a choice. */
const sample = [
  'resnet18',
  'densenet121',
  'mobilenet_v3_small',
  'mnasnet0_5',
  'efficientnet_b0',
  'regnet_y_400mf',
  'shufflenet_v2_x0_5',
  'googlenet',
  'squeezenet1_1',
  'lraspp_mobilenet_v3_large',
  'ssdlite320_mobilenet_v3_large',
  'fasterrcnn_mobilenet_v3_large_fpn',
  'mc3_18',
];
/** Of these the second seed is not worth its time. */
const large = ['vgg11', 'inception_v3', 'convnext_tiny', 'swin_t', 'vit_b_16'];

/** A file of torchvision's own name lies in the cache: nothing is downloaded. */
const withWeights = ['squeezenet1_1', 'ssdlite320_mobilenet_v3_large', 'quantized_shufflenet_v2_x0_5'];

/** What `torch.manual_seed(seed)` and the recipe make: the first numbers of each tensor, and what is drawn next. */
function made(architecture: Architecture, seed: number): { first: Map<string, Float32Array>; next: number[] } {
  const first = new Map<string, Float32Array>();
  const stream = RandomStream.seeded(seed);
  for (const { key, shape, draw } of architecture.initialisation) {
    if (key !== null) {
      // Two blocks of normal numbers are what they are whatever follows.
      const [piece = new Float32Array()] = drawPieces(draw, [Math.min(countOf(shape), 32)], stream.clone());
      first.set(key, piece.slice(0, 20));
    }
    skipDraw(draw, shape, stream);
  }
  const [next = new Float32Array()] = drawPieces({ kind: 'uniform', low: 0, high: 1 }, [8], stream);
  return { first, next: [...next] };
}

function tolerance({ kind }: Draw, numbers: readonly number[]): number {
  return kind === 'constant' || kind === 'uniform' ? 0 : 2e-6 * Math.max(1, ...numbers.map(Math.abs));
}

function compareValues(architecture: Architecture, built: Built, seed: number): void {
  const { first, next } = made(architecture, seed);
  const last = new Map(architecture.initialisation.map(({ key, draw }) => [key, draw]));
  for (const { key, initial } of architecture.keys) {
    const draw = last.get(key);
    expect(draw === undefined, `${key} has a recipe, or is computed`).toBe(initial === null);
    if (draw !== undefined) {
      const real = built.first[key] ?? [];
      const ours = [...(first.get(key) ?? [])];
      const furthest = Math.max(0, ...real.map((value, index) => Math.abs(value - (ours[index] ?? NaN))));
      expect(furthest, `${architecture.name} ${key}`).toBeLessThanOrEqual(tolerance(draw, real));
    }
  }
  expect(next).toEqual(built.next);
}

describe('against real torchvision', () => {
  const cases: Case[] = [
    ...[...sample, ...large].map((name) => ({ name, numClasses: null, seed: 0 })),
    ...sample.map((name) => ({ name, numClasses: 7, seed: 1 })),
  ];

  withTorch(
    'keys, shapes, dtypes, what the constructor leaves after torch.manual_seed; the code for published weights runs',
    async () => {
      const catalogue = await loadCatalogue();
      const input = JSON.stringify({
        models: cases,
        pretrained: withWeights.map((name) => {
          const { builder } = catalogue.architecture(name) ?? { builder: '' };
          const [weights] = catalogue.weights(name);
          return { name, fileName: weights?.fileName, code: pretrainedCode(builder, weights?.name ?? '') };
        }),
      });
      const output = await runPython('torchvision_models.py', [], { input, timeout: 300_000, optimizers: true });
      const { models, pretrained } = output as { models: readonly Built[]; pretrained: readonly boolean[] };
      expect(pretrained).toEqual(withWeights.map(() => true));
      for (const [index, { name, numClasses, seed }] of cases.entries()) {
        const architecture = catalogue.architecture(name, numClasses === null ? {} : { numClasses });
        const built = models[index];
        if (architecture === null || built === undefined) {
          throw new Error(`no ${name}`);
        }
        expect(architecture.keys.map(({ key, shape, dtype, isBuffer }) => [key, shape, dtype, isBuffer])).toEqual(
          built.keys,
        );
        compareValues(architecture, built, seed);
      }
    },
    { exact: true, torchvision: true, timeout: 300_000 },
  );
});
