import { chromium, type Browser, type FrameLocator, type Page } from 'playwright-core';

let browser: Browser | undefined;

/** The window that this extension host belongs to, over the port that the runner opened. */
export async function workbench(): Promise<Page> {
  const port = process.env['PTCKPT_BROWSER_PORT'];
  if (port === undefined) {
    throw new Error('PTCKPT_BROWSER_PORT is not set: run these tests by `npm test -- vscode`');
  }
  browser ??= await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
  for (const page of browser.contexts().flatMap((context) => context.pages())) {
    if ((await page.locator('.monaco-workbench').count()) > 0) {
      return page;
    }
  }
  throw new Error('no window with a workbench');
}

/** Leaves the window open: only the connection ends. */
export async function disconnect(): Promise<void> {
  await browser?.close();
  browser = undefined;
}

/** The document inside the active webview editor: an iframe in an iframe. */
export function activeWebview(page: Page): FrameLocator {
  return page.locator('iframe.webview.ready:visible').last().contentFrame().frameLocator('#active-frame');
}

/** Runs a command by its title in the palette, as a person does. */
export async function runFromPalette(page: Page, title: string): Promise<void> {
  const row = await paletteRow(page, title);
  await row.waitFor();
  await row.click();
  // The palette's list, not its box: a command may put a question of its own into that.
  await row.waitFor({ state: 'hidden' });
}

/** Whether the palette offers a command now. */
export async function isInPalette(page: Page, title: string): Promise<boolean> {
  const row = await paletteRow(page, title);
  // The list is there once it says that nothing matches, or has a row.
  await page.locator('.quick-input-list .monaco-list-row').first().waitFor();
  const offered = (await row.count()) > 0;
  await page.keyboard.press('Escape');
  await paletteInput(page).waitFor({ state: 'hidden' });
  return offered;
}

/** Titles with this beginning that the palette offers now: few enough to be on the screen at once. */
export async function offeredInPalette(page: Page, beginning: string): Promise<string[]> {
  await page.keyboard.press('F1');
  await paletteInput(page).fill(`>${beginning}`);
  await page.locator('.quick-input-list .monaco-list-row').first().waitFor();
  const labels = await page.locator('.quick-input-list .monaco-list-row .label-name').allInnerTexts();
  await page.keyboard.press('Escape');
  await paletteInput(page).waitFor({ state: 'hidden' });
  return labels.filter((label) => label.startsWith(beginning));
}

function paletteInput(page: Page) {
  // By its label: a command may show the next input, a folder's path or a format, in the same widget at once.
  return page.locator('.quick-input-widget input[aria-label^="Type the name of a command"]');
}

async function paletteRow(page: Page, title: string) {
  await page.keyboard.press('F1');
  await paletteInput(page).waitFor();
  await paletteInput(page).fill(`>${title}`);
  return page.getByRole('option', { name: new RegExp(`^${title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(,|$)`) });
}
