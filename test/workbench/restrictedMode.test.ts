import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { activeWebview } from '../rig/workbench.mjs';
import { openWindow, root, type Window } from './support/window';

let window: Window | undefined;
let folder: string | undefined;

afterEach(async () => {
  await window?.close();
  if (folder !== undefined) {
    rmSync(folder, { recursive: true, force: true });
  }
});

function pack(vsix: string): void {
  execFileSync(process.execPath, ['scripts/package.mjs', '--out', vsix], { cwd: root });
}

it('shows a checkpoint in Restricted Mode, from the packed VSIX', async () => {
  folder = mkdtempSync(join(tmpdir(), 'vsix-'));
  const vsix = join(folder, 'extension.vsix');
  pack(vsix);
  // An extension under development is never switched off by Restricted Mode; an installed one is.
  window = await openWindow({ vsix, trusted: false, files: { 'train.pt': 'torch-2.14.1/train.pt' }, file: 'train.pt' });
  const { page } = window;
  await page.getByText('Restricted Mode').first().waitFor();
  const rows = activeWebview(page).locator('[role=treegrid] [role=row][aria-level]');
  await rows.first().waitFor({ timeout: 60_000 });
  expect(await activeWebview(page).locator('body').innerText()).toMatch(/Training checkpoint/);
});
