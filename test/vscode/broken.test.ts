import { strict as assert } from 'node:assert';
import { mkdirSync, readFileSync, truncateSync } from 'node:fs';
import * as vscode from 'vscode';
import { anyViewType, closeAll, openFile } from './support/editor';
import { fromCorpus, inWorkspace, write } from './support/files';
import { activeWebview, workbench } from './support/page';

const oid = '4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393';
const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize 102540417\n`;

/** Files that are no checkpoint: content, and what the page must say. */
const pages: readonly (readonly [name: string, content: string | Uint8Array, says: RegExp])[] = [
  ['empty.pt', '', /empty/i],
  ['page.pth', '<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head></html>', /404 Not Found/],
  ['denied.pth', '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', /XML/],
  ['paths.pth', '/usr/lib/python3/dist-packages\n', /path/i],
  ['notes.ckpt', 'this is plain text, long enough to be looked at\n', /text/i],
  ['packed.pt', Uint8Array.from([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0]), /7-Zip/],
  ['wrapped.pt', Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), /zstd|Zstandard/i],
  ['model.pt', Buffer.from('GGUF\x03\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'), /GGUF/],
  ['model.ckpt', Buffer.from('\x89HDF\r\n\x1a\n\0\0\0\0\0\0\0\0', 'latin1'), /HDF5/],
  ['image.pt', Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01', 'latin1'), /PNG/],
];

async function text(): Promise<string> {
  const body = activeWebview(await workbench()).locator('body');
  await body.getByRole('heading').first().waitFor();
  return body.innerText();
}

async function click(button: string): Promise<void> {
  await activeWebview(await workbench())
    .getByRole('button', { name: button })
    .click();
}

describe('a file that is no checkpoint', () => {
  afterEach(closeAll);

  for (const [name, content, says] of pages) {
    it(`${name} is named for what it is`, async () => {
      const panel = await openFile(write(name, content));
      assert.equal(panel.state.phase, 'broken');
      const shown = await text();
      assert.match(shown, says);
      assert.doesNotMatch(shown, /\bat \w+ \(|Error:|undefined|\[object/);
    });
  }

  it('a cut download says how much is there, and shows what is whole', async () => {
    const uri = fromCorpus('torch-2.14.1/train.pt', 'cut.pt');
    const { length } = readFileSync(uri.fsPath);
    truncateSync(uri.fsPath, Math.floor(length / 2));
    const panel = await openFile(uri);
    assert.equal(panel.state.phase, 'open');
    await activeWebview(await workbench())
      .getByText(/The file is cut: [\d,]+ of [\d,]+ bytes are there/)
      .waitFor();
  });

  it('a download cut before the index says so, with no tree', async () => {
    const uri = fromCorpus('torch-2.14.1/train.pt', 'stump.pt');
    truncateSync(uri.fsPath, 600);
    const panel = await openFile(uri);
    assert.equal(panel.state.phase, 'broken');
    assert.match(await text(), /The end of the file is missing/);
  });

  it('a Git LFS pointer gives the command for exactly this file', async () => {
    mkdirSync(inWorkspace('repository/.git'), { recursive: true });
    await openFile(write('repository/runs/resnet50.pth', pointer));
    const shown = await text();
    assert.match(shown, /Git LFS pointer/);
    assert.match(shown, /102,540,417/);
    assert.match(shown, /git lfs pull --include "runs\/resnet50\.pth"/);
    assert.match(shown, /not found in \.git\/lfs\/objects/);
  });

  it('a pointer whose object is in the local store needs no download', async () => {
    write(`stored/.git/lfs/objects/4d/7a/${oid}`, 'weights');
    await openFile(write('stored/net.pth', pointer));
    assert.match(await text(), /git lfs checkout/);
  });

  it('Run in Terminal runs the command in the repository', async function () {
    mkdirSync(inWorkspace('run/.git'), { recursive: true });
    await openFile(write('run/net.pth', pointer));
    await text();
    const opened = new Promise<vscode.Terminal>((resolve) => {
      const subscription = vscode.window.onDidOpenTerminal((terminal) => {
        subscription.dispose();
        resolve(terminal);
      });
    });
    await click('Run in Terminal');
    const terminal = await opened;
    const options = terminal.creationOptions;
    assert.equal('cwd' in options ? options.cwd : undefined, inWorkspace('run'));
    terminal.dispose();
  });

  it('Open as Text shows it in the text editor', async () => {
    const uri = write('list.pth', '/usr/lib/python3/dist-packages\n');
    await openFile(uri);
    await text();
    await click('Open as Text');
    await new Promise<void>((resolve) => {
      if (vscode.window.activeTextEditor?.document.uri.path === uri.path) {
        resolve();
      } else {
        const subscription = vscode.window.onDidChangeActiveTextEditor((editor) => {
          if (editor?.document.uri.path === uri.path) {
            subscription.dispose();
            resolve();
          }
        });
      }
    });
  });

  it('Retry reads it again', async () => {
    const uri = fromCorpus('torch-2.14.1/sd.pt', 'retry.bin');
    const whole = readFileSync(uri.fsPath);
    write('retry.bin', '');
    await openFile(uri, anyViewType);
    await text();
    write('retry.bin', whole);
    await click('Retry');
    await activeWebview(await workbench())
      .getByRole('treegrid')
      .waitFor();
  });

  it('Reveal Details gives the code', async () => {
    await openFile(write('details.pt', Buffer.from('GGUF\x03\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0')));
    await text();
    await click('Reveal Details');
    await activeWebview(await workbench())
      .getByText(/Code: (unsupported|not-a-checkpoint)/)
      .waitFor();
  });

  it('a file that is not there says so', async () => {
    await openFile(vscode.Uri.file(inWorkspace('nowhere.pt')));
    assert.match(await text(), /not there/);
  });
});
