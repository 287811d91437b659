import { describe, expect, it } from 'vitest';
import { axeViolations } from './harness/axe';
import { shownFile } from './harness/corpusFiles';
import { editedFile, fiveEdits, optimizerReview, remapPreview, renamePreview } from './harness/editedViews';
import { brokenView } from './harness/madeViews';
import type { Theme } from './harness/server';
import { webviewSuite } from './harness/suite';

const suite = webviewSuite();
const train = await shownFile('torch-2.14.1/train.pt');
const moduleFile = await shownFile('torch-2.14.1/module.pt');

const themes: readonly Theme[] = ['vscode-dark', 'vscode-light', 'vscode-high-contrast'];

describe.each(themes)('axe-core in %s', (theme) => {
  it('finds nothing wrong with the tree and the details', async () => {
    const view = await suite.open({ theme, shown: train });
    await view.row('model').click();
    await view.settled();
    expect(await axeViolations(view)).toEqual([]);
  });

  it('finds nothing wrong with a filter, facets and a selection', async () => {
    const view = await suite.open({ theme, shown: train });
    await view.page.getByRole('searchbox').fill('weight');
    await view.press('ArrowDown', 'Control+a');
    await view.page.locator('.facets [data-facet]').first().click();
    await view.settled();
    expect(await axeViolations(view)).toEqual([]);
  });

  it('finds nothing wrong with the audit', async () => {
    const view = await suite.open({ theme, shown: moduleFile });
    view.host.webview.run('showAudit');
    await view.page.locator('ce-audit [role=grid]').waitFor();
    await view.settled();
    expect(await axeViolations(view)).toEqual([]);
  });

  it('finds nothing wrong with edits, their list, and a label that is typed', async () => {
    const view = await suite.open({ theme, shown: editedFile });
    view.host.webview.edits(fiveEdits);
    await view.row('fc').locator('.tw').click();
    await view.press('Control+a');
    expect(await axeViolations(view)).toEqual([]);
    view.host.webview.run('showEdits');
    await view.settled();
    expect(await axeViolations(view)).toEqual([]);
    await view.press('Escape');
    view.host.answers = { ...view.host.answers, edit: () => ({ problem: 'There is one already.', focus: null }) };
    await view.row('epoch').click();
    await view.press('F2');
    await view.page.keyboard.type('x');
    await view.press('Enter');
    expect(await axeViolations(view)).toEqual([]);
  });

  it('finds nothing wrong with the panes that edit', async () => {
    const view = await suite.open({ theme, shown: editedFile });
    view.host.answers = {
      ...view.host.answers,
      preview: (intent) => (intent.kind === 'renameKeys' ? renamePreview : remapPreview),
      prefixes: () => [{ prefix: 'module.', keys: 12 }],
      devices: () => ({
        devices: [{ device: 'cuda:1', tensors: 322, bytes: 96_049_561 }],
        targets: ['cpu'],
        elsewhere: [{ row: 1, key: 'args.device', value: "'cuda:1'", fate: 'text, left as it is' }],
        elsewhereCount: 1,
      }),
    };
    view.host.webview.edits(fiveEdits);
    view.host.webview.run('remapDevices');
    await view.page.locator('ce-combo').first().waitFor();
    await view.settled();
    await view.page.keyboard.type('cpu');
    await view.press('ArrowDown');
    expect(await axeViolations(view)).toEqual([]);
    await view.press('Escape');
    view.host.webview.run('castDtype');
    await view.page.locator('ce-cast').waitFor();
    await view.settled();
    expect(await axeViolations(view)).toEqual([]);
    view.host.webview.run('stripPrefix');
    await view.page.locator('ce-rename-keys').waitFor();
    await view.settled();
    await view.page.keyboard.type('module.');
    await view.settled();
    expect(await axeViolations(view)).toEqual([]);
    view.host.webview.review(optimizerReview);
    await view.page.locator('ce-review').waitFor();
    await view.settled();
    expect(await axeViolations(view)).toEqual([]);
  });

  it('finds nothing wrong with a broken file, a note and an error', async () => {
    const view = await suite.open({ theme });
    view.host.webview.broken(brokenView);
    await view.page.getByRole('heading').waitFor();
    expect(await axeViolations(view)).toEqual([]);
    await view.show(train);
    view.host.webview.note({
      icon: 'sync',
      text: 'The file is being written. Showing the state of 14:02.',
      actions: [{ label: 'Reload', action: 'reload' }],
      foot: 'Reloads when the file is complete',
    });
    await view.page.getByRole('button', { name: 'Use Regular Expression' }).click();
    await view.page.getByRole('searchbox').fill('[');
    await view.settled();
    expect(await axeViolations(view)).toEqual([]);
  });
});

describe('the tree', () => {
  it('says where a row stands, whether it is open and selected', async () => {
    const view = await suite.open({ shown: train });
    const model = view.row('model');
    expect(await model.getAttribute('aria-level')).toBe('1');
    expect(await model.getAttribute('aria-expanded')).toBe('true');
    expect(await model.getAttribute('aria-selected')).toBe('false');
    const buf = view.row('buf');
    expect(await buf.getAttribute('aria-level')).toBe('2');
    expect(await buf.getAttribute('aria-expanded')).toBeNull();
    const [first, second] = await Promise.all([model, buf].map((row) => row.getAttribute('aria-rowindex')));
    expect(Number(second)).toBe(Number(first) + 1);
    expect(await view.page.getByRole('treegrid').getAttribute('aria-multiselectable')).toBe('true');
  });

  it('is there when colours are forced and motion is reduced', async () => {
    const view = await suite.open({ shown: train });
    await view.page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
    await view.settled();
    const colours = await view.row('epoch').evaluate((row) => {
      const { backgroundColor, color } = getComputedStyle(row);
      return { backgroundColor, color };
    });
    expect(colours.backgroundColor).not.toBe(colours.color);
    view.host.webview.loading({ summary: null, done: 0, total: null });
    await view.page.waitForTimeout(300);
    const animation = await view.page.locator('.prog > i').evaluate((bar) => getComputedStyle(bar).animationName);
    expect(animation).toBe('none');
  });
});
