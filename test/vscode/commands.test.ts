import { strict as assert } from 'node:assert';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import * as vscode from 'vscode';
import { editCommandNames } from '../../src/host/commands/names';
import { readManifest, readTexts } from '../support/manifest';
import { writes } from './support/editing';
import { closeAll, openFile, shown, testApi, until } from './support/editor';
import { fromCorpus, inWorkspace, write } from './support/files';
import { activeWebview, isInPalette, offeredInPalette, runFromPalette, workbench } from './support/page';
import { filter, pick } from './support/quickInput';
import { filterBox, paneOf, rowNamed, rowsOf, treeOf } from './support/view';

const root = process.env['PTCKPT_ROOT'] ?? '';
const contributed = readManifest(root).contributes.commands;
const texts = readTexts(root, 'package.nls.json');

/** As the palette shows it. */
function titleOf(name: string): string {
  const entry = contributed.find(({ command }) => command === `checkpointEditor.${name}`);
  return `Checkpoint: ${texts[entry?.title.slice(1, -1) ?? ''] ?? name}`;
}

async function run(name: string): Promise<void> {
  await runFromPalette(await workbench(), titleOf(name));
}

async function openNet(): Promise<void> {
  await openFile(fromCorpus('torch-2.14.1/train.pt', 'commands.pt'));
  await rowsOf(await workbench())
    .first()
    .waitFor();
}

async function select(key: string): Promise<void> {
  await rowNamed(await workbench(), key).click();
  const { active } = await testApi();
  await until(`${key} to be selected`, () => ((active()?.selection.length ?? 0) > 0 ? true : undefined));
}

/** Runs a command that copies, and returns what was copied. */
async function copied(name: string): Promise<string> {
  await vscode.env.clipboard.writeText('');
  await run(name);
  return until('the clipboard', async () => (await vscode.env.clipboard.readText()) || undefined);
}

/** One test for each command, which runs it from the palette; the key is its name. */
const runs: Readonly<Record<string, () => Promise<void>>> = {
  async open() {
    const uri = fromCorpus('torch-2.14.1/x.safetensors', 'commands.safetensors');
    await vscode.commands.executeCommand('vscode.openWith', uri, 'default');
    await run('open');
    const { active } = await testApi();
    await until('the editor', () => (active()?.state.phase === 'open' ? true : undefined));
    assert.equal(active()?.file, uri.path);
  },
  async filterKeys() {
    await openNet();
    await run('filterKeys');
    await until('the filter to have the focus', async () => {
      const focused = await filterBox(await workbench()).evaluate((box) => box.matches(':focus-within'));
      return focused || undefined;
    });
  },
  async selectMatchingKeys() {
    await openNet();
    const page = await workbench();
    await filterBox(page).fill('weight');
    await run('selectMatchingKeys');
    const { active } = await testApi();
    const selection = await until('a selection', () => {
      const rows = active()?.selection ?? [];
      return rows.length > 1 ? rows : undefined;
    });
    const panel = active();
    assert.ok(panel);
    const { tree, checkpoint } = shown(panel);
    for (const row of selection) {
      const entry = checkpoint.entries[tree.entry[row] ?? -1];
      assert.match(JSON.stringify(entry?.path), /weight/);
    }
  },
  async importAudit() {
    await openNet();
    await run('importAudit');
    await paneOf(await workbench())
      .getByText('Import Audit')
      .first()
      .waitFor();
  },
  async exportKeys() {
    await openNet();
    const target = inWorkspace('commands.csv');
    rmSync(target, { force: true });
    const page = await workbench();
    // Not the system's own dialog, which no test can reach.
    const files = vscode.workspace.getConfiguration('files');
    await files.update('simpleDialog.enable', true, vscode.ConfigurationTarget.Global);
    await run('exportKeys');
    const name = page.locator('.quick-input-widget input[type=text]');
    await until('the dialog', async () =>
      (await name.inputValue().catch(() => '')).endsWith('.pt.csv') ? true : undefined,
    );
    await name.fill(target);
    // The dialog looks at the path first, and takes Enter only then.
    await until('the export', async () => {
      if (await name.isVisible()) {
        await name.press('Enter');
        await page.waitForTimeout(500);
      }
      return existsSync(target) || undefined;
    });
    assert.match(readFileSync(target, 'utf8'), /^key,kind,shape,dtype,device/);
  },
  async copyKey() {
    await openNet();
    await select('epoch');
    assert.equal(await copied('copyKey'), 'epoch');
  },
  async copyPythonExpression() {
    await openNet();
    await select('epoch');
    assert.equal(await copied('copyPythonExpression'), 'ckpt["epoch"]');
  },
  async copyPath() {
    await openNet();
    await select('epoch');
    assert.equal(await copied('copyPath'), '["epoch"]');
  },
  async copyRow() {
    await openNet();
    await select('epoch');
    assert.match(await copied('copyRow'), /^epoch\t\d+\tint\t/);
  },
  async collapseAll() {
    await openNet();
    await run('collapseAll');
    await until('no row to be open', async () => {
      const open = await treeOf(await workbench())
        .locator('[aria-expanded=true]')
        .count();
      return open === 0 || undefined;
    });
  },
  async copyLoadSnippet() {
    await openNet();
    await vscode.env.clipboard.writeText('');
    await run('copyLoadSnippet');
    const page = await workbench();
    await filter(page, '.cuda()');
    await pick(page, 'Move model and input with .cuda() where there is a GPU');
    await pick(page, 'cuda:1');
    const code = await until('the clipboard', async () => (await vscode.env.clipboard.readText()) || undefined);
    assert.match(code, /torch\.load\(\s*"commands\.pt"/);
    assert.match(code, /^ {4}model\.cuda\(1\)$/m);
  },
  async expandAll() {
    await openNet();
    await run('collapseAll');
    await run('expandAll');
    await until('no row to be closed', async () => {
      const tree = treeOf(await workbench());
      const open = await tree.locator('[aria-expanded=true]').count();
      const closed = await tree.locator('[aria-expanded=false]').count();
      return (open > 0 && closed === 0) || undefined;
    });
  },
  async toggleFlatList() {
    await openNet();
    await run('toggleFlatList');
    await until('rows without levels', async () => {
      const branches = await treeOf(await workbench())
        .locator('[aria-expanded]')
        .count();
      return branches === 0 || undefined;
    });
    await run('toggleFlatList');
    await treeOf(await workbench())
      .locator('[aria-expanded]')
      .first()
      .waitFor();
  },
  async toggleNaturalOrder() {
    await openNet();
    const labels = async () => (await rowsOf(await workbench()).allInnerTexts()).join('\n');
    const before = await labels();
    await run('toggleNaturalOrder');
    await until('another order', async () => (await labels()) !== before || undefined);
    await run('toggleNaturalOrder');
    await until('the first order', async () => (await labels()) === before || undefined);
  },
  async toggleDetails() {
    await openNet();
    const pane = paneOf(await workbench());
    const before = await pane.isVisible();
    await run('toggleDetails');
    await pane.waitFor({ state: before ? 'hidden' : 'visible' });
    await run('toggleDetails');
    await pane.waitFor({ state: before ? 'visible' : 'hidden' });
  },
  async nextFlagged() {
    await goesToFlagged('nextFlagged');
  },
  async previousFlagged() {
    await goesToFlagged('previousFlagged');
  },
  async matchModel() {
    await openNet();
    await run('matchModel');
    await paneOf(await workbench())
      .getByRole('textbox', { name: 'Path of the checkpoint' })
      .waitFor();
  },
  async writeFiltered() {
    await writesMatch('writeFiltered');
  },
  async writeUpdated() {
    await writesMatch('writeUpdated');
  },
  async planFineTuning() {
    await openNet();
    await run('planFineTuning');
    await activeWebview(await workbench())
      .locator('ce-plan')
      .getByRole('radiogroup')
      .waitFor();
  },
  async savePlan() {
    await openNet();
    await run('planFineTuning');
    await activeWebview(await workbench())
      .locator('ce-plan')
      .getByRole('radiogroup')
      .waitFor();
    const target = inWorkspace('commands.pt.plan.json');
    await writes(await workbench(), 'savePlan', target);
    assert.equal((JSON.parse(readFileSync(target, 'utf8')) as { file: string }).file, 'commands.pt');
  },
};

/** Against the file itself: all of it loads. */
async function writesMatch(name: string): Promise<void> {
  await openNet();
  const page = await workbench();
  await run(name);
  const field = paneOf(page).getByRole('textbox', { name: 'Path of the checkpoint' });
  await field.fill('commands.pt');
  await field.press('Enter');
  await paneOf(page)
    .getByText(/^\d+ of \d+ keys load$/)
    .waitFor();
  const target = inWorkspace(`${name}.pt`);
  await writes(page, name, target);
  const panel = await openFile(vscode.Uri.file(target));
  assert.equal(shown(panel).checkpoint.kind, 'state-dict');
}

async function goesToFlagged(name: string): Promise<void> {
  await openFile(fromCorpus('torch-2.14.1/views.pt', 'flagged.pt'));
  await rowsOf(await workbench())
    .first()
    .waitFor();
  await run(name);
  const { active } = await testApi();
  const row = await until('a flagged row to be selected', () => active()?.selection[0]);
  const panel = active();
  assert.ok(panel);
  assert.notEqual((shown(panel).tree.flags[row] ?? 0) & (1 | 2 | 4 | 8 | 16 | 1024), 0);
}

describe('commands, from the palette', () => {
  afterEach(closeAll);

  for (const [name, body] of Object.entries(runs)) {
    it(name, body);
  }

  it('each have a test that runs them from there', () => {
    // Those that edit have theirs in editCommands.test.ts; weights from torch's cache in pretrained.test.ts.
    const names = contributed.map(({ command }) => command.replace('checkpointEditor.', ''));
    assert.deepEqual([...Object.keys(runs), ...editCommandNames, 'openPretrained'].sort(), names.sort());
  });

  it('are not offered where they cannot work', async () => {
    const page = await workbench();
    const everywhere = [titleOf('open'), titleOf('openPretrained')].sort();
    await closeAll();
    await vscode.window.showTextDocument(write('notes.txt', 'text'));
    assert.deepEqual((await offeredInPalette(page, 'Checkpoint: ')).sort(), everywhere);
    await openFile(write('broken.pt', 'version 1, not a checkpoint'));
    await activeWebview(page).locator('body').waitFor();
    assert.deepEqual((await offeredInPalette(page, 'Checkpoint: ')).sort(), everywhere);
  });

  it('that edit are not offered over a file that is only shown', async () => {
    await openFile(fromCorpus('torch-2.14.1/script.pt', 'commands-scripted.pt'));
    const page = await workbench();
    await rowsOf(page).first().waitFor();
    for (const name of ['addEntry', 'convert', 'castDtype', 'removeSelected']) {
      assert.equal(await isInPalette(page, titleOf(name)), false, name);
    }
  });
});
