import { strict as assert } from 'node:assert';
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import type { Locator, Page } from 'playwright-core';
import * as vscode from 'vscode';
import { drawDialogs, focusTree, keys, move, run, untilEdits, writes } from './support/editing';
import { closeAll, openFile, until } from './support/editor';
import { fromTorch, inWorkspace, write } from './support/files';
import { activeWebview, workbench } from './support/page';
import { choosePath } from './support/quickInput';
import { evaluated } from './support/torch';
import { paneOf, rowNamed } from './support/view';

/** The model of own.pt (test/torch/editor_files.py), made anew. */
const model =
  'nn.ModuleDict({"features": nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU()), "head": nn.Linear(8, 5)})';
/** What `model` says of a file that has all but its head. */
const allButTheHead = [
  `${model}.load_state_dict(ckpt, strict=False).missing_keys == ["head.weight", "head.bias"]`,
  `${model}.load_state_dict(ckpt, strict=False).unexpected_keys == []`,
  'list(ckpt)[0] == "features.0.weight" and len(ckpt) == 7',
  'loads_weights_only()',
];

/** The same as a class of a module. */
const classOfOnesOwn = `from torch import nn


class Own(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU())
        self.head = nn.Linear(8, 5)
`;

function titledPane(page: Page): Locator {
  return activeWebview(page).getByRole('complementary', { name: 'Match Against a Model' });
}

async function allTrue(path: string, expressions: readonly string[]): Promise<void> {
  const results = await evaluated(path, ...expressions);
  assert.deepEqual(
    expressions.filter((_, at) => results[at] !== true),
    [],
  );
}

/** Python that runs a script as pasted, beside the file that it names; what it prints is none of the answer. */
function runsBeside(folder: string, script: string): string {
  const steps = [
    `__import__("sys").path.insert(0, ${JSON.stringify(inWorkspace('.'))})`,
    `__import__("os").chdir(${JSON.stringify(inWorkspace(folder))})`,
    `exec(${JSON.stringify(script)}, {"print": lambda *texts: None})`,
  ];
  return `[${steps.join(', ')}] == [None, None, None]`;
}

/** Opened beside the model's own file. */
async function opened(): Promise<{ page: Page; own: string } | undefined> {
  const [uri, own] = [fromTorch('net_params.pkl'), fromTorch('own.pt')];
  if (uri === undefined || own === undefined) {
    return undefined;
  }
  await openFile(uri);
  const page = await workbench();
  await focusTree(page);
  await drawDialogs();
  return { page, own: own.fsPath };
}

function target(name: string): string {
  const path = inWorkspace(`torch/${name}`);
  rmSync(path, { force: true });
  return path;
}

/** Presses Tab until something with this name has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  const button = titledPane(page).getByRole('button', { name });
  await until(`Tab to reach ${name}`, async () => {
    await page.keyboard.press('Tab');
    return (await button.evaluate((element) => element.matches(':focus, :focus-within'))) || undefined;
  });
}

describe('a match against a model', () => {
  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await closeAll();
  });

  it('leads by mouse from the opened file to a filtered one', async function () {
    const { page, own } = (await opened()) ?? this.skip();
    await activeWebview(page).getByRole('button', { name: 'Match…' }).click();
    const pane = titledPane(page);
    await pane.getByRole('button', { name: 'Browse…' }).click();
    const rows = pane.getByRole('grid');
    await choosePath(page, own, () => rows.isVisible());
    await pane.getByText('7 of 9 keys load').waitFor();
    await rowNamed(page, 'fc').getByText('unused').waitFor();
    const path = target('by_mouse.pt');
    await pane.getByRole('button', { name: 'Write Filtered File…' }).click();
    await choosePath(page, path, () => existsSync(path));
    await allTrue(path, allButTheHead);
    // The model's file becomes another one.
    copyFileSync(inWorkspace('torch/net_params.pkl'), own);
    await pane.getByRole('button', { name: 'Match Again' }).click();
    await pane.getByText('9 of 9 keys load').waitFor();
    await pane.getByRole('button', { name: 'Close' }).click();
    await pane.waitFor({ state: 'detached' });
  });

  it('leads by keyboard from the opened file to a filtered one', async function () {
    const { page, own } = (await opened()) ?? this.skip();
    await run('matchModel');
    await until('the field to have the focus', async () => {
      const field = titledPane(page).getByRole('textbox', { name: 'Path of the checkpoint' });
      return (await field.evaluate((element) => element.matches(':focus'))) || undefined;
    });
    await page.keyboard.type(own);
    await page.keyboard.press('Enter');
    await titledPane(page).getByText('7 of 9 keys load').waitFor();
    await tabTo(page, 'Write Filtered File…');
    const path = target('by_keyboard.pt');
    await page.keyboard.press('Enter');
    await choosePath(page, path, () => existsSync(path));
    await allTrue(path, allButTheHead);
    await titledPane(page).getByRole('grid').focus();
    await page.keyboard.press('Escape');
    await titledPane(page).waitFor({ state: 'detached' });
  });

  it('becomes edits that can be undone', async function () {
    const { page } = (await opened()) ?? this.skip();
    await run('matchModel');
    const pane = titledPane(page);
    await pane.getByRole('textbox', { name: 'Path of the checkpoint' }).fill('own.pt');
    await page.keyboard.press('Enter');
    await pane.getByText('7 of 9 keys load').waitFor();
    const tensors = async (): Promise<string[]> => (await keys()).filter((key) => !key.startsWith('._metadata'));
    const before = await tensors();
    // The last layers of both: the file's under the model's name, as far as their sizes go.
    await pane.getByRole('listitem').filter({ hasText: 'fc' }).getByRole('button', { name: 'Accept' }).click();
    await pane.getByText('1 of 1 accepted').waitFor();
    await pane.getByRole('button', { name: 'Apply as Edits' }).click();
    await untilEdits(1);
    assert.deepEqual(await tensors(), before.slice(0, 7));
    await move('undo', 0);
    assert.deepEqual(await tensors(), before);
    await pane.getByText('1 of 1 accepted').waitFor();
  });

  it('is made with a class of the Python file that is open, by code that runs', async function () {
    write('own_net.py', classOfOnesOwn);
    const { page } = (await opened()) ?? this.skip();
    await vscode.workspace.openTextDocument(inWorkspace('own_net.py'));
    const settings = vscode.workspace.getConfiguration('checkpointEditor');
    await settings.update('python.interpreter', process.env['PTCKPT_TORCH_PYTHON'], vscode.ConfigurationTarget.Global);
    await run('matchModel');
    const pane = titledPane(page);
    await pane.getByRole('combobox', { name: 'Match against' }).click();
    await pane.getByRole('option', { name: 'Python factory' }).click();
    const field = pane.getByRole('textbox', { name: 'Python factory' });
    await field.press('ArrowDown');
    await activeWebview(page).getByRole('option', { name: 'own_net:Own' }).click();
    await pane.getByText('7 of 9 keys load').waitFor();
    await pane.getByRole('button', { name: 'Copy Python' }).click();
    const python = await until('the code', async () => {
      const text = await vscode.env.clipboard.readText();
      return text.includes('from own_net import Own') ? text : undefined;
    });
    await settings.update('python.interpreter', undefined, vscode.ConfigurationTarget.Global);
    await allTrue(inWorkspace('torch/net_params.pkl'), [runsBeside('torch', python)]);
  });

  it('seed.S7 pretrained = {k: v …}, model_dict.update(pretrained): filtered file, and updated file for strict=True', async function () {
    const { page, own } = (await opened()) ?? this.skip();
    await run('writeUpdated');
    // Nothing is matched yet: the pane opens.
    await paneOf(page).getByRole('textbox', { name: 'Path of the checkpoint' }).fill('own.pt');
    await page.keyboard.press('Enter');
    await titledPane(page).getByText('7 of 9 keys load').waitFor();
    const [filtered, updated] = [target('filtered.pt'), target('updated.pt')];
    await writes(page, 'writeFiltered', filtered);
    await allTrue(filtered, allButTheHead);
    await writes(page, 'writeUpdated', updated);
    const pretrained = inWorkspace('torch/net_params.pkl');
    await allTrue(updated, [
      `str(${model}.load_state_dict(ckpt, strict=True)) == "<All keys matched successfully>"`,
      `list(ckpt) == list(torch.load(${JSON.stringify(own)}))`,
      `torch.equal(ckpt["head.weight"], torch.load(${JSON.stringify(own)})["head.weight"])`,
      `torch.equal(ckpt["features.0.weight"], torch.load(${JSON.stringify(pretrained)})["features.0.weight"])`,
    ]);
  });
});
