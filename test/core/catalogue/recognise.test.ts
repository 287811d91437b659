import { beforeAll, describe, expect, it } from 'vitest';
import type { FileKey } from '../../../src/core/catalogue/branches';
import type { Catalogue } from '../../../src/core/catalogue/catalogue';
import { loadCatalogue } from '../../../src/core/catalogue/loadCatalogue';

let catalogue: Catalogue;

beforeAll(async () => {
  catalogue = await loadCatalogue();
});

function keysOf(name: string, numClasses?: number): FileKey[] {
  const found = catalogue.architecture(name, numClasses === undefined ? {} : { numClasses });
  return (found?.keys ?? []).map(({ key, shape }) => ({ key, shape }));
}

function prefixed(prefix: string, keys: readonly FileKey[]): FileKey[] {
  return keys.map(({ key, shape }) => ({ key: prefix + key, shape }));
}

/** Recognised as what, as a text that fits on a line. */
function recognised(keys: readonly FileKey[]): string {
  const found = catalogue.recognise(keys);
  if (found === null) {
    return 'nothing';
  }
  const { name, prefix, matched, total, numClasses, headReplaced } = found;
  return `${name} at "${prefix}" ${matched}/${total}, ${numClasses ?? 'no'} classes${headReplaced ? ', other head' : ''}`;
}

describe('recognising', () => {
  it('knows all of them, whatever stands before the keys and however many classes there are', () => {
    for (const { name, task } of catalogue.names()) {
      const classes = task === 'opticalFlow' ? null : 5;
      const found = catalogue.recognise(prefixed('model.module.', keysOf(name, 5)));
      // Keys and shapes alone do not tell these apart.
      expect([found?.name, ...(found?.alternatives ?? [])]).toContain(name);
      expect(found).toMatchObject({ prefix: 'model.module.', numClasses: classes, headReplaced: false });
      expect(found?.matched).toBe(found?.total);
    }
  });

  it('takes the plain one of a pair', () => {
    expect(catalogue.recognise(keysOf('quantized_resnet50'))).toMatchObject({
      name: 'resnet50',
      alternatives: ['quantized_resnet50'],
    });
  });

  it('does without the counters of BatchNorm, which detection models with weights lack', () => {
    const keys = keysOf('fasterrcnn_resnet50_fpn').filter(({ key }) => !key.endsWith('num_batches_tracked'));
    expect(recognised(keys)).toBe('fasterrcnn_resnet50_fpn at "" 295/295, 91 classes');
  });

  it('knows a network without its head, or with another', () => {
    const body = keysOf('resnet50').filter(({ key }) => !key.startsWith('fc.'));
    expect(recognised(body)).toBe('resnet50 at "" 265/267, no classes, other head');
    const other = [
      { key: 'fc.0.weight', shape: [256, 2048] },
      { key: 'fc.0.bias', shape: [256] },
      { key: 'fc.3.weight', shape: [2, 256] },
    ];
    expect(recognised([...body, ...other])).toBe('resnet50 at "" 265/267, no classes, other head');
    const vgg = keysOf('vgg16').filter(({ key }) => key.startsWith('features.'));
    expect(recognised([...vgg, { key: 'classifier.weight', shape: [2, 25088] }])).toBe(
      'vgg16 at "" 26/32, no classes, other head',
    );
  });

  it('knows a backbone inside a larger model', () => {
    const body = keysOf('resnet18').filter(({ key }) => !key.startsWith('fc.'));
    const keys = [...prefixed('net.backbone.', body), { key: 'net.neck.weight', shape: [64, 512] }];
    expect(recognised(keys)).toBe('resnet18 at "net.backbone." 100/102, no classes, other head');
    expect(recognised(keysOf('fcn_resnet50'))).toBe('fcn_resnet50 at "" 272/272, 21 classes');
    // Published weights have the classifier that only training uses.
    const auxiliary = [
      { key: 'aux_classifier.0.weight', shape: [256, 1024, 3, 3] },
      { key: 'aux_classifier.4.weight', shape: [21, 256, 1, 1] },
    ];
    expect(recognised([...keysOf('fcn_resnet50'), ...auxiliary])).toBe('fcn_resnet50 at "" 272/272, 21 classes');
  });

  it('knows one whose first convolution was replaced', () => {
    const keys = keysOf('resnet18', 10).map((key) =>
      key.key === 'conv1.weight' ? { ...key, shape: [64, 1, 7, 7] } : key,
    );
    expect(recognised(keys)).toBe('resnet18 at "" 101/102, 10 classes');
  });

  it('knows the names of older files', () => {
    const old = keysOf('densenet121').map(({ key, shape }) => ({
      key: key.replace(/(denselayer\d+\.(?:norm|conv))([12])/, '$1.$2'),
      shape,
    }));
    const found = catalogue.recognise(old);
    expect(found).toMatchObject({ name: 'densenet121', matched: 606, total: 606 });
    expect(found?.renamed[0]).toEqual({
      from: 'features.denseblock1.denselayer1.norm.1.weight',
      to: 'features.denseblock1.denselayer1.norm1.weight',
    });
    const vit = keysOf('vit_b_16').map(({ key, shape }) => ({
      key: key.replace('.mlp.0.', '.mlp.linear_1.').replace('.mlp.3.', '.mlp.linear_2.'),
      shape,
    }));
    expect(catalogue.recognise(vit)).toMatchObject({ name: 'vit_b_16', matched: 152, total: 152 });
  });

  it('is not mistaken in what only looks like one', () => {
    const keys = keysOf('resnet50');
    const block = keys.filter(({ key }) => key.startsWith('layer3.5.'));
    const deeper = [...keys, ...block.map(({ key, shape }) => ({ key: key.replace('3.5.', '3.6.'), shape }))];
    expect(recognised(deeper)).toBe('nothing');
    expect(recognised(keys.filter(({ key }) => !key.startsWith('layer3.5.')))).toBe('nothing');
    const wider = keys.map(({ key, shape }) => ({ key, shape: shape?.map((size) => size + 1) ?? null }));
    expect(recognised(wider)).toBe('nothing');
    expect(recognised([{ key: 'fc.weight', shape: [10, 20] }])).toBe('nothing');
    expect(recognised([])).toBe('nothing');
  });

  it('looks at what is no tensor, and at a file of any size, without harm', () => {
    const keys = [...keysOf('resnet18'), { key: 'layer1', shape: null }, { key: 'conv1', shape: null }];
    expect(recognised(keys)).toBe('resnet18 at "" 102/102, 1000 classes');
    const many = Array.from({ length: 100_000 }, (_, index) => ({ key: `a.b${index}.weight`, shape: [1] }));
    expect(recognised(many)).toBe('nothing');
  });
});
