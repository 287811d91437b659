import { afterEach, expect, it } from 'vitest';
import { activeWebview, runFromPalette } from '../rig/workbench.mjs';
import { openByName, openWindow, type Window } from './support/window';

let window: Window | undefined;

afterEach(async () => {
  await window?.close();
});

it('restores filter and selection after the window has been reloaded', async () => {
  window = await openWindow({ files: { 'train.pt': 'torch-2.14.1/train.pt' } });
  const { page } = window;
  const rows = activeWebview(page).locator('[role=treegrid] [role=row][aria-level]');
  const selected = activeWebview(page).locator('[role=row][aria-selected=true]');
  const filter = activeWebview(page).getByRole('searchbox');
  await openByName(page, 'train.pt');
  await rows.first().waitFor();
  await filter.fill('scheduler');
  await filter.press('ArrowDown');
  await expect.poll(() => selected.first().innerText()).toContain('step_size');
  // The page tells VS Code its state by a message.
  await page.waitForTimeout(1_000);
  const before = await rows.allInnerTexts();

  // A mark that a reload loses.
  await page.evaluate(() => {
    document.documentElement.dataset['beforeReload'] = 'yes';
  });
  await runFromPalette(page, 'Developer: Reload Window');
  await page.locator('html:not([data-before-reload]) .monaco-workbench').waitFor({ timeout: 60_000 });
  await rows.first().waitFor({ timeout: 60_000 });
  await expect.poll(() => filter.inputValue()).toBe('scheduler');
  await expect.poll(() => rows.allInnerTexts()).toEqual(before);
  expect(await selected.first().innerText()).toContain('step_size');
});
