import type { Page } from 'playwright-core';
import { until } from './editor';

/** What commands ask in VS Code's own input at the top: the palette itself is not meant. */
function inputOf(page: Page) {
  return page.locator('.quick-input-widget:visible input[type=text]:not([aria-label^="Type the name of a command"])');
}

/** Types an answer, and waits until it was taken: the next question may come in the same box. */
export async function answer(page: Page, text: string): Promise<void> {
  const input = inputOf(page);
  await input.waitFor();
  await input.fill(text);
  await input.press('Enter');
  await until(`${text} to be taken`, async () => {
    const isGone = (await input.count()) === 0;
    return isGone || (await input.inputValue({ timeout: 1_000 }).catch(() => '')) !== text || undefined;
  });
}

/** What is said to be wrong with an answer while it is typed. */
export async function problemWith(page: Page, text: string): Promise<string> {
  await inputOf(page).waitFor();
  await inputOf(page).fill(text);
  return until(`a problem with ${text}`, async () => {
    const message = page.locator('.quick-input-message');
    const said = (await message.isVisible()) ? await message.innerText() : '';
    // Before the answer is looked at, the prompt stands there.
    return /Enter/.test(said) ? undefined : said || undefined;
  });
}

/** Types what the list has to contain: of a long one VS Code draws only what is seen. */
export async function filter(page: Page, text: string): Promise<void> {
  await inputOf(page).waitFor();
  await inputOf(page).fill(text);
}

/** Takes one of several, by the beginning of its label. */
export async function pick(page: Page, label: string): Promise<void> {
  const option = page
    .locator('.quick-input-widget')
    .getByRole('option', { name: new RegExp(`^${label.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`) });
  await option.first().click();
  await option.first().waitFor({ state: 'hidden' });
}

/** Gives a path in a dialog for files, as VS Code draws it itself. */
export async function choosePath(page: Page, path: string, isDone: () => boolean | Promise<boolean>): Promise<void> {
  const input = inputOf(page);
  await until('the dialog', async () => (await input.inputValue().catch(() => '')).includes('/') || undefined);
  await until(`${path} to be taken`, async () => {
    if (await isDone()) {
      return true;
    }
    const shown = await input.inputValue({ timeout: 1_000 }).catch(() => '');
    if (shown === path) {
      // The dialog looks at the path first, and takes Enter only then.
      await input.press('Enter');
    } else if (shown.includes('/')) {
      // It puts its own path there until it has read the folder. What comes next is a question too, and has no path in it.
      await input.fill(path);
    }
    await page.waitForTimeout(300);
    return undefined;
  });
}
