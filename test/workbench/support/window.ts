import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Locator, Page } from 'playwright-core';
import { launchChromium } from '../../rig/browser.mjs';
import { startServer, testSettings, type Server, type ServerOptions } from '../../rig/server.mjs';
import { openWorkbench } from '../../rig/workbench.mjs';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/** A served VS Code with one window, and a workspace of its own. */
export interface Window {
  readonly page: Page;
  readonly folder: string;
  close(): Promise<void>;
}

export interface WindowOptions extends ServerOptions {
  /** Files of the corpus to put into the workspace, by the names that they get there. */
  readonly files: Readonly<Record<string, string>>;
  /** One of them to open. It is part of the address, so that a reloaded window opens it anew. */
  readonly file?: string;
}

/** Opens a window on the extension under development, or on `vsix` where one is given. */
export async function openWindow({ files, file, ...options }: WindowOptions): Promise<Window> {
  const folder = mkdtempSync(join(tmpdir(), 'workspace-'));
  for (const [name, corpus] of Object.entries(files)) {
    copyFileSync(join(root, 'test', 'fixtures', 'corpus', corpus), join(folder, name));
  }
  let server: Server | undefined;
  let browser: Browser | undefined;
  const close = async (): Promise<void> => {
    await browser?.close();
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    server = await startServer({ ...options, settings: { ...testSettings, ...options.settings } });
    browser = await launchChromium();
    const url = server.url({
      folder,
      extension: options.vsix === undefined ? root : undefined,
      file: file === undefined ? undefined : join(folder, file),
    });
    const page = await openWorkbench(browser, url);
    return { page, folder, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Opens a file of the workspace by its name, as a person does: asks again when VS Code, which looks through the folder once a
 * question, has not seen a file that was just written.
 */
export async function openByName(page: Page, name: string): Promise<void> {
  const file = page.getByRole('option', { name: new RegExp(`^${name}`) }).first();
  for (let tries = 0; tries < 3; tries++) {
    await page.keyboard.press('Control+P');
    await page.locator('.quick-input-widget input[type=text]').fill(name);
    if (await appears(file)) {
      break;
    }
    await page.keyboard.press('Escape');
  }
  await file.click();
}

function appears(locator: Locator): Promise<boolean> {
  return locator.waitFor({ timeout: 10_000 }).then(
    () => true,
    () => false,
  );
}
