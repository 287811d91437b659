import { strict as assert } from 'node:assert';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { Catalogue } from '../../src/core/catalogue/catalogue';
import type { CatalogueData } from '../../src/core/catalogue/catalogueData';
import { keyOf } from '../../src/core/checkpoint/path';
import { run } from './support/editing';
import { notification } from './support/edits';
import { closeAll, settled, shown, until } from './support/editor';
import { fromTorch, inWorkspace } from './support/files';
import { workbench } from './support/page';
import { filter, pick } from './support/quickInput';
import { evaluated } from './support/torch';

const fileName = 'squeezenet1_1-b8a52dc0.pth';
const title = 'seed.S5 models.resnet101(weights=…)';

function catalogue(): Catalogue {
  const text = readFileSync(join(process.env['PTCKPT_ROOT'] ?? '', 'dist', 'catalogue.json'), 'utf8');
  return new Catalogue(JSON.parse(text) as CatalogueData);
}

function keysAndShapes(): [key: string, shape: readonly number[]][] {
  return (catalogue().architecture('squeezenet1_1')?.keys ?? []).map(({ key, shape }) => [key, shape]);
}

describe('Open Pretrained…', () => {
  const torchHome = process.env['TORCH_HOME'];

  beforeEach(() => {
    process.env['TORCH_HOME'] = inWorkspace('torch home');
  });

  afterEach(async () => {
    if (torchHome === undefined) {
      delete process.env['TORCH_HOME'];
    } else {
      process.env['TORCH_HOME'] = torchHome;
    }
    await closeAll();
  });

  /** Real torch writes weights of this name into the cache. */
  async function inCache(loaded: vscode.Uri): Promise<vscode.Uri> {
    const folder = inWorkspace('torch home/hub/checkpoints');
    mkdirSync(folder, { recursive: true });
    const path = join(folder, fileName);
    const tensors = `{key: torch.zeros(shape) for key, shape in ${JSON.stringify(keysAndShapes())}}`;
    await evaluated(loaded.fsPath, `torch.save(${tensors}, ${JSON.stringify(path)})`);
    return vscode.Uri.file(path);
  }

  it(`${title}: weights in torch's cache are opened, their hash is checked when asked for`, async function () {
    const uri = await inCache(fromTorch('net_params.pkl') ?? this.skip());
    const page = await workbench();
    await run('openPretrained');
    await pick(page, 'squeezenet1_1, classification · weights in torch’s cache');
    await pick(page, 'IMAGENET1K_V1, default · 1,000 classes · 4.73 MB · in torch’s cache');
    await pick(page, 'Open');
    const { checkpoint } = shown(await settled(uri));
    assert.equal(checkpoint.kind, 'state-dict');
    const found = checkpoint.entries.flatMap((entry) =>
      entry.kind === 'tensor' ? [[keyOf(entry.path), entry.shape]] : [],
    );
    assert.deepEqual(found, keysAndShapes());

    await run('openPretrained');
    await pick(page, 'squeezenet1_1');
    await pick(page, 'IMAGENET1K_V1');
    await pick(page, 'Check Hash');
    // Real weights have another hash than zeros.
    await notification(/squeezenet1_1-b8a52dc0\.pth is not what its name says: its SHA-256 should begin with b8a52dc0/);

    await run('openPretrained');
    await pick(page, `Which Weights Is ${fileName}?`);
    await notification(/squeezenet1_1-b8a52dc0\.pth is none of the weights that torchvision publishes/);
  });

  it(`${title}: of others the URL and the code are copied, and nothing is downloaded`, async () => {
    const page = await workbench();
    const choose = async (action: string): Promise<void> => {
      await run('openPretrained');
      await filter(page, 'resnet101');
      await pick(page, 'resnet101, classification');
      await pick(page, 'IMAGENET1K_V2, default');
      await pick(page, action);
    };
    await choose('Copy URL');
    await clipboardIs('https://download.pytorch.org/models/resnet101-cd907fc2.pth');
    await choose('Copy Python Code');
    await clipboardIs(
      [
        'from torchvision.models import ResNet101_Weights, resnet101',
        '',
        'weights = ResNet101_Weights.IMAGENET1K_V2',
        'model = resnet101(weights=weights)',
        'preprocess = weights.transforms()',
        '',
      ].join('\n'),
    );
  });
});

async function clipboardIs(expected: string): Promise<void> {
  await until(`the clipboard to be ${expected}`, async () =>
    (await vscode.env.clipboard.readText()) === expected ? true : undefined,
  );
}
