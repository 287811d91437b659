import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { anyViewType, checkpointViewType, closeAll, openFile, settled, shown } from './support/editor';
import { fromCorpus, fromTorch } from './support/files';
import { activeWebview, workbench } from './support/page';
import { goTo, paneOf, rowNamed, rowsOf, selectedRows, treeOf } from './support/view';

/** One file of each container, and what it is. */
const kinds: readonly (readonly [corpus: string, container: string, kind: string])[] = [
  ['torch-2.14.1/train.pt', 'zip', 'training-checkpoint'],
  ['torch-2.14.1/sd.pt', 'zip', 'state-dict'],
  ['torch-1.7.1/legacy.pt', 'legacy', 'state-dict'],
  ['torch-1.13.1/script.pt', 'torchscript', 'module'],
  ['torch-1.13.1/lite.ptl', 'mobile', 'module'],
  ['torch-1.13.1/lightning.ckpt', 'zip', 'lightning'],
  ['torch-1.13.1/net.pt', 'zip', 'module'],
  ['torch-1.13.1/plain_p4.pkl', 'pickle', 'other'],
];

describe('opening', () => {
  afterEach(closeAll);

  for (const [corpus, container, kind] of kinds) {
    it(`${corpus}: ${container}, ${kind}`, async () => {
      const uri = fromCorpus(corpus);
      await vscode.commands.executeCommand('vscode.open', uri);
      const { checkpoint } = shown(await settled(uri));
      assert.equal(checkpoint.container.kind, container);
      assert.equal(checkpoint.kind, kind);
      assert.ok(checkpoint.summary.tensors > 0);
      await rowsOf(await workbench())
        .first()
        .waitFor();
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      assert.ok(input instanceof vscode.TabInputCustom);
      assert.equal(input.viewType, checkpointViewType);
    });
  }

  for (const corpus of ['torch-2.14.1/x.safetensors', 'torch-2.14.1/a.npz']) {
    it(`${corpus} in the editor for any file`, async () => {
      const { checkpoint } = shown(await openFile(fromCorpus(corpus), anyViewType));
      assert.ok(checkpoint.summary.tensors > 0);
      await rowsOf(await workbench())
        .first()
        .waitFor();
    });
  }

  it('says in its first line what the file is', async () => {
    await openFile(fromCorpus('torch-2.14.1/train.pt'));
    const page = await workbench();
    await rowsOf(page).first().waitFor();
    const line = await activeWebview(page).locator('body').innerText();
    assert.match(line, /Training checkpoint[\s\S]*ZIP[\s\S]*\d+ tensors[\s\S]*parameters/);
  });

  it('shows shape, dtype and device of a tensor, and the value of what is none', async function () {
    await openFile(fromTorch('train.ckpt') ?? this.skip());
    const page = await workbench();
    const group = await rowNamed(page, 'model_state_dict').innerText();
    assert.match(group, /9 tensors\s+float32 \+1/);
    await goTo(page, 'fc.weight');
    assert.match(await selectedRows(page).first().innerText(), /\[2,\s?8\]\s+float32[\s\S]*64 B/);
    await paneOf(page).getByText('cuda:1').first().waitFor();
    await goTo(page, 'epoch');
    assert.match(await selectedRows(page).first().innerText(), /17\s+int/);
  });

  it('opens a path and keys in Chinese, and takes no key for HTML', async function () {
    const { tree } = shown(await openFile(fromTorch('模型 测试/最佳 权重.pkl') ?? this.skip()));
    assert.ok(tree.count >= 3);
    const page = await workbench();
    await rowsOf(page).first().waitFor();
    const text = await treeOf(page).innerText();
    assert.match(text, /编码器/);
    assert.match(text, /<b>头<\/b>/);
    assert.equal(await treeOf(page).locator('b').count(), 0);
  });
});
