import { describe, expect, it } from 'vitest';
import { RowFlag } from '../../src/core/tree/treeColumns';
import { madeSummary, shownColumns, shownFile } from './harness/corpusFiles';
import { brokenView } from './harness/madeViews';
import { webviewSuite } from './harness/suite';
import { makeColumns } from '../support/treeColumns';

const suite = webviewSuite();
const train = await shownFile('torch-2.14.1/train.pt');

describe('loading', () => {
  it('shows nothing at first, then the summary and rows to come; Cancel cancels', async () => {
    const view = await suite.open();
    view.host.webview.loading({ summary: { ...madeSummary, counts: null }, done: 4_096, total: 8_192 });
    const skeleton = view.page.locator('.ske').first();
    await skeleton.waitFor();
    expect(await view.page.locator('.summary').textContent()).toContain('State dict');
    expect(await view.page.locator('.foot').textContent()).toContain('Reading the index: 4 KB of 8 KB');
    const before = await view.page.locator('.hd').first().boundingBox();
    await view.page.getByRole('button', { name: 'Cancel' }).click();
    await view.settled();
    expect(view.host.askedFor('cancelLoading')).toEqual([[]]);
    await view.show(train);
    expect(await view.page.locator('.hd').first().boundingBox()).toEqual(before);
  });
});

describe('a broken file', () => {
  it('says what it is and what to do', async () => {
    const view = await suite.open();
    view.host.webview.broken(brokenView);
    expect(await view.page.getByRole('heading', { level: 1 }).textContent()).toBe(brokenView.title);
    await view.page.getByRole('button', { name: 'Run in Terminal' }).click();
    await view.page.getByRole('button', { name: 'Retry' }).click();
    await view.page.getByRole('button', { name: 'Copy', exact: true }).click();
    await view.settled();
    expect(view.host.askedFor('brokenAction')).toEqual([['runInTerminal'], ['retry']]);
    expect(view.host.askedFor('copyText')).toEqual([[brokenView.command?.line]]);
    expect(await view.page.getByText(brokenView.details).count()).toBe(0);
    await view.page.getByRole('button', { name: 'Reveal Details' }).click();
    await view.page.getByText(brokenView.details).waitFor();
  });

  it('gives way to the tree when it is whole', async () => {
    const view = await suite.open();
    view.host.webview.broken(brokenView);
    await view.show(train);
    expect(await view.labels()).toContain('epoch');
  });
});

describe('nothing to show', () => {
  it('is said of a file without entries', async () => {
    const view = await suite.open({ shown: shownColumns(makeColumns([])) });
    expect(await view.page.locator('.hint').textContent()).toContain('This state dict has no entries.');
    expect(await view.page.locator('.foot').textContent()).toContain('0 entries');
  });

  it('names the facet that is also on', async () => {
    const view = await suite.open({ shown: train });
    await view.page.locator('[data-facet="dtype:int64"]').click();
    await view.page.getByRole('searchbox').fill('nowhere');
    await view.settled();
    expect(await view.page.locator('.hint').textContent()).toContain('The facet int64 is also on.');
    await view.page.locator('.hint').getByRole('button', { name: 'Clear Filter' }).click();
    await view.settled();
    expect(await view.labels()).toContain('epoch');
  });
});

describe('a note', () => {
  it('stands between filter and tree, with its actions and its line in the foot', async () => {
    const view = await suite.open({ shown: train });
    view.host.webview.note({
      icon: 'info',
      text: 'The file changed on disk.',
      actions: [
        { label: 'Reload', action: 'reload' },
        { label: 'Dismiss', action: 'dismiss' },
      ],
      foot: 'Reloads when the file is complete',
    });
    await view.page.getByText('The file changed on disk.').waitFor();
    expect(await view.page.locator('.foot').textContent()).toContain('Reloads when the file is complete');
    await view.page.getByRole('button', { name: 'Reload' }).click();
    await view.page.getByRole('button', { name: 'Dismiss' }).click();
    await view.settled();
    expect(view.host.askedFor('noteAction')).toEqual([['reload'], ['dismiss']]);
    view.host.webview.note(null);
    await view.settled();
    expect(await view.page.getByText('The file changed on disk.').count()).toBe(0);
  });
});

describe('a new version of the file', () => {
  it('keeps what is open, selected and filtered, by key', async () => {
    const view = await suite.open({
      shown: shownColumns(
        makeColumns([
          { path: ['a', 'x'], shape: [1] },
          { path: ['a', 'y'], shape: [2] },
          { path: ['b', 'x'], shape: [3] },
        ]),
      ),
    });
    await view.row('b').locator('.tw').click();
    await view.row('y').click();
    await view.page.waitForTimeout(300);
    await view.show(
      shownColumns(
        makeColumns([
          { path: ['new', 'x'], shape: [1] },
          { path: ['a', 'y'], shape: [2] },
          { path: ['b', 'x'], shape: [3] },
        ]),
      ),
      true,
    );
    expect(await view.labels()).toEqual(['new', 'a', 'y', 'b']);
    expect(await view.page.locator('.strip [aria-selected=true] .name').allTextContents()).toEqual(['y']);
  });
});

describe('hostile keys', () => {
  it('are text, never markup, and stay in their row', async () => {
    const keys = [
      '<img src=x onerror=document.title=1>',
      '"><script>document.title="2"</script>',
      '\u202egnp.tpircs',
      'a\u0000b\u001b[31m\nnext\tline',
      'x'.repeat(10_000),
      '\ud800',
      'مفتاح.الوزن',
      '${7*7}',
      '__proto__',
      '',
    ];
    const entries = keys.flatMap((key) => [
      { path: ['group', key], shape: [1], description: '<b>bold</b>', flags: RowFlag.Shared },
    ]);
    const view = await suite.open({
      shown: shownColumns(makeColumns([...entries, { path: ['value'], value: '<i>1</i>' }])),
    });
    const title = await view.page.title();
    expect(
      await view.page.locator('ce-tree img, ce-tree script, ce-tree b, ce-tree .row i:not(.codicon, .shp i)').count(),
    ).toBe(0);
    const labels = await view.labels();
    expect(labels).toContain('<img src=x onerror=document.title=1>');
    expect(labels).toContain('[U+202E]gnp.tpircs');
    expect(labels).toContain('a␀b␛[31m␊next␉line');
    expect(labels.some((label) => label.length === 401 && label.includes('x…x'))).toBe(true);
    for (const row of await view.rows.all()) {
      expect((await row.boundingBox())?.height).toBe(22);
    }
    view.host.webview.run('toggleLayout');
    await view.page.getByRole('searchbox').fill('script');
    await view.settled();
    expect(await view.page.locator('.strip .hl').allTextContents()).toEqual(['script']);
    await view.press('Control+f');
    expect(await view.page.title()).toBe(title);
  });

  it('nested deep are indented no further than fits', async () => {
    const path = Array.from({ length: 2_000 }, (_, depth) => `d${depth}`);
    const view = await suite.open({ shown: shownColumns(makeColumns([{ path, shape: [1] }])) });
    await view.page.getByRole('button', { name: 'Expand All' }).click();
    await view.press('Tab');
    await view.page.locator('.grid').focus();
    await view.press('End');
    expect(await view.focusedLabel()).toBe('d1999');
    const name = await view.row('d1999').locator('.name').boundingBox();
    expect(name?.width).toBeGreaterThan(20);
    expect(await view.page.locator('ce-tree *').count()).toBeLessThan(1_500);
  });
});

describe('the width of the editor', () => {
  it('puts the pane below the tree, drops columns and labels, and moves the view buttons', async () => {
    const view = await suite.open({ shown: train, width: 1280 });
    const headers = (): Promise<string[]> => view.page.getByRole('columnheader').allInnerTexts();
    const pane = view.page.getByRole('complementary');
    expect(await headers()).toEqual(['Key', 'Shape', 'Dtype', 'Device', 'Size']);
    expect((await pane.boundingBox())?.width).toBe(320);
    await view.page.setViewportSize({ width: 640, height: 743 });
    await view.settled();
    expect(await headers()).toEqual(['Key', 'Shape', 'Dtype', 'Size']);
    expect(await pane.boundingBox()).toMatchObject({ x: 0, width: 640, height: 196 });
    expect(await view.page.getByRole('button', { name: 'Expand All' }).count()).toBe(0);
    await view.page.getByRole('button', { name: 'View…' }).waitFor();
    await view.page.setViewportSize({ width: 300, height: 743 });
    await view.settled();
    expect(await headers()).toEqual(['Key']);
    expect(await view.row('buf').locator('.d').textContent()).toContain('[');
    const overflow = await view.page.evaluate(() => document.documentElement.scrollWidth);
    expect(overflow).toBeLessThanOrEqual(300);
  });
});

describe('Chinese', () => {
  it('replaces every sentence that has a translation', async () => {
    const view = await suite.open({
      shown: train,
      locale: 'zh-cn',
      strings: {
        Key: '键',
        'Filter keys': '筛选键',
        '{0} of {1} selected': '已选择 {1} 中的 {0}',
        'File order': '文件顺序',
      },
    });
    expect(await view.page.getByRole('columnheader').first().textContent()).toContain('键');
    expect(await view.page.locator('.foot').textContent()).toContain('已选择');
    expect(await view.page.locator('html').getAttribute('lang')).toBe('zh-cn');
  });
});
