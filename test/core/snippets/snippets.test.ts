import { describe, expect, test } from 'vitest';
import { memorySource } from '../../../src/core/bytes/memorySource';
import { openCheckpoint } from '../../../src/core/checkpoint/open';
import { SnippetError } from '../../../src/core/snippets/kinds';
import { factoryModelCode, knownModelCode } from '../../../src/core/snippets/modelCode';
import { layOut } from '../../../src/core/snippets/layout';
import { snippet, snippetKinds } from '../../../src/core/snippets/snippets';
import { call, dict, int, pickleBytes, proto, stop, text } from '../../support/pickleBytes';
import { checkpointEntries, storedZip } from '../../support/storedZip';

const open = (...opcodes: readonly string[]) =>
  openCheckpoint(memorySource(storedZip(checkpointEntries(pickleBytes(proto(2), ...opcodes, stop)))));

describe('a file that no code is offered for', () => {
  test('names what could run programs', async () => {
    const checkpoint = await open(dict(['x', call('os', 'system', text('id'))]));
    const choices = snippetKinds(checkpoint);
    expect(new Set(choices.map(({ unavailable }) => unavailable?.code))).toEqual(new Set(['dangerous']));
    expect(choices[0]?.unavailable).toMatchObject({ names: ['os.system'] });
    expect(() => snippet(checkpoint, 'weights-only', { fileName: 'x.pt' })).toThrow(SnippetError);
  });

  test('holds no state dict: loading it is all there is', async () => {
    const checkpoint = await open(dict(['epoch', int(1)]));
    const available = snippetKinds(checkpoint).filter(({ unavailable }) => unavailable === null);
    expect(available.map(({ kind }) => kind)).toEqual([
      'map-location-string',
      'map-location-device',
      'map-location-lambda',
      'map-location-none',
      'weights-only',
    ]);
  });
});

test('a device that no lambda leads to, and none that .cuda() moves to', async () => {
  const checkpoint = await open(dict(['epoch', int(1)]));
  const why = new Map(snippetKinds(checkpoint, { device: 'mps' }).map(({ kind, unavailable }) => [kind, unavailable]));
  expect(why.get('map-location-lambda')).toEqual({ code: 'no-lambda', device: 'mps' });
  expect(why.get('cuda')).toEqual({ code: 'not-cuda', device: 'mps' });
});

describe('the model', () => {
  test.each([
    ['package.module:Net', 'from package.module import Net', 'Net()'],
    ['package.module:Net(num_classes=120)', 'from package.module import Net', 'Net(num_classes=120)'],
    [' net:make_model ', 'from net import make_model', 'make_model()'],
  ])('of a factory: %s', (factory, line, expression) => {
    expect(factoryModelCode(factory)).toEqual({ imports: [line], expression, isPlaceholder: false });
  });

  test.each(['', 'Net', 'a.b:', ':Net', 'a:Net; import os', 'a b:Net', 'a:Net(1)\nimport os'])(
    'of none: %j',
    (text) => {
      expect(factoryModelCode(text)).toBeNull();
    },
  );

  test('of torchvision is built as the file has it, and downloads nothing', () => {
    const code = (builder: string, hasBackbone: boolean, ...keys: string[]): string =>
      layOut(knownModelCode({ builder, hasBackbone, numClasses: 21 }, keys).expression);
    expect(code('torchvision.models.resnet18', false)).toBe('resnet18(num_classes=21)');
    expect(code('torchvision.models.segmentation.fcn_resnet50', true, 'aux_classifier.0.weight')).toBe(
      'fcn_resnet50(num_classes=21, weights_backbone=None, aux_loss=True)',
    );
    expect(code('torchvision.models.googlenet', false)).toBe(
      'googlenet(num_classes=21, aux_logits=False, init_weights=True)',
    );
    expect(code('torchvision.models.googlenet', false, 'aux1.conv.conv.weight')).toBe(
      'googlenet(num_classes=21, init_weights=True)',
    );
  });
});
