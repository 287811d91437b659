import { describe, expect, it } from 'vitest';
import { shownFile } from './harness/corpusFiles';
import { noEdits, uneditedFile } from './harness/editedViews';
import { webviewSuite } from './harness/suite';
import type { WebviewPage } from './harness/webviewPage';

const suite = webviewSuite();
const train = await shownFile('torch-2.14.1/train.pt');
const objects = await shownFile('torch-2.14.1/misc_objs.pt');

const headers = (view: WebviewPage): Promise<string[]> =>
  view.page.locator('ce-tree [role=columnheader]').allInnerTexts();

async function filterBy(view: WebviewPage, text: string): Promise<void> {
  await view.press('Control+f');
  await view.page.keyboard.type(text);
  await view.settled();
}

describe('the columns', () => {
  it('drop Device from a tree of 640 pixels on, not before', async () => {
    // The details beside the tree take 320.
    const view = await suite.open({ shown: train, width: 961 });
    expect(await view.page.locator('.main').evaluate((main) => main.clientWidth)).toBe(641);
    expect(await headers(view)).toEqual(['Key', 'Shape', 'Dtype', 'Device', 'Size']);
    await view.page.setViewportSize({ width: 960, height: 743 });
    await view.settled();
    expect(await headers(view)).toEqual(['Key', 'Shape', 'Dtype', 'Size']);
  });
});

describe('a filter that is typed', () => {
  it('starts at the first match, and without it where the focus is', async () => {
    const view = await suite.open();
    await view.showLarge(5_000);
    view.host.webview.run('expandAll');
    await view.press('PageDown', 'PageDown', 'PageDown', 'PageDown', 'PageDown', 'PageDown');
    const focused = await view.focusedLabel();
    await filterBy(view, 'up.weight');
    expect((await view.labels()).slice(0, 6)).toEqual(['model', 'layers', '0', 'mlp', 'up', 'weight']);
    expect(await view.page.locator('.grid').evaluate((grid) => grid.scrollTop)).toBe(0);
    await view.press('Escape', 'Escape');
    expect(await view.focusedLabel()).toBe(focused);
  });

  it('leaves nothing selected that it hides, and says so', async () => {
    const view = await suite.open({ shown: train });
    view.host.webview.edits(noEdits);
    const status = view.page.locator('.foot [role=status]');
    await filterBy(view, 'weight');
    expect(await status.textContent()).toMatch(/^0 of \d+ selected$/);
    expect(view.host.askedFor('selection').at(-1)?.[0]).toEqual([]);
    await view.page.locator('.grid').focus();
    await view.press('Delete', 'F2');
    expect(view.host.askedFor('edit')).toEqual([]);
    expect(await view.page.locator('ce-rename').count()).toBe(0);
    // A branch is chosen with all that is below it, matching or not.
    await view.row('model').click();
    expect(await status.textContent()).toMatch(/^\d+ selected/);
    const matching = view.rows.filter({ has: view.page.locator('.hl') }).filter({ hasText: 'weight' });
    await matching.first().click();
    expect(await status.textContent()).toMatch(/^1 of \d+ selected/);
    await view.press('Control+f', 'Escape');
    expect(await status.textContent()).toMatch(/^1 of 50 selected/);
  });

  it('marks what it has found in the names of branches', async () => {
    const view = await suite.open({ shown: uneditedFile });
    const marked = (): Promise<(readonly [string | null, string | null])[]> =>
      view.page
        .locator('ce-tree .strip .name:has(.hl)')
        .evaluateAll((names) =>
          names.map((name) => [name.textContent, name.querySelector('.hl')?.textContent ?? null]),
        );
    await filterBy(view, 'dict.bn1.w');
    expect(await marked()).toEqual([
      ['model_state_dict', 'dict'],
      ['bn1', 'bn1'],
      ['weight', 'w'],
    ]);
    await view.press('Control+f');
    await view.page.keyboard.type('*.bn?.bias');
    await view.settled();
    expect(await marked()).toEqual([
      ['bn1', 'bn'],
      ['bias', 'bias'],
    ]);
  });
});

describe('the sums of a selection', () => {
  it('are those of the summary when everything is selected', async () => {
    const shared = await shownFile('torch-2.14.1/views.pt');
    for (const file of [train, shared]) {
      const view = await suite.open({ shown: file });
      await view.press('Control+a');
      const parameters = file.checkpoint?.summary.parameters ?? -1;
      const fact = view.page.locator('.pane dt', { hasText: 'Parameters' }).locator('xpath=following-sibling::dd[1]');
      await expect.poll(async () => (await fact.innerText()).replaceAll(',', '')).toBe(String(parameters));
    }
  });
});

describe('an editor of 290 pixels', () => {
  it('cuts no fact, chip or import short', async () => {
    const view = await suite.open({ shown: objects, width: 290 });
    const inside = await view.page.evaluate(() => {
      const clipped = (selector: string, box: string): string[] => {
        const { left, right, top, bottom } = document.querySelector(box)?.getBoundingClientRect() ?? new DOMRect();
        return [...document.querySelectorAll(selector)]
          .map((element) => ({ text: element.textContent, at: element.getBoundingClientRect() }))
          .filter(({ at }) => at.top < bottom && at.bottom > top && (at.left < left - 0.5 || at.right > right + 0.5))
          .map(({ text }) => text);
      };
      return [clipped('.facts > *', '.facts'), clipped('.facets .list > *', '.facets .list')];
    });
    expect(inside).toEqual([[], []]);
    const more = await view.page.locator('.summary').getByRole('button', { name: 'More Actions…' }).boundingBox();
    expect((more?.x ?? 0) + (more?.width ?? 1_000)).toBeLessThanOrEqual(290);
    expect(await view.page.locator('.facets .flag').innerText()).toBe('1');
    const columns = await view.page.locator('.sections').evaluate((grid) => getComputedStyle(grid).gridTemplateColumns);
    expect(columns.split(' ')).toHaveLength(1);
    await view.page.locator('.facets .flag').click();
    await view.page.locator('ce-audit .row .name').first().waitFor();
    const widths = await view.page
      .locator('ce-audit .row .name .mid')
      .evaluateAll((names) =>
        names.map((name) => name.lastElementChild).map((last) => [last?.scrollWidth, last?.clientWidth]),
      );
    expect(widths.length).toBeGreaterThan(0);
    expect(await view.page.locator('.pane > .scroll').evaluate((scroll) => scroll.scrollTop)).toBe(0);
    for (const [whole, seen] of widths) {
      expect(seen).toBe(whole);
    }
  });
});
