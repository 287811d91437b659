import { strict as assert } from 'node:assert';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { moduleOf, openFactories } from '../../src/host/python/factories';
import { findInterpreter } from '../../src/host/python/interpreter';
import { closeAll } from './support/editor';
import { inWorkspace, write } from './support/files';

const setting = 'python.interpreter';
const model = 'from torch import nn\n\nclass Net(nn.Module):\n    def __init__(self, num_classes): ...\n';

describe('Python', () => {
  const log = vscode.window.createOutputChannel('Python Test', { log: true });

  async function set(value: string | undefined): Promise<void> {
    const settings = vscode.workspace.getConfiguration('checkpointEditor');
    await settings.update(setting, value, vscode.ConfigurationTarget.Global);
  }

  after(() => {
    log.dispose();
  });
  afterEach(async () => {
    await set(undefined);
    await closeAll();
  });

  it('is that of the setting, else the first of the search path', async () => {
    const found = await findInterpreter(undefined, log);
    assert.equal(found.source, 'search-path');
    assert.match(found.path, /python(3|\.exe)?$/);
    await set('~/venv/bin/python');
    const expected = { path: join(homedir(), 'venv/bin/python'), source: 'setting' };
    assert.deepEqual(await findInterpreter(undefined, log), expected);
  });

  it('offers the models of the files that are open, as they are typed', async () => {
    const file = write('flowers/models.py', model);
    const editor = await vscode.window.showTextDocument(file);
    const offered = openFactories().find(({ text }) => text === 'flowers.models:Net');
    assert.deepEqual(offered, { text: 'flowers.models:Net', required: ['num_classes'], isDirty: false });
    await editor.edit((edit) => {
      edit.insert(new vscode.Position(0, 0), 'import torch.nn\nclass Other(torch.nn.Module): ...\n');
    });
    const other = openFactories().find(({ text }) => text === 'flowers.models:Other');
    assert.deepEqual(other, { text: 'flowers.models:Other', required: [], isDirty: true });
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('names a file by its path where no module has that name', () => {
    assert.equal(moduleOf(vscode.Uri.file(inWorkspace('my-models/net.py'))), inWorkspace('my-models/net.py'));
    assert.equal(moduleOf(vscode.Uri.file('/elsewhere/net.py')), '/elsewhere/net.py');
  });
});
