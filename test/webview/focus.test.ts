import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { WebviewCommand } from '../../src/protocol/messages';
import { shownFile } from './harness/corpusFiles';
import { noEdits, optimizerReview, uneditedFile } from './harness/editedViews';
import { webviewSuite } from './harness/suite';
import type { WebviewPage } from './harness/webviewPage';

const suite = webviewSuite();
const train = await shownFile('torch-2.14.1/train.pt');
const objects = await shownFile('torch-2.14.1/misc_objs.pt');

/** Whether what has the focus is one of these. */
async function expectFocus(page: Page, selector: string): Promise<void> {
  await page.waitForFunction((wanted) => document.activeElement?.closest(wanted) !== null, selector, {
    timeout: 3_000,
  });
}

const outline = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement ?? document.body);
    return `${outlineWidth} ${outlineStyle}`;
  });

/** Answers of the host come only when the test lets them. */
function holdAnswers(view: WebviewPage): Promise<() => Promise<void>> {
  return view.page
    .evaluate(() => {
      const held: MessageEvent<unknown>[] = [];
      const hold = (event: MessageEvent<unknown>): void => {
        event.stopImmediatePropagation();
        held.push(event);
      };
      window.addEventListener('message', hold, { capture: true });
      document.addEventListener('release', () => {
        window.removeEventListener('message', hold, { capture: true });
        for (const event of held) {
          window.dispatchEvent(new MessageEvent('message', { data: event.data }));
        }
      });
    })
    .then(() => async () => {
      await view.page.evaluate(() => document.dispatchEvent(new Event('release')));
      await view.settled();
    });
}

describe('the focus in a pane', () => {
  it('stays in the audit while it is on its way, and goes to its imports', async () => {
    const view = await suite.open({ shown: objects });
    const release = await holdAnswers(view);
    await view.page.locator('.facets .flag').click();
    await expectFocus(view.page, '.pane > .scroll');
    await release();
    await expectFocus(view.page, 'ce-audit .tbl');
    await view.press('ArrowDown', 'Escape');
    await expectFocus(view.page, '.grid');
    expect(await view.page.locator('ce-audit').count()).toBe(0);
  });

  it('goes to the imports when a command opens the first audit', async () => {
    const view = await suite.open({ shown: objects });
    view.host.webview.run('showAudit');
    await expectFocus(view.page, 'ce-audit .tbl');
    await view.press('Escape');
    await expectFocus(view.page, '.grid');
  });

  it('comes back from the chip of the audit with Escape', async () => {
    const view = await suite.open({ shown: objects });
    const chip = view.page.locator('.facets .flag');
    await chip.click();
    await expectFocus(view.page, 'ce-audit .tbl');
    await chip.focus();
    await view.press('Escape');
    await expectFocus(view.page, '.grid');
    expect(await view.page.locator('ce-audit').count()).toBe(0);
    await chip.click();
    await expectFocus(view.page, 'ce-audit .tbl');
    await chip.click();
    await expectFocus(view.page, '.grid');
    expect(await view.page.locator('ce-audit').count()).toBe(0);
  });

  it('is kept by the audit when the file comes in anew', async () => {
    const view = await suite.open({ shown: objects });
    view.host.webview.run('showAudit');
    await expectFocus(view.page, 'ce-audit .tbl');
    await view.show(objects, true);
    await expectFocus(view.page, 'ce-audit .tbl');
  });

  const panes: readonly (readonly [WebviewCommand, string])[] = [
    ['remapDevices', 'ce-devices'],
    ['renameKeys', 'ce-rename-keys'],
    ['castDtype', 'ce-cast'],
    ['replaceLayer', 'ce-replace-layer'],
  ];
  it.each(panes)('goes to the first field of what %s opens', async (command, element) => {
    const view = await suite.open({ shown: uneditedFile });
    view.host.answers = {
      ...view.host.answers,
      devices: () => ({
        devices: [{ device: 'cuda:1', tensors: 322, bytes: 96_049_561 }],
        targets: ['cpu'],
        elsewhere: [],
        elsewhereCount: 0,
      }),
    };
    view.host.webview.edits(noEdits);
    view.host.webview.run(command);
    await expectFocus(view.page, `${element} [data-first]`);
    await view.press('Escape');
    await expectFocus(view.page, '.grid');
  });

  it('goes to a review that a command has composed', async () => {
    const view = await suite.open({ shown: uneditedFile });
    view.host.webview.edits(noEdits);
    view.host.webview.review(optimizerReview);
    await expectFocus(view.page, 'ce-review');
  });

  it('stays in the details while those of the row are on their way', async () => {
    const view = await suite.open({ shown: train });
    const release = await holdAnswers(view);
    await view.press('ArrowDown', 'Control+a', 'Enter');
    await expectFocus(view.page, '.pane > .scroll');
    await release();
    await expectFocus(view.page, '.pane > .scroll');
  });

  it.each(['vscode-dark', 'vscode-high-contrast'] as const)('is seen in the details in %s', async (theme) => {
    const view = await suite.open({ shown: train, theme });
    await view.press('Enter');
    await expectFocus(view.page, '.pane > .scroll');
    expect(await outline(view.page)).toBe('1px solid');
    // Where the mouse has given it, too.
    await view.page.locator('.grid').focus();
    await view.page.locator('.pane > .scroll').click();
    expect(await outline(view.page)).toBe('1px solid');
  });

  it('goes to the tree when its place goes away', async () => {
    const view = await suite.open({ shown: train });
    await view.page.locator('.pane .ph').getByRole('button', { name: 'Close' }).click();
    await expectFocus(view.page, '.grid');
    expect(await view.page.locator('.pane').count()).toBe(0);
  });
});

describe('the details', () => {
  const title = (view: WebviewPage): Promise<string | null> => view.page.locator('.pane .ph h2').textContent();

  it.each(['before', 'after'] as const)(
    'follow the focus when rows are removed, the tree coming %s the answer',
    async (order) => {
      const view = await suite.open({ shown: train });
      view.host.webview.edits(noEdits);
      view.host.answers = {
        ...view.host.answers,
        edit: () => {
          if (order === 'before') {
            view.host.show(train, true);
          } else {
            setTimeout(() => {
              view.host.show(train, true);
            }, 100);
          }
          return { problem: '', focus: 'optimizer.state.0.step' };
        },
      };
      await view.row('model').click();
      await view.page.locator('.grid').focus();
      await view.press('Delete');
      await expect.poll(() => view.focusedLabel()).toBe('optimizer');
      await expect.poll(() => title(view)).toBe('optimizer');
      expect(await view.row('optimizer').getAttribute('aria-expanded')).toBe('true');
    },
  );

  it('are those of a branch that is closed over the selected row', async () => {
    const view = await suite.open({ shown: train });
    await view.row('buf').click();
    await view.row('model').locator('.tw').click();
    expect(await view.focusedLabel()).toBe('model');
    await expect.poll(() => title(view)).toBe('model');
  });
});
