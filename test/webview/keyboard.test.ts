import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { shownFile } from './harness/corpusFiles';
import { webviewSuite } from './harness/suite';

const suite = webviewSuite();
const train = await shownFile('torch-2.14.1/train.pt');

describe('the keyboard', () => {
  it('starts in the tree, on the first row', async () => {
    const { page, focusedLabel } = await started();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('treegrid');
    expect(await focusedLabel()).toBe('epoch');
  });

  it('walks branches with the arrows', async () => {
    const view = await suite.open({ shown: train });
    await view.press('ArrowDown', 'ArrowLeft');
    expect(await view.row('model').getAttribute('aria-expanded')).toBe('false');
    await view.press('ArrowRight');
    expect(await view.row('model').getAttribute('aria-expanded')).toBe('true');
    await view.press('ArrowRight');
    expect(await view.focusedLabel()).toBe('buf');
    await view.press('ArrowLeft');
    expect(await view.focusedLabel()).toBe('model');
    await view.press('*');
    expect(await view.rows.and(view.page.locator('[aria-level="1"][aria-expanded=false]')).count()).toBe(0);
  });

  it('moves, extends, and toggles', async () => {
    const view = await suite.open({ shown: train });
    await view.press('ArrowDown', 'Shift+ArrowDown', 'Shift+ArrowDown');
    expect(await selected(view.page)).toHaveLength(3);
    await view.press('Control+ArrowDown', 'Control+ArrowDown');
    expect(await selected(view.page)).toHaveLength(3);
    await view.press('Space');
    expect(await selected(view.page)).toHaveLength(4);
    await view.press('Escape');
    expect(await selected(view.page)).toHaveLength(1);
    await view.press('End');
    const last = await view.focusedLabel();
    await view.press('Home');
    expect(await view.focusedLabel()).toBe('epoch');
    await view.press('PageDown', 'PageUp');
    expect(await view.focusedLabel()).toBe('epoch');
    expect(last).not.toBe('epoch');
    await view.press('Control+a');
    expect(view.host.askedFor('selection').at(-1)?.[0]).toHaveLength(train.checkpoint?.entries.length ?? 0);
  });

  it('finds rows by their first letters', async () => {
    const view = await suite.open({ shown: train });
    await view.page.keyboard.type('bn');
    await view.settled();
    expect(await view.focusedLabel()).toBe('bn');
  });

  it('goes to the filter and back', async () => {
    const view = await suite.open({ shown: train });
    const box = view.page.getByRole('searchbox');
    await view.press('/');
    await expectFocus(view.page, 'vscode-text-field');
    await view.page.keyboard.type('bias');
    await view.settled();
    await view.press('ArrowDown');
    expect(await view.focusedLabel()).toBe('bias');
    await view.press('Control+f');
    await view.page.keyboard.type('weight');
    await view.settled();
    expect(await box.inputValue()).toBe('weight');
    await view.press('Escape');
    expect(await box.inputValue()).toBe('');
    await view.press('ArrowUp');
    expect(await box.inputValue()).toBe('weight');
    await view.press('ArrowUp');
    expect(await box.inputValue()).toBe('bias');
    await view.press('ArrowDown', 'ArrowDown');
    expect(await box.inputValue()).toBe('');
    await view.press('Escape');
    expect(await view.page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('treegrid');
  });

  it('opens the pane, enlarges it, and comes back', async () => {
    const view = await suite.open({ shown: train });
    const pane = view.page.getByRole('complementary');
    await view.page.getByRole('button', { name: 'Toggle Details' }).click();
    await pane.waitFor({ state: 'detached' });
    await view.page.locator('.grid').focus();
    await view.press('Enter');
    await expectFocus(view.page, '.pane > .scroll');
    const width = (await pane.boundingBox())?.width ?? 0;
    await view.press('Enter');
    expect((await pane.boundingBox())?.width).toBeGreaterThan(width * 2);
    await view.press('Escape');
    expect(await view.page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('treegrid');
  });

  it('passes each bar in one stop, in the order of the design', async () => {
    const view = await suite.open({ shown: train, width: 1280 });
    const stops: string[] = [];
    await view.page.locator('ce-toolbar').first().getByRole('button').first().focus();
    for (let at = 0; at < 7; at++) {
      stops.push(
        await view.page.evaluate(() => {
          const focused = document.activeElement;
          const place = focused?.closest('ce-toolbar, ce-filter, [role=treegrid], .pane');
          return place?.getAttribute('aria-label') ?? place?.localName ?? '';
        }),
      );
      await view.press('Tab');
    }
    const inFilter = stops.filter((stop) => stop === 'ce-filter').length;
    expect(inFilter).toBeGreaterThan(0);
    expect(stops.filter((stop, at) => stop !== stops[at - 1])).toEqual([
      'Actions',
      'Facets',
      'ce-filter',
      'View',
      'Entries of the checkpoint',
    ]);
  });

  it('moves inside a bar with the arrows', async () => {
    const view = await suite.open({ shown: train });
    const chips = view.page.locator('.facets [data-facet]');
    await chips.first().focus();
    await view.press('ArrowRight');
    const focused = (): Promise<string | null> =>
      view.page.evaluate(() => document.activeElement?.getAttribute('data-facet') ?? null);
    expect(await focused()).toBe(await chips.nth(1).getAttribute('data-facet'));
    await view.press('Home');
    expect(await focused()).toBe(await chips.first().getAttribute('data-facet'));
    expect(await view.page.locator('.facets [data-stop][tabindex="0"]').count()).toBe(1);
  });

  it('copies keys and Python expressions', async () => {
    const view = await suite.open({ shown: train });
    await view.press('ArrowDown', 'Control+c', 'Shift+Alt+C');
    expect(view.host.askedFor('copy')).toEqual([
      ['key', [1]],
      ['python', [1]],
    ]);
  });

  it('sorts by the headers, which stand above the first row', async () => {
    const view = await suite.open({ shown: train });
    await view.press('ArrowUp', 'ArrowRight', 'Enter');
    expect(await view.page.getByRole('columnheader', { name: 'Shape' }).getAttribute('aria-sort')).toBe('ascending');
    await view.press('Enter');
    expect(await view.page.getByRole('columnheader', { name: 'Shape' }).getAttribute('aria-sort')).toBe('descending');
    const width = (await view.page.getByRole('columnheader', { name: 'Shape' }).boundingBox())?.width ?? 0;
    await view.press('Alt+ArrowRight');
    expect((await view.page.getByRole('columnheader', { name: 'Shape' }).boundingBox())?.width).toBe(width + 8);
    await view.press('Enter', 'ArrowDown', 'ArrowDown');
    expect(await view.focusedLabel()).toBe('model');
  });

  it('keeps undo and Delete in the filter from VS Code, and lets other keys through', async () => {
    const view = await suite.open({ shown: train });
    await view.page.evaluate(() => {
      document.body.dataset['reached'] = '';
      window.addEventListener('keydown', (event) => {
        document.body.dataset['reached'] = `${document.body.dataset['reached'] ?? ''} ${event.key}`;
      });
    });
    await view.press('Control+f');
    await view.page.keyboard.type('x');
    await view.press('Control+z', 'Control+y', 'Delete', 'Backspace', 'Control+s');
    const reached = await view.page.evaluate(() => document.body.dataset['reached']);
    const modifiers = ['', 'Control'];
    expect(reached?.split(' ').filter((key) => !modifiers.includes(key))).toEqual(['x', 's']);
  });

  it('stops at each flagged row', async () => {
    const views = await shownFile('torch-2.14.1/views.pt');
    const view = await suite.open({ shown: views });
    await view.press('F7');
    const first = await view.focusedLabel();
    await view.press('F7');
    expect(await view.focusedLabel()).not.toBe(first);
    await view.press('Shift+F7');
    expect(await view.focusedLabel()).toBe(first);
  });

  it('tells the host where the focus is, for its key bindings', async () => {
    const view = await suite.open({ shown: train });
    await view.press('/');
    expect(view.host.askedFor('treeFocused').at(-1)).toEqual([false]);
    await view.press('Escape');
    expect(view.host.askedFor('treeFocused').at(-1)).toEqual([true]);
  });

  it('asks for the menu at the focused row', async () => {
    const view = await suite.open({ shown: train });
    await view.page.evaluate(() => {
      window.addEventListener('contextmenu', (event) => {
        const row = event.target instanceof Element ? event.target.closest('[data-vscode-context]') : null;
        document.body.dataset['menu'] = row?.getAttribute('data-vscode-context') ?? '';
        document.body.dataset['menuAt'] = String(event.clientY);
      });
    });
    await view.press('ArrowDown', 'ArrowDown', 'Shift+F10');
    expect(JSON.parse((await view.page.locator('body').getAttribute('data-menu')) ?? '')).toEqual({
      webviewSection: 'row',
      preventDefaultContextMenuItems: true,
      entryKind: 'tensor',
      editable: false,
      removed: false,
      branch: false,
      several: false,
      layer: true,
    });
    const box = await view.row('buf').boundingBox();
    expect(await view.page.locator('body').getAttribute('data-menu-at')).toBe(String((box?.y ?? 0) + 22));
  });
});

describe('a large tree by keyboard', () => {
  it('keeps the focused row in sight, below the sticky rows', async () => {
    const view = await suite.open();
    await view.showLarge(5_000);
    await view.press('ArrowRight', '*', 'End');
    expect(await view.rows.count()).toBeLessThan(50);
    for (const key of ['End', 'PageUp', 'ArrowUp', 'Home', 'PageDown']) {
      await view.press(key);
      const [row, sticky, grid] = await view.page.evaluate(() => {
        const box = (selector: string): { top: number; bottom: number } | null => {
          const found = document.querySelector(selector)?.getBoundingClientRect();
          return found === undefined ? null : { top: found.top, bottom: found.bottom };
        };
        return [box('.strip .row.foc'), box('.sticky:not([hidden])'), box('.grid')];
      });
      expect(row, key).not.toBeNull();
      expect(row?.top, key).toBeGreaterThanOrEqual((sticky?.bottom ?? 0) - 1);
      expect(row?.bottom, key).toBeLessThanOrEqual((grid?.bottom ?? 0) + 0.5);
    }
  });
});

async function started(): Promise<{
  page: Page;
  focusedLabel: () => Promise<string | null>;
}> {
  const view = await suite.open({ shown: train });
  return { page: view.page, focusedLabel: () => view.focusedLabel() };
}

async function selected(page: Page): Promise<string[]> {
  return page.locator('.strip [aria-selected=true] .name').allTextContents();
}

async function expectFocus(page: Page, selector: string): Promise<void> {
  await page.waitForFunction((wanted) => document.activeElement?.matches(wanted) === true, selector, {
    timeout: 3_000,
  });
}
