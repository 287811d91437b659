import { describe, expect, it } from 'vitest';
import { RowFlag } from '../../src/core/tree/treeColumns';
import { shownColumns, shownFile } from './harness/corpusFiles';
import { webviewSuite } from './harness/suite';
import type { WebviewPage } from './harness/webviewPage';
import { makeColumns } from '../support/treeColumns';

const suite = webviewSuite();
const train = await shownFile('torch-2.14.1/train.pt');

const mixed = shownColumns(
  makeColumns([
    { path: ['net', 'a', 'weight'], shape: [2, 2], flags: RowFlag.Parameter },
    { path: ['net', 'a', 'running_mean'], shape: [2], flags: RowFlag.Buffer },
    { path: ['net', 'b', 'weight'], shape: [2], dtype: 'int8', device: 'cuda:0', flags: RowFlag.Parameter },
    { path: ['net', 'b', 'table'], shape: [9], dtype: 'int64', device: 'cuda:0' },
    { path: ['epoch'], value: '3' },
  ]),
);

async function filter(view: WebviewPage, text: string): Promise<void> {
  await view.page.getByRole('searchbox').fill(text);
  await view.settled();
}

const chip = (view: WebviewPage, id: string) => view.page.locator(`[data-facet="${id}"]`);

describe('the text filter', () => {
  it('keeps the ancestors of matches, dimmed, and marks the match', async () => {
    const view = await suite.open({ shown: mixed });
    await filter(view, 'MEAN');
    expect(await view.labels()).toEqual(['net', 'a', 'running_mean']);
    expect(await view.page.locator('.strip .hl').allTextContents()).toEqual(['mean']);
    expect(await view.row('a').locator('.name').getAttribute('class')).toContain('dim');
    expect(await view.page.locator('ce-filter .badge').textContent()).toBe('1 of 5');
    await view.page.getByRole('button', { name: 'Clear Filter' }).first().click();
    await view.settled();
    expect(await view.labels()).toHaveLength(8);
  });

  it('knows wildcards, case and regular expressions', async () => {
    const view = await suite.open({ shown: mixed });
    const count = (): Promise<string | null> => view.page.locator('ce-filter .badge').textContent();
    await filter(view, 'net*weight');
    expect(await count()).toBe('2 of 5');
    await filter(view, '?.weight');
    expect(await count()).toBe('2 of 5');
    await filter(view, 'NET');
    expect(await count()).toBe('4 of 5');
    await view.page.getByRole('button', { name: 'Match Case' }).click();
    await view.settled();
    expect(await count()).toBe('0 of 5');
    expect(await view.page.locator('.hint').textContent()).toContain('No key matches “NET”.');
    await view.page.getByRole('button', { name: 'Use Regular Expression' }).click();
    await filter(view, '^net\\.[ab]\\.w');
    expect(await count()).toBe('2 of 5');
  });

  it('keeps the last valid filter while a regular expression is none', async () => {
    const view = await suite.open({ shown: mixed });
    await view.page.getByRole('button', { name: 'Use Regular Expression' }).click();
    await filter(view, 'weight');
    const before = await view.labels();
    await filter(view, 'weight[1-');
    expect(await view.page.getByRole('alert').textContent()).toBe('Unterminated character class at position 6');
    expect(await view.page.getByRole('searchbox').getAttribute('aria-invalid')).toBe('true');
    expect(await view.labels()).toEqual(before);
    expect(await view.page.locator('.foot').textContent()).toContain('Showing the last valid filter');
  });

  it('never moves the bars', async () => {
    const view = await suite.open({ shown: mixed });
    const top = async (): Promise<number | undefined> => (await view.page.locator('.grid').boundingBox())?.y;
    const before = await top();
    await filter(view, 'nothing at all');
    expect(await top()).toBe(before);
    await view.page.getByRole('button', { name: 'Use Regular Expression' }).click();
    await filter(view, '[');
    expect(await top()).toBe(before);
  });

  it('cuts the start that all rows of a flat list share to one width', async () => {
    const view = await suite.open({ shown: mixed, width: 640 });
    await view.page.getByRole('searchbox').fill('net.a');
    view.host.webview.run('toggleLayout');
    await view.settled();
    expect(await view.page.locator('.strip .pre').allTextContents()).toEqual(['net.a.', 'net.a.']);
    expect((await view.labels()).map((label) => label.trim())).toEqual(['weight', 'running_mean']);
    const lefts = await view.page
      .locator('.strip .name')
      .evaluateAll((names) => names.map((name) => name.getBoundingClientRect().left));
    expect(new Set(lefts).size).toBe(1);
  });
});

describe('facets', () => {
  it('are OR in a group and AND between groups, and count what the others leave', async () => {
    const view = await suite.open({ shown: mixed });
    const count = async (id: string): Promise<string> => (await chip(view, id).locator('.n').textContent()) ?? '';
    expect(await count('dtype:float32')).toBe('2');
    await chip(view, 'dtype:int8').click();
    await chip(view, 'dtype:int64').click();
    await view.settled();
    expect(await view.labels()).toEqual(['net', 'b', 'weight', 'table']);
    expect(await count('dtype:float32')).toBe('2');
    expect(await count('device:cpu')).toBe('0');
    expect(await chip(view, 'device:cpu').getAttribute('class')).toContain('zero');
    await chip(view, 'kind:parameter').click();
    await view.settled();
    expect(await view.labels()).toEqual(['net', 'b', 'weight']);
    expect(await count('dtype:int64')).toBe('0');
    expect(await chip(view, 'dtype:int8').getByRole('button').getAttribute('aria-pressed')).toBe('true');
  });

  it('with Alt are the only ones', async () => {
    const view = await suite.open({ shown: mixed });
    await chip(view, 'dtype:int8').click();
    await chip(view, 'dtype:float32').click({ modifiers: ['Alt'] });
    await view.settled();
    expect(await chip(view, 'dtype:int8').getByRole('button').getAttribute('aria-pressed')).toBe('false');
    expect(await view.labels()).toEqual(['net', 'a', 'weight', 'running_mean']);
  });

  it('that do not fit are behind one chip', async () => {
    const dtypes = ['float32', 'float16', 'bfloat16', 'int8', 'int16', 'int32', 'int64', 'uint8', 'bool'];
    const entries = dtypes.map((dtype) => ({ path: [dtype], shape: [1], dtype }));
    const view = await suite.open({ shown: shownColumns(makeColumns(entries)) });
    expect(await view.page.locator('.facets .list > [data-facet^=dtype]').count()).toBe(6);
    await view.page.getByRole('button', { name: '3 more' }).click();
    await view.page.getByRole('checkbox', { name: 'uint8' }).click();
    await view.settled();
    expect(await view.labels()).toEqual(['uint8']);
    await view.press('Escape');
    expect(await view.page.getByRole('checkbox', { name: 'uint8' }).isVisible()).toBe(false);
  });
});

describe('the chip of the imports', () => {
  it('opens the audit, whose × brings the details back', async () => {
    const lightning = await shownFile('torch-2.14.1/module.pt');
    const view = await suite.open({ shown: lightning });
    await view.page.locator('.chip.flag').click();
    const pane = view.page.getByRole('complementary');
    await pane.getByText('Import Audit').waitFor();
    await pane.locator('[role=grid] [role=row]').first().waitFor();
    await pane.getByRole('button', { name: 'Close' }).click();
    await view.settled();
    expect(await pane.getAttribute('aria-label')).toBe('Details');
  });
});

describe('100,000 keys', () => {
  it('are filtered without memory per keystroke', async () => {
    const view = await suite.open();
    await view.showLarge(100_000);
    await filter(view, 'q');
    const grown = await view.page.evaluate(async () => {
      const box = document.querySelector('vscode-text-field')?.shadowRoot?.querySelector('input');
      if (!(box instanceof HTMLInputElement)) {
        throw new Error('no filter box');
      }
      const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
      const heap = (): number => performance.memory.usedJSHeapSize;
      const before = heap();
      for (const text of [
        'qu',
        'que',
        'quer',
        'query',
        'query.',
        'query.w',
        'layers.77',
        'layers.777',
        '*bias',
        'zzz',
      ]) {
        box.value = text;
        box.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
        await frame();
      }
      return heap() - before;
    });
    // Two arrays of one byte a row at each keystroke; strings made per key would be some 10 MB each.
    expect(grown).toBeLessThan(20 * 2 ** 20);
    expect(await view.page.locator('ce-filter .badge').textContent()).toBe('0 of 100,000');
  });

  it('show what is typed last', async () => {
    const view = await suite.open();
    await view.showLarge(100_000);
    await view.press('/');
    await view.page.keyboard.type('layers.7777.*query.bias');
    await view.settled();
    expect(await view.page.locator('ce-filter .badge').textContent()).toBe('1 of 100,000');
    expect(await view.labels()).toEqual(['model', 'layers', '7777', 'attention', 'query', 'bias']);
  });
});

describe('state', () => {
  it('is kept by key when the page comes back', async () => {
    const view = await suite.open({ shown: train });
    await filter(view, 'weight');
    await view.row('weight').click();
    await view.settled();
    const before = await view.labels();
    await view.page.reload();
    await view.page.waitForTimeout(100);
    await view.show(train, true);
    expect(await view.page.getByRole('searchbox').inputValue()).toBe('weight');
    expect(await view.labels()).toEqual(before);
    expect(await view.page.locator('.strip [aria-selected=true] .name').allTextContents()).toEqual(['weight']);
  });
});

declare global {
  interface Performance {
    readonly memory: { readonly usedJSHeapSize: number };
  }
}
