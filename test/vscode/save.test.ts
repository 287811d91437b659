import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { chmodSync, linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { RowChange } from '../../src/core/tree/treeColumns';
import { closeAll, openFile, shown, testApi, until } from './support/editor';
import {
  answering,
  besides,
  clickNote,
  configure,
  edit,
  epochOf,
  folders,
  isDirty,
  notification,
  panelOf,
  pathIn,
  run,
  savedEpoch,
  setEpoch,
  untilDirty,
} from './support/edits';
import { fromCorpus } from './support/files';
import { activeWebview, workbench } from './support/page';
import { rowNamed } from './support/view';
import { loadedByTorch } from './support/torch';

/** Forbids writing to a folder, to root too where the file system has a flag for it. @returns what takes it back. */
function lock(path: string): () => void {
  const flagged = process.getuid?.() === 0 && spawnSync('chattr', ['+i', path]).status === 0;
  if (!flagged) {
    chmodSync(path, 0o555);
  }
  return () => {
    if (flagged) {
      spawnSync('chattr', ['-i', path]);
    } else {
      chmodSync(path, 0o755);
    }
  };
}

function isWritable(path: string): boolean {
  const probe = join(path, 'probe');
  try {
    writeFileSync(probe, '');
    rmSync(probe);
    return true;
  } catch {
    return false;
  }
}

for (const folder of folders) {
  describe(`saving in ${folder}`, function () {
    // Each look by real torch waits for `import torch`.
    this.timeout(180_000);

    afterEach(async () => {
      await run('revert');
      await closeAll();
      await vscode.commands.executeCommand('notifications.clearAll');
    });
    after(async () => {
      const any = vscode.Uri.file(pathIn(folder, 'any'));
      await until('everything to go that saving put beside the files', () => besides(any).length === 0 || undefined);
    });

    const train = (name: string): vscode.Uri => fromCorpus('torch-2.14.1/train.pt', `${folder}/${name}`);
    async function opened(name: string): Promise<vscode.Uri> {
      const uri = train(name);
      await openFile(uri);
      return uri;
    }

    it('shows the dot on an edit, takes it back with Ctrl+Z and redoes it with Ctrl+Y', async () => {
      const uri = await opened('dot.pt');
      const before = await epochOf(uri);
      assert.equal(isDirty(), false);
      await edit(uri, setEpoch(41), setEpoch(42));
      await untilDirty(true);
      assert.equal(await epochOf(uri), '42');
      const { changes } = shown(await panelOf(uri)).tree;
      const modified: number = RowChange.Modified;
      assert.equal(changes?.change.filter((change) => change === modified).length, 1);
      await run('undo', 2);
      await untilDirty(false);
      assert.equal(await epochOf(uri), before);
      await run('redo');
      assert.equal(await epochOf(uri), '41');
      await untilDirty(true);
      await (await panelOf(uri)).document.goTo(0);
      assert.equal(await epochOf(uri), before);
      await untilDirty(false);
    });

    it('saves what torch reads, undoes past the save, and leaves nothing beside the file', async () => {
      const uri = await opened('saved.pt');
      const before = await loadedByTorch(uri.fsPath);
      await edit(uri, setEpoch(41), { kind: 'remove', selection: { paths: [['optimizer']] } });
      await untilDirty(true);
      await run('save');
      await untilDirty(false);
      const saved = await loadedByTorch(uri.fsPath);
      if (before !== undefined) {
        const kept = Object.entries(before).filter(([key]) => !key.startsWith('optimizer.'));
        assert.deepEqual(saved, { ...Object.fromEntries(kept), epoch: '41' });
      }
      assert.equal(shown(await panelOf(uri)).tree.changes, null);
      assert.equal(besides(uri).filter((name) => name.startsWith('.saved.pt.')).length, 1);
      await run('undo', 2);
      await untilDirty(true);
      await run('save');
      await untilDirty(false);
      assert.deepEqual(await loadedByTorch(uri.fsPath), before);
      await closeAll();
      await until('the kept file to go', () => besides(uri).length === 0 || undefined);
    });

    it('is dirty after an edit that was made during the save', async () => {
      const uri = await opened('during.pt');
      const { document } = await panelOf(uri);
      const begin = document.beginWriting.bind(document);
      document.beginWriting = () => {
        begin();
        document.beginWriting = begin;
        document.apply(setEpoch(42));
      };
      await edit(uri, setEpoch(41));
      await run('save');
      assert.equal((await savedEpoch(uri)) ?? '41', '41');
      assert.equal(await epochOf(uri), '42');
      await untilDirty(true);
      await run('save');
      await untilDirty(false);
      assert.equal((await savedEpoch(uri)) ?? '42', '42');
    });

    it('is dirty after as many new edits as were undone since the save, and nothing of them is lost', async () => {
      const uri = await opened('count.pt');
      await edit(uri, setEpoch(1), setEpoch(2), setEpoch(3));
      await run('save');
      await untilDirty(false);
      await run('undo', 3);
      await edit(uri, setEpoch(4), setEpoch(5), setEpoch(6));
      await untilDirty(true);
      // Later messages of VS Code do not change that.
      await new Promise((resolve) => setTimeout(resolve, 500));
      assert.equal(isDirty(), true);
      await run('save');
      await untilDirty(false);
      assert.equal((await savedEpoch(uri)) ?? '6', '6');
    });

    it('takes back what came after the save on revert, and a late undo does nothing more', async () => {
      const uri = await opened('revert.pt');
      await edit(uri, setEpoch(41));
      await run('save');
      await edit(uri, setEpoch(42), setEpoch(43));
      await untilDirty(true);
      await run('revert');
      await untilDirty(false);
      await until('the saved state', async () => ((await epochOf(uri)) === '41' ? true : undefined));
      await run('undo');
      await until('the state before it', async () => ((await epochOf(uri)) !== '41' ? true : undefined));
      await untilDirty(true);
    });

    it('opens what Save As has written, says that undo begins there, and leaves the old file as it was', async () => {
      const uri = await opened('first.pt');
      const bytes = readFileSync(uri.fsPath);
      await edit(uri, setEpoch(41));
      const target = vscode.Uri.file(pathIn(folder, 'second.pt'));
      await saveAs(target);
      await until('the new file', async () => (await testApi()).active()?.file === target.path || undefined);
      await until('it to be read', async () => (await panelOf(target)).state.phase === 'open' || undefined);
      await activeWebview(await workbench())
        .getByText(/This is the new file/)
        .waitFor();
      assert.equal(await epochOf(target), '41');
      assert.equal((await panelOf(target)).document.history?.all.length, 1);
      assert.equal((await savedEpoch(target)) ?? '41', '41');
      assert.deepEqual(readFileSync(uri.fsPath), bytes);
    });

    it('copies the bytes of what cannot be edited', async () => {
      const uri = fromCorpus('torch-2.14.1/script.pt', `${folder}/script.pt`);
      const panel = await openFile(uri);
      assert.notEqual(panel.document.readOnly, null);
      const target = vscode.Uri.file(pathIn(folder, 'script copy.pt'));
      await saveAs(target);
      await until('the copy', async () => (await testApi()).active()?.file === target.path || undefined);
      assert.deepEqual(readFileSync(target.fsPath), readFileSync(uri.fsPath));
    });

    it('does not write to a file with further names, and says so', async () => {
      const uri = await opened('linked.pt');
      linkSync(uri.fsPath, pathIn(folder, 'further.pt'));
      const bytes = readFileSync(uri.fsPath);
      await edit(uri, setEpoch(41));
      await run('save');
      await notification(/linked\.pt was not saved\. Further hard links lead to this file/);
      assert.equal(isDirty(), true);
      assert.deepEqual(readFileSync(uri.fsPath), bytes);
    });

    it('says that a folder cannot be written, and keeps the edit', async function () {
      const uri = train('locked/locked.pt');
      await openFile(uri);
      await edit(uri, setEpoch(41));
      const unlock = lock(pathIn(folder, 'locked'));
      try {
        if (isWritable(pathIn(folder, 'locked'))) {
          // Nothing is forbidden to root here: test/core/write does it with a file system that refuses.
          this.skip();
        }
        await run('save');
        await notification(/locked\.pt was not saved\. You have no permission/);
        assert.equal(isDirty(), true);
      } finally {
        unlock();
      }
    });

    it('appends in append mode, save after save, and undoes past them', async () => {
      await configure('checkpointEditor.save.mode', 'append');
      try {
        const uri = await opened('appended.pt');
        const before = readFileSync(uri.fsPath);
        const first = await loadedByTorch(uri.fsPath);
        for (const epoch of [41, 1234567890123, 2]) {
          await edit(uri, setEpoch(epoch));
          await run('save');
          await untilDirty(false);
          assert.equal((await savedEpoch(uri)) ?? String(epoch), String(epoch));
        }
        assert.deepEqual(readFileSync(uri.fsPath).subarray(0, before.length), before);
        assert.deepEqual(besides(uri), []);
        await run('undo', 3);
        await run('save');
        await untilDirty(false);
        assert.deepEqual(await loadedByTorch(uri.fsPath), first);
      } finally {
        await configure('checkpointEditor.save.mode', undefined);
      }
    });

    it('keeps nothing where that is switched off, and undo ends at the save', async () => {
      await configure('checkpointEditor.save.keepPrevious', false);
      try {
        const uri = await opened('unkept.pt');
        await edit(uri, setEpoch(41));
        await run('save');
        await untilDirty(false);
        assert.deepEqual(besides(uri), []);
        assert.equal((await panelOf(uri)).document.history?.all.length, 1);
        await run('undo');
        assert.equal(await epochOf(uri), '41');
        await edit(uri, setEpoch(42));
        await run('save');
        await untilDirty(false);
        assert.equal((await savedEpoch(uri)) ?? '42', '42');
      } finally {
        await configure('checkpointEditor.save.keepPrevious', undefined);
      }
    });

    it('asks before a plain pickle becomes a ZIP', async () => {
      const uri = fromCorpus('torch-2.14.1/plain_p2.pkl', `${folder}/plain.pkl`);
      const bytes = readFileSync(uri.fsPath);
      await openFile(uri);
      await edit(uri, { kind: 'wrap', key: 'model' });
      const question = 'Save plain.pkl as a ZIP checkpoint?';
      assert.deepEqual(await answering(undefined, () => run('save')), [question]);
      assert.deepEqual(readFileSync(uri.fsPath), bytes);
      await untilDirty(true);
      assert.deepEqual(await answering('Save as ZIP', () => run('save')), [question]);
      await untilDirty(false);
      assert.equal(readFileSync(uri.fsPath, 'latin1').slice(0, 2), 'PK');
      await loadedByTorch(uri.fsPath);
    });

    it('says once what Auto Save costs, merges saves, and turns it off for the workspace', async () => {
      await configure('files.autoSave', 'afterDelay');
      await configure('files.autoSaveDelay', 50);
      try {
        const uri = await opened('auto.pt');
        const { document } = await panelOf(uri);
        let writes = 0;
        const begin = document.beginWriting.bind(document);
        document.beginWriting = () => {
          writes++;
          begin();
        };
        for (const epoch of [41, 42, 43, 44, 45]) {
          await edit(uri, setEpoch(epoch));
          await new Promise((resolve) => setTimeout(resolve, 300));
        }
        await untilDirty(false);
        assert.equal((await savedEpoch(uri)) ?? '45', '45');
        assert.ok(writes >= 1 && writes <= 3, `${writes} writes of 5 edits`);
        await activeWebview(await workbench())
          .getByText(/Auto Save is on: each edit writes this file anew/)
          .waitFor();
        await clickNote('Turn Off in This Workspace');
        const files = vscode.workspace.getConfiguration('files');
        await until('the setting', () => files.inspect('autoSave')?.workspaceValue === 'off' || undefined);
      } finally {
        const files = vscode.workspace.getConfiguration('files');
        await files.update('autoSave', undefined, vscode.ConfigurationTarget.Workspace);
        await configure('files.autoSave', 'off');
        await configure('files.autoSaveDelay', undefined);
      }
    });

    it('shows an edit in every panel of the file', async () => {
      const uri = await opened('panels.pt');
      await vscode.commands.executeCommand('workbench.action.splitEditorRight');
      const { panels } = await testApi();
      const both = await until('the second panel', () => {
        const shownHere = panels().filter(({ file, ready }) => file === uri.path && ready);
        return shownHere.length === 2 ? shownHere : undefined;
      });
      assert.equal(new Set(both.map(({ document }) => document)).size, 1);
      await edit(uri, setEpoch(4711));
      const page = await workbench();
      await rowNamed(page, 'epoch').getByText('4711').waitFor();
      await vscode.commands.executeCommand('workbench.action.focusFirstEditorGroup');
      await until('both panels', () => panels().every(({ state }) => state === both[0]?.document.state) || undefined);
      await run('save');
      await untilDirty(false);
    });

    it('deletes what a killed save has left, when the file is opened', async () => {
      const uri = train('littered.pt');
      // By the naming of src/core/write/companions.ts, of a process of this machine that is gone.
      const { reserveCompanion, releaseCompanion } = await import('../../src/core/write/companions');
      const own = reserveCompanion(uri.fsPath, 'saving');
      releaseCompanion(own);
      writeFileSync(own.replace(`-${process.pid}-`, '-4194305-'), 'half');
      const litter = (): string[] => besides(uri).filter((name) => name.startsWith(`.${basename(uri.fsPath)}`));
      assert.equal(litter().length, 1);
      await openFile(uri);
      await until('the litter to go', () => litter().length === 0 || undefined);
      assert.ok(statSync(uri.fsPath).size > 0);
    });
  });
}

/** Answers the dialog of Save As: VS Code's own, for no test can reach the system's. */
async function saveAs(target: vscode.Uri): Promise<void> {
  await configure('files.simpleDialog.enable', true);
  rmSync(target.fsPath, { force: true });
  const page = await workbench();
  const saving = vscode.commands.executeCommand('workbench.action.files.saveAs');
  const name = page.locator('.quick-input-widget input[type=text]');
  await until('the dialog', async () => ((await name.inputValue().catch(() => '')).includes('.pt') ? true : undefined));
  await name.fill(target.fsPath);
  await until('the dialog to take the name', async () => {
    if (await name.isVisible()) {
      await name.press('Enter');
      await page.waitForTimeout(500);
      return undefined;
    }
    return true;
  });
  await saving;
}
