import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { closeAll, openFile, settled, shown, testApi, until } from './support/editor';
import { edit, epochOf, isDirty, notification, run, setEpoch, untilDirty } from './support/edits';
import { fromCorpus } from './support/files';
import { activeWebview, workbench } from './support/page';
import { rowsOf } from './support/view';

/** A file system without files on disk, as GitHub's or an archive's. */
class MemoryFiles implements vscode.FileSystemProvider {
  readonly files = new Map<string, { bytes: Uint8Array; mtime: number }>();
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.#changed.event;

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }
  stat(uri: vscode.Uri): vscode.FileStat {
    if (uri.path.endsWith('/')) {
      return { type: vscode.FileType.Directory, ctime: 0, mtime: 0, size: 0 };
    }
    const { bytes, mtime } = this.#file(uri);
    return { type: vscode.FileType.File, ctime: 0, mtime, size: bytes.length };
  }
  readFile(uri: vscode.Uri): Uint8Array {
    if (uri.path.startsWith('/private/')) {
      throw vscode.FileSystemError.NoPermissions(uri);
    }
    return this.#file(uri).bytes;
  }
  writeFile(uri: vscode.Uri, bytes: Uint8Array): void {
    if (uri.path.startsWith('/locked/')) {
      throw vscode.FileSystemError.NoPermissions(uri);
    }
    this.files.set(uri.path, { bytes, mtime: Date.now() });
  }
  readDirectory(): [string, vscode.FileType][] {
    return [];
  }
  createDirectory(): void {
    throw vscode.FileSystemError.NoPermissions();
  }
  delete(): void {
    throw vscode.FileSystemError.NoPermissions();
  }
  rename(): void {
    throw vscode.FileSystemError.NoPermissions();
  }
  #file(uri: vscode.Uri): { bytes: Uint8Array; mtime: number } {
    const file = this.files.get(uri.path);
    if (file === undefined) {
      throw vscode.FileSystemError.FileNotFound(uri);
    }
    return file;
  }
}

describe('files that are not on disk', () => {
  const memory = new MemoryFiles();
  let registration: vscode.Disposable;
  const bytes = () => readFileSync(fromCorpus('torch-2.14.1/sd.pt', 'source.bin').fsPath);
  const put = (path: string, content: Uint8Array): vscode.Uri => {
    memory.files.set(path, { bytes: content, mtime: Date.now() });
    return vscode.Uri.from({ scheme: 'memory-files', path });
  };

  before(() => {
    registration = vscode.workspace.registerFileSystemProvider('memory-files', memory);
  });
  after(() => {
    registration.dispose();
  });
  afterEach(closeAll);

  it('are opened through VS Code', async () => {
    const { checkpoint } = shown(await openFile(put('/net.pt', bytes())));
    assert.ok(checkpoint.summary.tensors > 0);
    await rowsOf(await workbench())
      .first()
      .waitFor();
  });

  it('are saved through VS Code, whole, and undone past the save', async () => {
    const train = readFileSync(fromCorpus('torch-2.14.1/train.pt', 'source.bin').fsPath);
    const uri = put('/edited.pt', train);
    await openFile(uri);
    await edit(uri, setEpoch(41));
    await run('save');
    await untilDirty(false);
    assert.notDeepEqual(memory.files.get(uri.path)?.bytes, train);
    await run('undo');
    await run('save');
    await untilDirty(false);
    const again = put('/again.pt', memory.files.get(uri.path)?.bytes ?? new Uint8Array());
    await openFile(again);
    assert.equal(await epochOf(again), await epochOf(uri));
  });

  it('stay as they are where the file system refuses, and say so', async () => {
    const train = readFileSync(fromCorpus('torch-2.14.1/train.pt', 'source.bin').fsPath);
    const uri = put('/locked/edited.pt', train);
    await openFile(uri);
    await edit(uri, setEpoch(41));
    await run('save');
    await notification(/edited\.pt was not saved\. You have no permission/);
    assert.equal(isDirty(), true);
    assert.deepEqual(memory.files.get(uri.path)?.bytes, train);
    await run('revert');
    await untilDirty(false);
  });

  it('are reloaded when they change, and only then', async () => {
    const uri = put('/changing.pt', bytes());
    await openFile(uri);
    const { active } = await testApi();
    // Longer than two looks.
    await new Promise((resolve) => {
      setTimeout(resolve, 11_000);
    });
    assert.equal(active()?.disk, 'same');
    put('/changing.pt', readFileSync(fromCorpus('torch-2.14.1/train.pt', 'source.bin').fsPath));
    await until('the new version', () => (active()?.disk === 'reloaded' ? true : undefined), 40);
  }).timeout(80_000);

  it('are refused beyond the limit of the setting, which the page names', async () => {
    const configuration = vscode.workspace.getConfiguration('checkpointEditor');
    try {
      await configuration.update('remoteFileSystem.maxMB', 1, vscode.ConfigurationTarget.Global);
      const uri = put('/large.pt', new Uint8Array((1 << 20) + 1));
      const panel = await openFile(uri);
      assert.equal(panel.state.phase, 'broken');
      const page = activeWebview(await workbench());
      await page.getByText('too large').first().waitFor();
      assert.match(await page.locator('body').innerText(), /checkpointEditor\.remoteFileSystem\.maxMB/);
    } finally {
      await configuration.update('remoteFileSystem.maxMB', undefined, vscode.ConfigurationTarget.Global);
    }
  });

  it('say so when they may not be read', async () => {
    await openFile(put('/private/net.pt', bytes()));
    await activeWebview(await workbench())
      .getByText('No permission')
      .first()
      .waitFor();
  });

  it('of Git are read-only versions, and say so', async () => {
    const git = vscode.workspace.registerFileSystemProvider('gitfs', memory, { isReadonly: true });
    try {
      put('/head.pt', bytes());
      const uri = vscode.Uri.from({ scheme: 'gitfs', path: '/head.pt' });
      await vscode.commands.executeCommand('vscode.openWith', uri, 'checkpointEditor.checkpoint');
      await settled(uri);
      await activeWebview(await workbench())
        .getByText('Read-only: a version from Git.')
        .waitFor();
      await closeAll();
    } finally {
      git.dispose();
    }
  });
});
