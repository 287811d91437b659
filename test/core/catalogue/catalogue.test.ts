import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Architecture, ArchitectureKey } from '../../../src/core/catalogue/architecture';
import type { Catalogue } from '../../../src/core/catalogue/catalogue';
import { loadCatalogue } from '../../../src/core/catalogue/loadCatalogue';

let catalogue: Catalogue;
let all: readonly Architecture[];

beforeAll(async () => {
  catalogue = await loadCatalogue();
  all = catalogue.names().map(({ name }) => architecture(name));
});

function architecture(name: string, numClasses?: number): Architecture {
  const found = catalogue.architecture(name, numClasses === undefined ? {} : { numClasses });
  if (found === null) {
    throw new Error(`no ${name}`);
  }
  return found;
}

function parametersOf({ keys }: Architecture): number {
  return keys
    .filter(({ isBuffer }) => !isBuffer)
    .reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
}

describe('every architecture', () => {
  it('is one of the 121 that torchvision 0.28 registers', () => {
    expect(catalogue.version).toBe('0.28.0');
    expect(new Set(catalogue.names().map(({ name }) => name)).size).toBe(121);
    expect(catalogue.architecture('resnet19')).toBeNull();
  });

  it.each([
    // As torchvision's own documentation counts them.
    ['alexnet', 61_100_840],
    ['resnet50', 25_557_032],
    ['vgg16_bn', 138_365_992],
    ['densenet121', 7_978_856],
    ['inception_v3', 27_161_264],
    ['efficientnet_b7', 66_347_960],
    ['vit_b_16', 86_567_656],
    ['swin_v2_t', 28_351_570],
    ['regnet_y_128gf', 644_812_894],
    ['fasterrcnn_resnet50_fpn_v2', 43_712_278],
    ['r3d_18', 33_371_472],
    ['raft_large', 5_257_536],
  ])('has its parameters: %s', (name, count) => {
    expect(parametersOf(architecture(name))).toBe(count);
  });

  it('names each key once, and says how it begins', () => {
    for (const { name, keys, initialisation } of all) {
      const filled = new Map(initialisation.map(({ key, shape }) => [key, shape]));
      expect(new Set(keys.map(({ key }) => key)).size, name).toBe(keys.length);
      const begins = (key: ArchitectureKey): boolean => {
        const shape = filled.get(key.key);
        // What is computed alone is no parameter: nothing that a person would start afresh.
        return key.initial === null ? shape === undefined && key.isBuffer : shape?.join() === key.shape.join();
      };
      expect(
        keys.filter((key) => !begins(key)),
        name,
      ).toEqual([]);
      expect(
        keys.filter(({ initial, dtype }) => initial === 'drawn' && dtype !== 'float32'),
        name,
      ).toEqual([]);
    }
  });

  it('fills only tensors of its own, and those that it throws away again', () => {
    for (const { name, keys, initialisation } of all) {
      const own = new Set<string | null>([...keys.map(({ key }) => key), null]);
      expect(
        initialisation.filter(({ key }) => !own.has(key)).map(({ key }) => key),
        name,
      ).toEqual([]);
    }
    const backbone = architecture('fcn_resnet50').initialisation.filter(({ key }) => key === null);
    expect(backbone.map(({ shape }) => shape)).toEqual([[1000, 2048], [1000]]);
  });

  it('has every key in one block', () => {
    for (const { name, keys, blocks } of all) {
      const modules = blocks.flatMap((block) => block.modules);
      const holding = (key: string): number =>
        modules.filter((module) => key === module || key.startsWith(`${module}.`)).length;
      expect(
        keys.filter(({ key }) => holding(key) !== 1),
        name,
      ).toEqual([]);
    }
  });

  it('has weights, one set of them the default', () => {
    for (const { name, task } of all) {
      const weights = catalogue.weights(name);
      expect(weights.filter(({ isDefault }) => isDefault).length, name).toBe(1);
      for (const { url, fileName, hashPrefix, bytes } of weights) {
        expect(url).toMatch(/^https:\/\/download\.pytorch\.org\/models\/.*\.pth$/);
        expect(url.endsWith(`/${fileName}`)).toBe(true);
        // torch.hub sees none in names like resnet18_fbgemm_16fa66dd.pth.
        const expected = task === 'quantizedClassification' ? /^([0-9a-f]{8})?$/ : /^[0-9a-f]{8,}$/;
        expect(hashPrefix ?? '', fileName).toMatch(expected);
        expect(bytes).toBeGreaterThan(1e6);
      }
    }
    expect(catalogue.weights('resnet50').map(({ fileName }) => fileName)).toEqual([
      'resnet50-0676ba61.pth',
      'resnet50-11ad3fa6.pth',
    ]);
    expect(catalogue.weights('resnet19')).toEqual([]);
  });

  it('takes little room in the package', () => {
    const file = readFileSync(join(__dirname, '../../../src/core/catalogue/catalogue.json'));
    expect(file.length).toBeLessThan(400_000);
    expect(deflateRawSync(file).length).toBeLessThan(80_000);
  });
});

describe('the number of classes', () => {
  it('changes the head, and its draws with it', () => {
    const { keys, classifier, numClasses, initialisation } = architecture('efficientnet_b0', 7);
    expect(numClasses).toBe(7);
    expect(classifier).toEqual(['classifier.1.weight', 'classifier.1.bias']);
    expect(keys.filter(({ key }) => classifier.includes(key)).map(({ shape }) => shape)).toEqual([[7, 1280], [7]]);
    const weight = initialisation.filter(({ key }) => key === 'classifier.1.weight').at(-1);
    // torchvision draws it within ± 1 / √(number of classes).
    expect(weight?.draw).toEqual({ kind: 'uniform', low: -1 / Math.sqrt(7), high: 1 / Math.sqrt(7) });
  });

  it('counts four rows a class where boxes are predicted', () => {
    const { keys } = architecture('fasterrcnn_resnet50_fpn', 3);
    const shapes = new Map(keys.map(({ key, shape }) => [key, shape]));
    expect(shapes.get('roi_heads.box_predictor.cls_score.weight')).toEqual([3, 1024]);
    expect(shapes.get('roi_heads.box_predictor.bbox_pred.weight')).toEqual([12, 1024]);
  });

  it('means nothing to an architecture without classes', () => {
    expect(architecture('raft_small', 7)).toEqual(architecture('raft_small'));
    expect(architecture('raft_small').numClasses).toBeNull();
  });
});

describe('blocks', () => {
  const text = (name: string): string[] =>
    architecture(name).blocks.map(
      ({ modules, classes }) =>
        `${modules.join('+')}: ${classes.map(({ className, count }) => `${count} ${className}`).join(', ')}`,
    );

  it('are stages, in forward order', () => {
    expect(text('resnet50')).toEqual([
      'conv1+bn1: 1 Conv2d, 1 BatchNorm2d',
      'layer1: 3 Bottleneck',
      'layer2: 4 Bottleneck',
      'layer3: 6 Bottleneck',
      'layer4: 3 Bottleneck',
      'fc: 1 Linear',
    ]);
  });

  it('are layers where there are no stages', () => {
    expect(text('vgg11_bn')).toEqual([
      ...['0+1', '4+5', '8+9', '11+12', '15+16', '18+19', '22+23', '25+26'].map(
        (pair) => `${pair.replace(/(\d+)/g, 'features.$1')}: 1 Conv2d, 1 BatchNorm2d`,
      ),
      'classifier.0: 1 Linear',
      'classifier.3: 1 Linear',
      'classifier.6: 1 Linear',
    ]);
  });

  it('hold the parameters that stand beside modules', () => {
    expect(text('vit_b_32').slice(0, 2)).toEqual([
      'class_token+conv_proj+encoder.pos_embedding: 1 Conv2d',
      'encoder.layers.encoder_layer_0: 1 EncoderBlock',
    ]);
  });
});
