import type { Locator, Page } from 'playwright-core';
import { activeWebview } from './page';

/** The parts of the editor, as assistive technology finds them. */
export function treeOf(page: Page): Locator {
  return activeWebview(page).getByRole('treegrid');
}

/** Rows on the screen, without the header. */
export function rowsOf(page: Page): Locator {
  return treeOf(page).locator('[role=row][aria-level]');
}

/** The row with this label in the tree. */
export function rowNamed(page: Page, label: string): Locator {
  return rowsOf(page)
    .filter({ has: page.getByText(label, { exact: true }) })
    .first();
}

export function selectedRows(page: Page): Locator {
  return treeOf(page).locator('[role=row][aria-selected=true]');
}

export function filterBox(page: Page): Locator {
  return activeWebview(page).getByRole('searchbox');
}

/** Details, or the tool that is open. */
export function paneOf(page: Page): Locator {
  return activeWebview(page).getByRole('complementary');
}

/** Filters for a key and goes to it, as a person does: in a long tree its row is not on the screen. */
export async function goTo(page: Page, key: string): Promise<void> {
  await filterBox(page).fill(key);
  await filterBox(page).press('ArrowDown');
  await selectedRows(page)
    .filter({ hasText: key.slice(key.lastIndexOf('.') + 1) })
    .first()
    .waitFor();
}
