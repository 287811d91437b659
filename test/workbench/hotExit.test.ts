import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { activeWebview, runFromPalette } from '../rig/workbench.mjs';
import { python, runPython, withTorch } from '../support/torch';
import { openByName, openWindow, root, type Window } from './support/window';

const name = '最佳 模型.pt';
let window: Window | undefined;

afterEach(async () => {
  await window?.close();
  window = undefined;
});

async function open(options: { readonly settings?: Record<string, unknown> } = {}): Promise<Window> {
  window = await openWindow({ files: { [name]: 'torch-2.14.1/train.pt' }, ...options });
  await openByName(window.page, name);
  await row(window.page, 'epoch').waitFor();
  return window;
}

function row(page: Page, label: string): Locator {
  return activeWebview(page)
    .locator('[role=treegrid] [role=row][aria-level]')
    .filter({ has: activeWebview(page).getByText(label, { exact: true }) })
    .first();
}

/** The button that says how many edits the file lacks. */
function edits(page: Page, label: string): Locator {
  return activeWebview(page).getByRole('button', { name: label, exact: true });
}

async function remove(page: Page, label: string): Promise<void> {
  await row(page, label).click();
  await page.keyboard.press('Delete');
}

function tab(page: Page): Locator {
  return page.locator('.tab.active');
}

async function expectDirty(page: Page, dirty: boolean): Promise<void> {
  await expect
    .poll(async () => /\bdirty\b/.test((await tab(page).getAttribute('class')) ?? ''), { timeout: 20_000 })
    .toBe(dirty);
}

async function reload(page: Page): Promise<void> {
  await page.evaluate(() => {
    document.documentElement.dataset['beforeReload'] = 'yes';
  });
  await runFromPalette(page, 'Developer: Reload Window');
  await page.locator('html:not([data-before-reload]) .monaco-workbench').waitFor({ timeout: 60_000 });
}

/** Names that saving has put beside the files. */
function besides(folder: string): string[] {
  return readdirSync(folder).filter((each) => /\.(?:saving|prev|journal)$/.test(each));
}

async function keysOf(path: string): Promise<string[]> {
  const loaded = Object(await runPython('loaded.py', [path])) as Record<string, string>;
  return [...new Set(Object.keys(loaded).map((key) => key.split('.')[0] ?? ''))];
}

it('restores unsaved edits after a reload, each to be undone, also past a save', async () => {
  const { page, folder } = await open();
  await remove(page, 'epoch');
  await expectDirty(page, true);
  await page.keyboard.press('Control+S');
  await expectDirty(page, false);
  expect(besides(folder)).toHaveLength(1);
  await remove(page, 'rng');
  await expectDirty(page, true);
  // VS Code asks for the backup a while after the edit.
  await page.waitForTimeout(3_000);
  await reload(page);
  await row(page, 'scheduler').waitFor({ timeout: 60_000 });
  await expectDirty(page, true);
  expect(besides(folder)).toHaveLength(1);
  await edits(page, '1 edit').waitFor();
  await expect.poll(() => row(page, 'epoch').count()).toBe(0);
  await row(page, 'scheduler').click();
  await page.keyboard.press('Control+Z');
  // As it was saved; the file as it was opened has an entry that the saved one lacks.
  await edits(page, 'Edits').waitFor();
  await page.keyboard.press('Control+Z');
  await row(page, 'epoch').waitFor();
  await page.keyboard.press('Control+S');
  await expectDirty(page, false);
  if (python() !== null) {
    expect(await keysOf(join(folder, name))).toEqual(['epoch', 'model', 'optimizer', 'scheduler', 'rng']);
  }
  await page.keyboard.press('Control+F4');
  await runFromPalette(page, 'View: Close All Editors');
  await expect.poll(() => besides(folder), { timeout: 20_000 }).toEqual([]);
});

it('does not put edits on a file that changed before the window was reloaded, until it is told to', async () => {
  const { page, folder } = await open();
  await remove(page, 'epoch');
  await expectDirty(page, true);
  const other = readFileSync(join(root, 'test/fixtures/corpus/torch-2.14.1/train.pt'));
  writeFileSync(join(folder, 'other.tmp'), other);
  renameSync(join(folder, 'other.tmp'), join(folder, name));
  await activeWebview(page).getByRole('button', { name: 'Overwrite' }).waitFor();
  await reload(page);
  await activeWebview(page)
    .getByText(/The edits of the last session are not in it/)
    .waitFor({ timeout: 60_000 });
  await row(page, 'epoch').waitFor();
  expect(readFileSync(join(folder, name))).toEqual(other);
  await activeWebview(page).getByRole('button', { name: 'Make Edits Again' }).click();
  await expect
    .poll(() =>
      activeWebview(page)
        .getByText(/The edits of the last session/)
        .count(),
    )
    .toBe(0);
  await page.keyboard.press('Control+S');
  await expectDirty(page, false);
});

it('asks before it overwrites a file that has changed on disk', async () => {
  const { page, folder } = await open();
  await remove(page, 'epoch');
  await expectDirty(page, true);
  const other = readFileSync(join(root, 'test/fixtures/corpus/torch-2.14.1/sd.pt'));
  writeFileSync(join(folder, 'other.tmp'), other);
  renameSync(join(folder, 'other.tmp'), join(folder, name));
  const dialog = page.locator('.monaco-dialog-box');
  await page.keyboard.press('Control+S');
  await dialog.getByText('has changed on disk. Overwrite it?').waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  expect(readFileSync(join(folder, name))).toEqual(other);
  await expectDirty(page, true);
  await page.keyboard.press('Control+S');
  await dialog.getByRole('button', { name: 'Overwrite' }).click();
  await expectDirty(page, false);
  expect(readFileSync(join(folder, name))).not.toEqual(other);
});

withTorch(
  'leaves the old file whole when the extension host is killed during a save, and cleans up at the next opening',
  async () => {
    const { page, folder } = await open();
    const large = join(folder, '大 文件.pt');
    await runPython('large_file.py', [large, '400']);
    const before = statSync(large);
    await openByName(page, '大 文件.pt');
    await row(page, 'weight').waitFor();
    await remove(page, 'epoch');
    await expectDirty(page, true);
    await page.keyboard.press('Control+S');
    const saving = await expect
      .poll(() => besides(folder).find((each) => each.endsWith('.saving')), { interval: 5, timeout: 20_000 })
      .toBeDefined()
      .then(() => besides(folder).find((each) => each.endsWith('.saving')) ?? '');
    const pid = Number(/-(\d+)-[0-9a-f]{8}\.saving$/.exec(saving)?.[1]);
    process.kill(pid, 'SIGKILL');
    const after = statSync(large);
    expect([after.size, after.mtimeMs, after.ino]).toEqual([before.size, before.mtimeMs, before.ino]);
    expect(besides(folder)).toContain(saving);
    expect(await keysOf(large)).toEqual(['epoch', 'weight']);
    await reload(page);
    await row(page, 'weight').waitFor({ timeout: 60_000 });
    await expect.poll(() => besides(folder)).toEqual([]);
  },
);
