import { strict as assert } from 'node:assert';
import { copyFileSync, readFileSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import type * as vscode from 'vscode';
import { closeAll, openFile, shown, testApi, until } from './support/editor';
import { fromCorpus, inWorkspace } from './support/files';
import { activeWebview, workbench } from './support/page';
import { rowNamed, rowsOf, selectedRows } from './support/view';

async function diskOf(uri: vscode.Uri) {
  const { panels } = await testApi();
  return panels().find((panel) => panel.file === uri.path)?.disk;
}

/** The bar above the tree. */
async function note(text: RegExp): Promise<void> {
  await activeWebview(await workbench())
    .getByText(text)
    .first()
    .waitFor({ timeout: 15_000 });
}

describe('a file that changes on disk', () => {
  afterEach(closeAll);

  it('is reloaded when another has been put in its place, with a note, and keeps the view', async () => {
    const uri = fromCorpus('torch-2.14.1/sd.pt', 'last.ckpt');
    const panel = await openFile(uri);
    const before = shown(panel).tree.count;
    const page = await workbench();
    await rowsOf(page).first().click();
    const replacement = fromCorpus('torch-2.14.1/train.pt', 'last.ckpt.tmp');
    renameSync(replacement.fsPath, uri.fsPath);
    await note(/changed on disk/);
    const { active } = await testApi();
    const after = active();
    assert.ok(after);
    assert.notEqual(shown(after).tree.count, before);
    await rowNamed(page, 'epoch').waitFor();
  });

  it('is left alone while something writes to it, and says so', async () => {
    const uri = fromCorpus('torch-2.14.1/train.pt', 'writing.ckpt');
    const panel = await openFile(uri);
    const state = shown(panel);
    const whole = readFileSync(uri.fsPath);
    writeFileSync(uri.fsPath, whole.subarray(0, 1000));
    await note(/is being written\. Showing the state of/);
    assert.equal(await diskOf(uri), 'changing');
    // A zip without its directory is no version: the old one stays.
    await until('the half file to be looked at', async () => (await diskOf(uri)) === 'incomplete' || undefined);
    const { active } = await testApi();
    assert.equal(active()?.state, state);
    await note(/is not complete\. Showing the state of/);
    writeFileSync(uri.fsPath, whole);
    await until('the whole file', async () => (await diskOf(uri)) === 'reloaded' || undefined);
  });

  it('is not replaced by a half of itself, even where that half can be read', async () => {
    const uri = fromCorpus('torch-2.14.1/train.pt', 'half.ckpt');
    const state = shown(await openFile(uri));
    truncateSync(uri.fsPath, Math.floor(readFileSync(uri.fsPath).length / 2));
    await until('the half file to be looked at', async () => (await diskOf(uri)) === 'incomplete' || undefined);
    const { active } = await testApi();
    assert.equal(active()?.state, state);
  });

  it('stays open when it is deleted, and is reloaded when it is back', async () => {
    const uri = fromCorpus('torch-2.14.1/sd.pt', 'moving.pt');
    await openFile(uri);
    renameSync(uri.fsPath, inWorkspace('moved.pt'));
    await note(/moved or deleted/);
    await rowsOf(await workbench())
      .first()
      .waitFor();
    copyFileSync(inWorkspace('moved.pt'), uri.fsPath);
    await until('the file to be back', async () => (await diskOf(uri)) === 'reloaded' || undefined);
  });

  it('opens by itself once a broken one has become whole', async () => {
    const whole = readFileSync(fromCorpus('torch-2.14.1/sd.pt', 'whole.pt').fsPath);
    const uri = fromCorpus('torch-2.14.1/sd.pt', 'pulled.pt');
    truncateSync(uri.fsPath, 0);
    const panel = await openFile(uri);
    assert.equal(panel.state.phase, 'broken');
    writeFileSync(uri.fsPath, whole);
    const { active } = await testApi();
    await until('the tree', () => active()?.state.phase === 'open' || undefined);
    await rowsOf(await workbench())
      .first()
      .waitFor();
  });

  it('keeps the selection by key when only its time has changed', async () => {
    const uri = fromCorpus('torch-2.14.1/train.pt', 'touched.pt');
    await openFile(uri);
    const page = await workbench();
    await rowNamed(page, 'epoch').click();
    const time = new Date(Date.now() + 60_000);
    utimesSync(uri.fsPath, time, time);
    await note(/changed on disk/);
    await until('the row to be selected still', async () => {
      const text = await selectedRows(page).first().textContent();
      return text?.includes('epoch') || undefined;
    });
    rmSync(uri.fsPath);
  });
});
