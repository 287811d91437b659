import { describe, expect, it } from 'vitest';
import { shownFile } from './harness/corpusFiles';
import { webviewSuite } from './harness/suite';

const suite = webviewSuite();
const train = await shownFile('torch-2.14.1/train.pt');
const views = await shownFile('torch-2.14.1/views.pt');

describe('the mouse', () => {
  it('selects one, several, a range', async () => {
    const view = await suite.open({ shown: views });
    const rows = view.rows;
    await rows.nth(1).click();
    await rows.nth(3).click({ modifiers: ['Control'] });
    await view.settled();
    expect(view.host.askedFor('selection').at(-1)).toEqual([[3, 1], 1]);
    await rows.nth(5).click({ modifiers: ['Shift'] });
    await view.settled();
    expect(view.host.askedFor('selection').at(-1)?.[0]).toHaveLength(3);
    expect(await view.page.locator('.foot').textContent()).toContain('3 selected');
  });

  it('opens a branch at its twistie without selecting it', async () => {
    const view = await suite.open({ shown: train });
    const before = view.host.askedFor('selection').length;
    await view.row('model').locator('.tw').click();
    await view.settled();
    expect(await view.row('model').getAttribute('aria-expanded')).toBe('false');
    expect(view.host.askedFor('selection')).toHaveLength(before);
    await view.row('model').locator('.name').dblclick();
    await view.settled();
    expect(await view.row('model').getAttribute('aria-expanded')).toBe('true');
  });

  it('sorts, resizes, fits and hides columns, and remembers it', async () => {
    const view = await suite.open({ shown: train });
    const header = (name: string) => view.page.getByRole('columnheader', { name });
    await header('Size').click();
    await view.settled();
    expect(await header('Size').getAttribute('aria-sort')).toBe('ascending');
    const before = await header('Shape').boundingBox();
    const x = (before?.x ?? 0) + 2;
    const y = (before?.y ?? 0) + 10;
    await view.page.mouse.move(x, y);
    await view.page.mouse.down();
    await view.page.mouse.move(x - 50, y, { steps: 3 });
    await view.page.mouse.up();
    await view.settled();
    expect((await header('Shape').boundingBox())?.width).toBeCloseTo((before?.width ?? 0) + 50, 0);
    await header('Device').click({ button: 'right' });
    await view.page.getByRole('checkbox', { name: 'Device' }).click();
    await view.page.getByRole('checkbox', { name: 'Stride' }).click();
    await view.press('Escape');
    expect(await header('Device').count()).toBe(0);
    expect(await view.row('buf').locator('[data-column=stride]').textContent()).toContain('(');
    await view.page.reload();
    await view.host.ready;
    await view.page.waitForTimeout(100);
    await view.show(train, true);
    expect((await header('Shape').boundingBox())?.width).toBeCloseTo((before?.width ?? 0) + 50, 0);
    expect(await header('Device').count()).toBe(0);
    expect(await header('Size').getAttribute('aria-sort')).toBe('ascending');
    await header('Shape').locator('.sash').dblclick();
    await view.settled();
    const fitted = (await header('Shape').boundingBox())?.width ?? 0;
    expect(fitted).toBeGreaterThanOrEqual(44);
    expect(fitted).toBeLessThan((before?.width ?? 0) + 50);
  });

  it('drags the pane wider, and a double click resets it', async () => {
    const view = await suite.open({ shown: train });
    const pane = view.page.getByRole('complementary');
    const box = await pane.boundingBox();
    await view.page.mouse.move((box?.x ?? 0) - 1, 300);
    await view.page.mouse.down();
    await view.page.mouse.move((box?.x ?? 0) - 101, 300, { steps: 3 });
    await view.page.mouse.up();
    await view.settled();
    expect((await pane.boundingBox())?.width).toBe(420);
    await view.page.locator('.pane > .sash').dblclick();
    await view.settled();
    expect((await pane.boundingBox())?.width).toBe(320);
  });

  it('scrolls to a sticky row that is clicked', async () => {
    const view = await suite.open();
    await view.showLarge(2_000);
    await view.press('ArrowRight', '*', 'End');
    await view.page.mouse.move(300, 400);
    await view.page.mouse.wheel(0, -200);
    await view.settled();
    const sticky = view.page.locator('.sticky .row');
    expect(await sticky.count()).toBeGreaterThan(1);
    await sticky.filter({ hasText: 'layers' }).first().click();
    await view.settled();
    expect(await view.focusedLabel()).toBe('layers');
  });

  it('follows links of the details to their rows', async () => {
    const view = await suite.open({ shown: views });
    await view.row('base').click();
    const link = view.page.locator('.pane vscode-button.lnk').first();
    const wanted = await link.textContent();
    await link.click();
    await view.settled();
    expect(await view.focusedLabel()).toBe(wanted?.trim());
  });
});

describe('a huge tree', () => {
  it('holds few rows in the page, wherever it is scrolled to', async () => {
    const view = await suite.open();
    await view.showLarge(100_000);
    await view.page.getByRole('button', { name: 'Expand All' }).click();
    await view.settled();
    const rows = Number(await view.page.getByRole('treegrid').getAttribute('aria-rowcount'));
    expect(rows).toBeGreaterThan(100_000);
    const thumb = view.page.locator('.vbar > i');
    const box = await thumb.boundingBox();
    await view.page.mouse.move((box?.x ?? 0) + 5, (box?.y ?? 0) + 5);
    await view.page.mouse.down();
    for (const y of [200, 400, 600, 900]) {
      await view.page.mouse.move((box?.x ?? 0) + 5, y);
      await view.settled();
      expect(await view.rows.count()).toBeLessThan(45);
    }
    await view.page.mouse.up();
    expect(Number(await view.rows.last().getAttribute('aria-rowindex'))).toBe(rows);
    await view.page.mouse.move(300, 400);
    await view.page.mouse.wheel(0, -2_200);
    await view.settled();
    expect(Number(await view.rows.last().getAttribute('aria-rowindex'))).toBeLessThan(rows - 90);
    expect(await view.page.locator('*').count()).toBeLessThan(2_000);
  });

  it('reaches the last row where the native height is not enough', async () => {
    const view = await suite.open();
    await view.showLarge(400_000);
    await view.page.getByRole('button', { name: 'Expand All' }).click();
    await view.page.locator('.grid').focus();
    await view.press('End');
    const rows = Number(await view.page.getByRole('treegrid').getAttribute('aria-rowcount'));
    expect(Number(await view.rows.last().getAttribute('aria-rowindex'))).toBe(rows);
    await view.page.mouse.move(300, 400);
    await view.page.mouse.wheel(0, -220);
    await view.settled();
    expect(Number(await view.rows.last().getAttribute('aria-rowindex'))).toBe(rows - 10);
    await view.press('Home');
    expect(await view.rows.first().getAttribute('aria-rowindex')).toBe('2');
  }, 120_000);
});
