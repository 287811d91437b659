import { strict as assert } from 'node:assert';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type * as vscode from 'vscode';
import { closeAll, openFile, until } from './support/editor';
import {
  answering,
  clickNote,
  edit,
  epochOf,
  folders,
  panelOf,
  run,
  savedEpoch,
  setEpoch,
  untilDirty,
  untilDisk,
} from './support/edits';
import { fromCorpus } from './support/files';

for (const folder of folders) {
  describe(`edits in ${folder}, and a file that changes`, function () {
    // Each look by real torch waits for `import torch`.
    this.timeout(180_000);

    afterEach(async () => {
      await run('revert');
      await closeAll();
    });

    const train = (name: string): vscode.Uri => fromCorpus('torch-2.14.1/train.pt', `${folder}/${name}`);
    async function opened(name: string): Promise<vscode.Uri> {
      const uri = train(name);
      await openFile(uri);
      return uri;
    }

    it('overwrites a file that was replaced meanwhile only when told so', async () => {
      const uri = await opened('replaced.pt');
      await edit(uri, setEpoch(41));
      const other = fromCorpus('torch-2.14.1/sd.pt', `${folder}/other.tmp`);
      const bytes = readFileSync(other.fsPath);
      renameSync(other.fsPath, uri.fsPath);
      await untilDisk(uri, 'conflict');
      assert.equal(await epochOf(uri), '41');
      const asked = await answering(undefined, () => run('save'));
      assert.deepEqual(asked, ['replaced.pt has changed on disk. Overwrite it?']);
      assert.deepEqual(readFileSync(uri.fsPath), bytes);
      await untilDirty(true);
      await clickNote('Overwrite');
      await untilDirty(false);
      assert.equal((await savedEpoch(uri)) ?? '41', '41');
      await untilDisk(uri, 'same');
    });

    it('reloads the file that was put in its place when told so', async () => {
      const uri = await opened('reload.pt');
      await edit(uri, setEpoch(41));
      renameSync(fromCorpus('torch-2.14.1/sd.pt', `${folder}/other.tmp`).fsPath, uri.fsPath);
      await untilDisk(uri, 'conflict');
      await clickNote('Reload');
      await untilDirty(false);
      await until('the other file', async () => {
        const { state } = await panelOf(uri);
        return (state.phase === 'open' && state.checkpoint.kind === 'state-dict') || undefined;
      });
    });

    it('makes edits again on a file that was written over in place', async () => {
      const uri = await opened('rewritten.pt');
      await edit(uri, setEpoch(41));
      // As torch.save does it: the same file, cut to nothing and filled again.
      writeFileSync(uri.fsPath, readFileSync(train('newer.tmp').fsPath));
      await untilDisk(uri, 'conflict');
      await clickNote('Make Edits Again');
      await untilDisk(uri, 'reloaded');
      assert.equal(await epochOf(uri), '41');
      await untilDirty(true);
      await run('undo');
      assert.notEqual(await epochOf(uri), '41');
      await run('redo');
      await run('save');
      await untilDirty(false);
      assert.equal((await savedEpoch(uri)) ?? '41', '41');
    });

    it('does not offer to overwrite what was written over in place: the edits are made again, once asked', async () => {
      const uri = await opened('asked.pt');
      await edit(uri, setEpoch(41));
      const bytes = readFileSync(train('newer.tmp').fsPath);
      writeFileSync(uri.fsPath, bytes);
      await untilDisk(uri, 'conflict');
      const question = 'asked.pt was written over by another program. Make your edits on its new version?';
      assert.deepEqual(await answering(undefined, () => run('save')), [question]);
      await untilDirty(true);
      assert.deepEqual(await answering('Make Edits Again', () => run('save')), [question]);
      await untilDisk(uri, 'reloaded');
      assert.equal(await epochOf(uri), '41');
      assert.deepEqual(readFileSync(uri.fsPath), bytes);
      await untilDirty(true);
      await run('save');
      await untilDirty(false);
      assert.equal((await savedEpoch(uri)) ?? '41', '41');
    });

    it('writes a file anew that has been deleted', async () => {
      const uri = await opened('deleted.pt');
      await edit(uri, setEpoch(41));
      rmSync(uri.fsPath);
      await untilDisk(uri, 'gone');
      await run('save');
      await untilDirty(false);
      assert.equal((await savedEpoch(uri)) ?? '41', '41');
    });
  });
}
