import { afterEach, expect, it } from 'vitest';
import { activeWebview, runFromPalette } from '../rig/workbench.mjs';
import { openWindow, type Window } from './support/window';

let window: Window | undefined;

afterEach(async () => {
  await window?.close();
});

it('restores filter, expansion and selection after the window has been reloaded', async () => {
  window = await openWindow({ files: { 'train.pt': 'torch-2.14.1/train.pt' } });
  const { page } = window;
  const rows = activeWebview(page).locator('[role=treegrid] [role=row][aria-level]');
  await rows.first().waitFor();
  await page.keyboard.press('Control+F');
  await page.keyboard.type('epoch');
  await page.keyboard.press('ArrowDown');
  const selected = activeWebview(page).locator('[role=row][aria-selected=true]');
  await expect.poll(() => selected.first().innerText()).toContain('epoch');
  // The state goes to VS Code with the next message; VS Code writes it when the window closes.
  await page.waitForTimeout(1000);
  await runFromPalette(page, 'Developer: Reload Window');
  await page.waitForURL(/./, { waitUntil: 'domcontentloaded' });
  await page.locator('.monaco-workbench[class*="vscode-theme-"]').waitFor({ timeout: 60_000 });
  await rows.first().waitFor({ timeout: 60_000 });
  await expect.poll(() => selected.first().innerText()).toContain('epoch');
  expect(await activeWebview(page).getByRole('searchbox').inputValue()).toBe('epoch');
});
