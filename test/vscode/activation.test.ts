import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { readManifest } from '../support/manifest';
import { closeAll, openFile, testApi } from './support/editor';
import { fromCorpus } from './support/files';

describe('the extension', () => {
  afterEach(closeAll);

  it('hands out nothing but the test API, and that in tests only', async () => {
    assert.deepEqual(Object.keys(await testApi()).sort(), ['active', 'panels']);
  });

  it('registers exactly the commands that package.json names', async () => {
    const contributed = readManifest(process.env['PTCKPT_ROOT'] ?? '').contributes.commands;
    const registered = (await vscode.commands.getCommands(true)).filter((id) => /^checkpointEditor\.\w+$/.test(id));
    assert.deepEqual(registered.sort(), contributed.map(({ command }) => command).sort());
  });

  it('forgets a document when its last panel has closed', async () => {
    await openFile(fromCorpus('torch-2.14.1/sd.pt', 'closing.pt'));
    await closeAll();
    assert.deepEqual((await testApi()).panels(), []);
  });
});
