import { describe, expect, test } from 'vitest';
import { loadCatalogue } from '../../../src/core/catalogue/loadCatalogue';
import { match, type MatchResult, type Source } from '../../../src/core/match/match';
import { propose } from '../../../src/core/match/propose';
import { architectureTarget } from '../../../src/core/match/targets';
import { source, type Named } from './support';

/** The file that an older torchvision wrote of an architecture, matched against today's. */
async function matched(
  name: string,
  older: readonly (readonly [now: RegExp, old: string])[],
  versions: Source['versions'] = null,
): Promise<{ readonly result: MatchResult; readonly file: Source; readonly renamed: number }> {
  const architecture = (await loadCatalogue()).architecture(name);
  if (architecture === null) {
    throw new Error(name);
  }
  let renamed = 0;
  const keys = architecture.keys.map(({ key, shape }): Named => {
    const old = older.reduce((text, rule) => text.replace(...rule), key);
    renamed += old === key ? 0 : 1;
    return [old, ...shape];
  });
  const file = source(keys, versions);
  return { result: match(file, architectureTarget(architecture)), file, renamed };
}

const whole = { coverage: 1, missing: [], unexpected: [], mismatched: [] };
const mlp = [
  [/mlp\.0\./, 'mlp.linear_1.'],
  [/mlp\.3\./, 'mlp.linear_2.'],
] as const;

describe('names that a model of torchvision takes while loading', () => {
  test.each([
    ['vit_b_16', mlp, 48],
    [
      'fasterrcnn_resnet50_fpn',
      [
        [/(rpn\.head\.conv)\.0\.0\./, '$1.'],
        [/((?:inner|layer)_blocks\.\d)\.0\./, '$1.'],
      ],
      18,
    ],
    [
      'maskrcnn_resnet50_fpn',
      [
        [/mask_head\.0\.0\./, 'mask_head.mask_fcn1.'],
        [/mask_head\.3\.0\./, 'mask_head.mask_fcn4.'],
      ],
      4,
    ],
    [
      'retinanet_resnet50_fpn',
      [
        [/(_head\.conv)\.1\.0\./, '$1.2.'],
        [/(_head\.conv)\.3\.0\./, '$1.6.'],
      ],
      8,
    ],
  ] as const)('%s', async (name, older, count) => {
    const { result, renamed } = await matched(name, older);
    expect(renamed).toBe(count);
    expect(result).toMatchObject(whole);
  });

  test('only where the file is as old as the names', async () => {
    const module = 'encoder.layers.encoder_layer_0.mlp';
    const old = await matched('vit_b_16', mlp, new Map([[module, 1]]));
    expect(old.result).toMatchObject(whole);
    const { result } = await matched('vit_b_16', mlp, new Map([[module, 2]]));
    expect(result.missing.map(({ key }) => key)).toEqual(
      ['0.weight', '0.bias', '3.weight', '3.bias'].map((key) => `${module}.${key}`),
    );
    expect(result.unexpected).toHaveLength(4);
  });

  test('densenet renames in its download alone: proposed, not taken', async () => {
    const { result, file, renamed } = await matched('densenet121', [
      [/(denselayer\d+\.(?:norm|conv))([12]\.)(?!num)/, '$1.$2'],
    ]);
    expect(result.missing).toHaveLength(renamed);
    const proposals = propose(file, result.target);
    expect(proposals).toMatchObject([{ confidence: 'likely', reason: { code: 'library-names', family: 'densenet' } }]);
    const renames = proposals.flatMap((proposal) => proposal.renames);
    expect(match(file, result.target, renames)).toMatchObject(whole);
  });
});
