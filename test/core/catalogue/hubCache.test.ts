import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memorySource } from '../../../src/core/bytes/memorySource';
import { cachedFiles, hubCheckpoints, sha256Of } from '../../../src/core/catalogue/hubCache';
import { loadCatalogue } from '../../../src/core/catalogue/loadCatalogue';
import { pretrainedCode } from '../../../src/core/catalogue/pretrainedCode';
import { hashPrefixOf } from '../../../src/core/catalogue/weightsHash';
import { hashCheck, weightsTold } from '../../../src/wording/pretrained';
import { english } from '../../../src/wording/translate';
import { runPython, withTorch } from '../../support/torch';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hub-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const environments = [
  {},
  { TORCH_HOME: '/data/torch' },
  { TORCH_HOME: '~/torch', XDG_CACHE_HOME: '/cache' },
  { XDG_CACHE_HOME: '/cache' },
  { XDG_CACHE_HOME: '~/own' },
];

describe('the cache of torch.hub', () => {
  withTorch('is where torch looks for it', async () => {
    const input = JSON.stringify(environments.map((environment) => ({ HOME: '/home/ada', ...environment })));
    const folders = await runPython('hub_folders.py', [], { input });
    expect(environments.map((environment) => hubCheckpoints(environment, '/home/ada'))).toEqual(folders);
  });

  it('takes a variable that is set to nothing as not set', () => {
    expect(hubCheckpoints({ TORCH_HOME: '', XDG_CACHE_HOME: '' }, '/home/ada')).toBe(
      join('/home/ada', '.cache', 'torch', 'hub', 'checkpoints'),
    );
  });

  it('lists its files, none where there is no folder', async () => {
    writeFileSync(join(folder, 'resnet18-f37072fd.pth'), '');
    mkdirSync(join(folder, 'a_repository'));
    expect(await cachedFiles(folder)).toEqual(new Set(['resnet18-f37072fd.pth']));
    expect(await cachedFiles(join(folder, 'missing'))).toEqual(new Set());
  });
});

describe('the hash in a name', () => {
  it.each([
    ['resnet50-0676ba61.pth', '0676ba61'],
    ['vit_h_14_swag-80465313.pth', '80465313'],
    ['resnet50.pth', null],
    ['my-model.pth', null],
    ['my-.pth', null],
  ])('%s', (name, prefix) => {
    expect(hashPrefixOf(name)).toBe(prefix);
  });

  it('is compared with all bytes of the file', async () => {
    const bytes = new Uint8Array(9 * 1024 * 1024 + 5).map((_, index) => index * 7);
    const seen: number[] = [];
    const sha256 = await sha256Of(memorySource(bytes), {
      signal: new AbortController().signal,
      progress: (done, total) => seen.push(done / total),
    });
    expect(sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(seen.at(-1)).toBe(1);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    const none = { signal: new AbortController().signal, progress: () => undefined };
    expect(await sha256Of(memorySource(new Uint8Array()), none)).toMatch(/^e3b0c442/);
  });

  it('stops when it is told to', async () => {
    const controller = new AbortController();
    const hashing = sha256Of(memorySource(new Uint8Array(9 << 20)), {
      signal: controller.signal,
      progress: () => {
        controller.abort();
      },
    });
    await expect(hashing).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('tells two sets of weights of one architecture apart', async () => {
    const catalogue = await loadCatalogue();
    const [first, second] = catalogue.weights('resnet50');
    if (first === undefined || second === undefined) {
      throw new Error('no weights');
    }
    const check = (sha256: string) =>
      hashCheck({ weights: first, sha256, really: catalogue.weightsWithHash(sha256) }, english);
    expect(check('0676ba61ff')).toEqual({
      matches: true,
      text: 'resnet50-0676ba61.pth is ResNet50_Weights.IMAGENET1K_V1: its SHA-256 begins with 0676ba61, as its name says.',
    });
    expect(check('11ad3fa6ff')).toEqual({
      matches: false,
      text: 'resnet50-0676ba61.pth is not ResNet50_Weights.IMAGENET1K_V1 but ResNet50_Weights.IMAGENET1K_V2. Its SHA-256 is 11ad3fa6ff.',
    });
    expect(check('00000000').matches).toBe(false);
    expect(check('00000000').text).toMatch(/Download it again/);
    const told = { fileName: 'backbone.pth', sha256: '11ad3fa6ff', really: [second] };
    expect(weightsTold(told, english)).toMatch(/^backbone\.pth is ResNet50_Weights\.IMAGENET1K_V2/);
  });
});

describe('the Python for published weights', () => {
  it('is what torchvision documents', () => {
    expect(pretrainedCode('torchvision.models.detection.fcos_resnet50_fpn', 'FCOS_ResNet50_FPN_Weights.COCO_V1')).toBe(
      [
        'from torchvision.models.detection import FCOS_ResNet50_FPN_Weights, fcos_resnet50_fpn',
        '',
        'weights = FCOS_ResNet50_FPN_Weights.COCO_V1',
        'model = fcos_resnet50_fpn(weights=weights)',
        'preprocess = weights.transforms()',
        '',
      ].join('\n'),
    );
  });
});
