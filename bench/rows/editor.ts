import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import type * as browser from '../../test/rig/browser.mjs';
import type * as server from '../../test/rig/server.mjs';
import type * as workbench from '../../test/rig/workbench.mjs';
import { median, runs } from '../measure';
import { atMost, type Row } from '../table';
import type { Tools } from '../tools';

type Rig = typeof server & typeof browser & typeof workbench;

/** Milliseconds from Enter in Quick Open to the first rows, and of the extension's activation, in a served VS Code. */
export async function editorRows({ root, data, packed }: Tools): Promise<Row[]> {
  // By their own address: the rig finds its parts beside its files.
  const load = async (name: string): Promise<object> =>
    (await import(pathToFileURL(join(root, 'test', 'rig', name)).href)) as object;
  const rig = Object.assign(
    {},
    await load('server.mjs'),
    await load('browser.mjs'),
    await load('workbench.mjs'),
  ) as Rig;
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const files = ['few.pt', 'many.pt'];
  files.forEach((file) => {
    copyFileSync(data(file), join(folder, file));
  });
  const served = await rig.startServer({ vsix: packed() });
  const chromium = await rig.launchChromium();
  try {
    const page = await rig.openWorkbench(chromium, served.url({ folder }));
    const [few = [], many = []] = await openings(rig, page, files);
    return rows(median(few), median(many), await activation(rig, page));
  } finally {
    await chromium.close();
    await served.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function rows(few: number, many: number, activated: number): Row[] {
  return [
    {
      work: 'open to first rows in the editor, 100,000 keys against 100',
      ours: `${Math.round(many)} ms`,
      peers: [`100 keys ${Math.round(few)} ms`],
      marks: [atMost(`${(many / few).toFixed(1)}×`, many / few, 2.5, '×')],
    },
    {
      work: 'activation',
      ours: `${activated} ms`,
      peers: ['–'],
      marks: [atMost(`${activated} ms`, activated, 30, ' ms')],
    },
  ];
}

/** Milliseconds of each opening, by file; the first of each warms up. */
async function openings(rig: Rig, page: Page, files: readonly string[]): Promise<number[][]> {
  const taken: number[][] = files.map(() => []);
  for (let count = 0; count <= runs; count++) {
    for (const [index, file] of files.entries()) {
      const elapsed = await open(rig, page, file);
      if (count > 0) {
        taken[index]?.push(elapsed);
      }
      await rig.runFromPalette(page, 'View: Close All Editors');
      await page.locator('iframe.webview').waitFor({ state: 'detached' });
    }
  }
  return taken;
}

async function open(rig: Rig, page: Page, file: string): Promise<number> {
  await page.keyboard.press('Control+P');
  await page.locator('.quick-input-widget input[type=text]').fill(file);
  // The row that Enter takes: until the list is filtered that is the file opened last.
  await page.locator('.quick-input-list .monaco-list-row.focused', { hasText: file }).first().waitFor();
  const started = performance.now();
  await page.keyboard.press('Enter');
  await rig.activeWebview(page).locator('[role=treegrid] [role=row][aria-level]').first().waitFor({ timeout: 60_000 });
  return performance.now() - started;
}

// The list cuts long identifiers off, and does not translate names.
const ourName = /PyTorch Checkpoint Editor|pytorch-checkpoint-edito/;

/** As VS Code itself measures it. */
async function activation(rig: Rig, page: Page): Promise<number> {
  // The list draws only the rows on the screen.
  await page.setViewportSize({ width: 1280, height: 4000 });
  await rig.runFromPalette(page, 'Developer: Show Running Extensions');
  const text = await page.locator('.runtime-extensions-editor .monaco-list-row', { hasText: ourName }).innerText();
  const found = /Activation: (\d+)\s?ms/.exec(text)?.[1];
  if (found === undefined) {
    throw new Error(`no activation time in: ${text}`);
  }
  return Number(found);
}
