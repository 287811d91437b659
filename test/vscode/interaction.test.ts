import { strict as assert } from 'node:assert';
import type { Page } from 'playwright-core';
import * as vscode from 'vscode';
import { closeAll, openFile, shown, testApi, until } from './support/editor';
import { fromCorpus } from './support/files';
import { activeWebview, workbench } from './support/page';
import { filterBox, goTo, paneOf, rowNamed, rowsOf, selectedRows, treeOf } from './support/view';

async function open() {
  await openFile(fromCorpus('torch-2.14.1/train.pt', 'interaction.pt'));
  const page = await workbench();
  await rowsOf(page).first().waitFor();
  return page;
}

async function active() {
  const panel = (await testApi()).active();
  assert.ok(panel);
  return panel;
}

async function treeFocused(focused: boolean): Promise<void> {
  await until(`the tree ${focused ? 'to have' : 'to have lost'} the focus`, async () =>
    (await active()).treeFocused === focused ? true : undefined,
  );
}

/** Ctrl+F in the tree; VS Code knows of the focus a little later than the page. */
async function filterByKey(page: Page): Promise<void> {
  await treeFocused(true);
  await until('the filter to have the focus', async () => {
    await page.keyboard.press('Control+F');
    const focused = await filterBox(page).evaluate((box) => box.matches(':focus-within, :focus'));
    return focused ? true : undefined;
  });
}

/** Keys of the rows that are selected, as the extension host knows them. */
async function selectedKeys(): Promise<string[]> {
  const { selection, state } = await active();
  assert.equal(state.phase, 'open');
  return selection.map((row) => String(row));
}

describe('the editor, by mouse and keyboard', () => {
  afterEach(closeAll);

  it('has the focus on the first row when it opens', async () => {
    const page = await open();
    await treeFocused(true);
    await page.keyboard.press('ArrowDown');
    await until('the second row to be selected', async () => ((await active()).selection[0] === 1 ? true : undefined));
  });

  it('filters: only what matches is left, with its ancestors, and the count says so', async () => {
    const page = await open();
    await filterByKey(page);
    await page.keyboard.type('bias');
    await until('the filter to have worked', async () => {
      const rows = await rowsOf(page).allInnerTexts();
      const leaves = await treeOf(page).locator('[role=row][aria-level]:not([aria-expanded])').allInnerTexts();
      return rows.length > 0 && leaves.length > 0 && leaves.every((text) => text.includes('bias')) ? true : undefined;
    });
    await activeWebview(page)
      .getByText(/\d+ of \d+/)
      .first()
      .waitFor();
    await page.keyboard.press('Escape');
    await until('the filter to be empty', async () => ((await filterBox(page).inputValue()) === '' ? true : undefined));
  });

  it('opens and closes rows by the arrow keys', async () => {
    const page = await open();
    const row = rowNamed(page, 'optimizer');
    await row.click();
    const expanded = (value: string) =>
      until(`optimizer to be ${value}`, async () =>
        (await row.getAttribute('aria-expanded')) === value ? true : undefined,
      );
    await page.keyboard.press('ArrowRight');
    await expanded('true');
    await row.click();
    await page.keyboard.press('ArrowLeft');
    await expanded('false');
    await page.keyboard.press('ArrowRight');
    await expanded('true');
  });

  it('selects a range with Shift, single rows with Ctrl, all with Ctrl+A', async () => {
    const page = await open();
    await rowsOf(page).nth(0).click();
    await rowsOf(page)
      .nth(2)
      .click({ modifiers: ['Shift'] });
    await until('three rows', async () => ((await selectedKeys()).length === 3 ? true : undefined));
    await rowsOf(page)
      .nth(1)
      .click({ modifiers: ['ControlOrMeta'] });
    await until('two rows', async () => ((await selectedKeys()).length === 2 ? true : undefined));
    await page.keyboard.press('Control+A');
    await until('all rows', async () => ((await selectedKeys()).length > 3 ? true : undefined));
  });

  it('copies the key by Ctrl+C', async () => {
    const page = await open();
    await rowNamed(page, 'epoch').click();
    await treeFocused(true);
    await vscode.env.clipboard.writeText('');
    await page.keyboard.press('Control+C');
    await until('the key', async () => ((await vscode.env.clipboard.readText()) === 'epoch' ? true : undefined));
  });

  it('shows the details of the row, with the Python expression', async () => {
    const page = await open();
    await rowNamed(page, 'epoch').click();
    await paneOf(page).getByText('ckpt["epoch"]').waitFor();
  });

  it('goes from row to row by the keyboard alone: filter, first match, details, back', async () => {
    const page = await open();
    await filterByKey(page);
    await page.keyboard.type('epoch');
    await page.keyboard.press('ArrowDown');
    await treeFocused(true);
    await until('epoch', async () => {
      const text = await selectedRows(page).first().innerText();
      return text.includes('epoch') ? true : undefined;
    });
    await page.keyboard.press('Enter');
    await treeFocused(false);
    await page.keyboard.press('Escape');
    await treeFocused(true);
  });

  it('gives its keys to VS Code only while the tree has the focus', async () => {
    const page = await open();
    await treeFocused(true);
    await filterBox(page).click();
    await treeFocused(false);
    await vscode.commands.executeCommand('workbench.view.explorer');
    await treeFocused(false);
    await rowNamed(page, 'epoch').click();
    await treeFocused(true);
    await vscode.commands.executeCommand('workbench.files.action.focusFilesExplorer');
    await treeFocused(false);
    await vscode.commands.executeCommand('workbench.action.closeSidebar');
  });

  it('follows the theme without losing anything', async () => {
    const page = await open();
    await rowNamed(page, 'epoch').click();
    const body = activeWebview(page).locator('body');
    const colour = () => body.evaluate((element) => getComputedStyle(element).color);
    const before = await colour();
    const configuration = vscode.workspace.getConfiguration('workbench');
    try {
      await configuration.update('colorTheme', 'Default High Contrast', vscode.ConfigurationTarget.Global);
      await until('another colour', async () => ((await colour()) === before ? undefined : true));
      assert.equal(await body.evaluate((element) => element.classList.contains('vscode-high-contrast')), true);
      assert.match(await selectedRows(page).first().innerText(), /epoch/);
    } finally {
      await configuration.update('colorTheme', undefined, vscode.ConfigurationTarget.Global);
    }
  });

  it('follows checkpointEditor.tree.order', async () => {
    const page = await open();
    const labels = async () => (await rowsOf(page).allInnerTexts()).join('\n');
    const before = await labels();
    const configuration = vscode.workspace.getConfiguration('checkpointEditor');
    try {
      await configuration.update('tree.order', 'natural', vscode.ConfigurationTarget.Global);
      await until('another order', async () => ((await labels()) === before ? undefined : true));
    } finally {
      await configuration.update('tree.order', undefined, vscode.ConfigurationTarget.Global);
    }
  });

  it('keeps filter and selection while it is hidden', async () => {
    const page = await open();
    await goTo(page, 'epoch');
    await until('the selection', async () => ((await selectedKeys()).length === 1 ? true : undefined));
    const other = fromCorpus('torch-2.14.1/sd.pt', 'other.pt');
    await openFile(other);
    await vscode.commands.executeCommand('workbench.action.previousEditor');
    await until('the filter to be back', async () =>
      (await filterBox(page)
        .inputValue()
        .catch(() => '')) === 'epoch'
        ? true
        : undefined,
    );
    assert.match(await selectedRows(page).first().innerText(), /epoch/);
  });

  it('shows one document in two panels, each with a selection of its own', async () => {
    const page = await open();
    await rowsOf(page).nth(0).click();
    await vscode.commands.executeCommand('workbench.action.splitEditorRight');
    const { panels } = await testApi();
    await until('two panels', () =>
      panels().length === 2 && panels().every((panel) => panel.ready) ? true : undefined,
    );
    const [left, right] = panels();
    assert.ok(left && right);
    assert.equal(shown(left), shown(right));
    await rowsOf(page).nth(1).click();
    await until('selections to differ', () => {
      const [one, two] = panels();
      return one && two && one.selection[0] !== two.selection[0] ? true : undefined;
    });
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    await until('one panel', () => (panels().length === 1 ? true : undefined));
    await rowsOf(page).first().waitFor();
  });
});
