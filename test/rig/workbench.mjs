// A page of Chromium that shows the served VS Code.

import { format } from 'node:util';

/** Names as on the command line → VS Code's own. */
export const themes = {
  dark: 'Dark Modern',
  light: 'Light Modern',
  hc: 'Default High Contrast',
  'hc-light': 'Default High Contrast Light',
};

/**
 * @typedef {object} WorkbenchOptions
 * @property {number} [width] CSS pixels, 1280 unless given
 * @property {number} [height] CSS pixels, 800 unless given
 * @property {number} [scale] device pixels per CSS pixel, 1 unless given
 * @property {boolean} [reducedMotion]
 * @property {(type: string, text: string) => void} [onLog] the extension host's console
 * @property {(code: number) => void} [onExit] the end of `extensionTestsPath`'s `run()`
 */

/**
 * Opens a window of the served VS Code and waits until its workbench is there in its colours. Close it with `page.context().close()`.
 *
 * @param {import('playwright-core').Browser} browser
 * @param {string} url from `Server.url`
 * @param {WorkbenchOptions} [options]
 * @returns {Promise<import('playwright-core').Page>}
 */
export async function openWorkbench(browser, url, options = {}) {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
    deviceScaleFactor: options.scale ?? 1,
    reducedMotion: options.reducedMotion === false ? 'no-preference' : 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  // Both must be there before the page loads: VS Code's smoke-test driver looks for them once.
  await page.exposeFunction('codeAutomationLog', (/** @type {string} */ type, /** @type {unknown[]} */ args) => {
    options.onLog?.(type, format(...args));
  });
  await page.exposeFunction('codeAutomationExit', (/** @type {number} */ code) => options.onExit?.(code));
  await page.goto(url);
  // The colour theme comes with the first scan of the extensions, after the workbench has been drawn.
  await page.locator('.monaco-workbench[class*="vscode-theme-"]').waitFor({ timeout: 60_000 });
  return page;
}

/**
 * The document inside the active webview editor: an iframe in an iframe.
 *
 * @param {import('playwright-core').Page} page
 */
export function activeWebview(page) {
  return page.locator('iframe.webview.ready').last().contentFrame().frameLocator('#active-frame');
}

/**
 * Runs a command by its title in the command palette.
 *
 * @param {import('playwright-core').Page} page
 * @param {string} title as the palette shows it: `Checkpoint: Import Audit`
 */
export async function runFromPalette(page, title) {
  await page.keyboard.press('F1');
  const input = page.locator('.quick-input-widget input[type=text]');
  await input.waitFor();
  await input.fill(`>${title}`);
  const row = page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first();
  await row.waitFor();
  await row.click();
}
