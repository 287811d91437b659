import { describe, expect, it } from 'vitest';
import { castTargets } from '../../src/core/tensor/castTargets';
import type { EditIntent } from '../../src/protocol/edits';
import { editedFile, noEdits, optimizerReview, remapPreview, renamePreview, uneditedFile } from './harness/editedViews';
import { noPreview, type EditAnswers } from './harness/fakeHost';
import { webviewSuite } from './harness/suite';
import type { PageOptions, WebviewPage } from './harness/webviewPage';

const suite = webviewSuite();

async function opened(answers: Partial<EditAnswers>, options: PageOptions = {}): Promise<WebviewPage> {
  const view = await suite.open({ shown: uneditedFile, ...options });
  view.host.answers = { ...view.host.answers, ...answers };
  view.host.webview.edits(noEdits);
  await view.settled();
  return view;
}

/** A preview is asked for when typing has rested. */
async function rested(view: WebviewPage): Promise<void> {
  await view.page.waitForTimeout(220);
  await view.settled();
}

function lastPreview(view: WebviewPage): unknown {
  return view.host.askedFor('preview').at(-1)?.[0];
}

function apply(view: WebviewPage): Promise<boolean> {
  return view.page
    .locator('.abar vscode-button')
    .first()
    .evaluate((button) => button.hasAttribute('disabled'));
}

const devices: Partial<EditAnswers> = {
  devices: () => ({
    devices: [
      { device: 'cuda:1', tensors: 322, bytes: 96_049_561 },
      { device: 'cpu', tensors: 2, bytes: 5_072 },
    ],
    targets: ['cpu', 'cuda:0', 'cuda:1'],
    elsewhere: [{ row: 1, key: 'args.device', value: "'cuda:1'", fate: 'text, left as it is' }],
    elsewhereCount: 3,
  }),
  preview: () => remapPreview,
};

describe('Remap Devices', () => {
  it('takes a target that is typed, shows what comes of it, and applies it', async () => {
    const view = await opened({ ...devices, edit: () => ({ problem: '', focus: null }) });
    view.host.webview.run('remapDevices');
    await view.page.locator('ce-combo').first().waitFor();
    await view.settled();
    expect(await apply(view)).toBe(true);
    await view.page.keyboard.type('cuda:0');
    await rested(view);
    const intent = { kind: 'remap', map: { 'cuda:1': 'cuda:0' }, rows: null };
    expect(lastPreview(view)).toEqual(intent);
    const pane = view.page.getByRole('complementary', { name: 'Remap Devices' });
    const text = await pane.textContent();
    expect(text).toContain('322 tensors move from cuda:1 to cuda:0.');
    expect(text).toContain('and 2 more');
    await pane.getByRole('button', { name: 'Copy' }).click();
    expect(view.host.askedFor('copyText')).toEqual([[remapPreview.python]]);
    await pane.getByRole('button', { name: 'Apply' }).click();
    await view.settled();
    expect(view.host.askedFor('edit')).toEqual([[intent, 1]]);
    expect(await view.page.locator('ce-devices').count()).toBe(0);
    expect(await view.page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('treegrid');
  });

  it('offers targets: ↓ opens, Enter takes, Escape closes them and then the tool', async () => {
    const view = await opened(devices);
    view.host.webview.run('remapDevices');
    await view.page.locator('ce-combo').first().waitFor();
    await view.settled();
    await view.press('ArrowDown');
    expect(await view.page.getByRole('option').allTextContents()).toEqual(
      expect.arrayContaining([expect.stringContaining('cpu'), expect.stringContaining('cuda:0')]),
    );
    await view.press('ArrowDown', 'Enter');
    await rested(view);
    expect(lastPreview(view)).toMatchObject({ map: { 'cuda:1': 'cuda:0' } });
    await view.press('ArrowDown', 'Escape');
    expect(await view.page.getByRole('option').count()).toBe(0);
    await view.press('Escape');
    expect(await view.page.locator('ce-combo input').first().inputValue()).toBe('');
    await view.press('Escape');
    expect(await view.page.locator('ce-devices').count()).toBe(0);
  });

  it('understands a map_location that is pasted, or says why not', async () => {
    const view = await opened({
      ...devices,
      mapLocation: (text) =>
        text === 'cpu' ? { map: { 'cuda:1': 'cpu' }, problem: '' } : { map: {}, problem: 'This is no map_location.' },
    });
    view.host.webview.run('remapDevices');
    const paste = view.page.getByRole('textbox', { name: 'Paste a map_location' });
    await paste.fill('nonsense()');
    await view.settled();
    expect(await view.page.locator('.paste .problem').textContent()).toBe('This is no map_location.');
    await paste.fill('cpu');
    await rested(view);
    expect(await view.page.locator('.paste .problem').count()).toBe(0);
    expect(lastPreview(view)).toEqual({ kind: 'remap', map: { 'cuda:1': 'cpu' }, rows: null });
  });

  it('is about the selection where there is one, and asks anew when that changes', async () => {
    const view = await opened(devices);
    await view.row('model_state_dict').click();
    await view.press('Shift+ArrowDown');
    await view.page.locator('.foot').getByRole('button', { name: 'Remap…' }).click();
    await view.page.locator('ce-devices').waitFor();
    await view.settled();
    expect(view.host.askedFor('devices').at(-1)?.[0]).toHaveLength(2);
    await view.page.getByRole('radio', { name: 'All' }).click();
    await view.settled();
    expect(view.host.askedFor('devices').at(-1)?.[0]).toBeNull();
  });

  it('goes to the row that names a device too', async () => {
    const view = await opened(devices);
    view.host.webview.run('remapDevices');
    await view.page.getByRole('button', { name: 'args.device' }).click();
    await view.settled();
    expect(await view.focusedLabel()).toBe('conv1.weight');
    expect(await view.page.locator('ce-devices').count()).toBe(1);
  });

  it('stays open with the reason when the host refuses', async () => {
    const view = await opened({ ...devices, edit: () => ({ problem: 'torch knows no device cuda:x.', focus: null }) });
    view.host.webview.run('remapDevices');
    await view.page.locator('ce-combo').first().waitFor();
    await view.settled();
    await view.page.keyboard.type('cuda:0');
    await rested(view);
    await view.press('Enter');
    expect(await view.page.locator('.refusal').textContent()).toContain('torch knows no device cuda:x.');
    await view.page.keyboard.type('0');
    await rested(view);
    expect(await view.page.locator('.refusal').count()).toBe(0);
  });
});

describe('Rename Keys', () => {
  it('previews every change in a list of which only what is seen is there', async () => {
    const view = await opened({ preview: () => renamePreview });
    view.host.webview.run('renameKeys');
    await view.page.getByRole('textbox', { name: 'Find' }).fill('^module\\.(.*)');
    await view.page.getByRole('textbox', { name: 'Replace with' }).fill('$1');
    await view.page.getByRole('button', { name: 'Match Case' }).last().click();
    await rested(view);
    expect(lastPreview(view)).toEqual({
      kind: 'renameKeys',
      form: { how: 'pattern', pattern: '^module\\.(.*)', text: '$1', ignoreCase: true },
      rows: null,
    });
    const list = view.page.locator('ce-key-changes');
    expect(await list.locator('.change').count()).toBeLessThan(40);
    expect(await list.locator('.change').first().getAttribute('aria-setsize')).toBe('1204');
    await list.evaluate((element) => {
      element.scrollTop = element.scrollHeight;
    });
    await view.settled();
    expect(await list.locator('.change').last().textContent()).toContain('and 204 more');
    expect(await list.textContent()).toContain('layers.999.attention.query.weight');
  });

  it('puts collisions first and does not apply them', async () => {
    const change = { row: 0, from: 'a', to: 'c', collides: false };
    const view = await opened({
      preview: () => ({
        ...noPreview,
        problem: '2 keys would be the same.',
        changes: [change, { row: 1, from: 'b', to: 'd', collides: true }],
        changeCount: 2,
      }),
    });
    view.host.webview.run('renameKeys');
    await view.page.getByRole('textbox', { name: 'Find' }).fill('x');
    await rested(view);
    expect(await view.page.locator('.change .to').allTextContents()).toEqual([
      expect.stringMatching(/d\s*taken/),
      expect.stringContaining('c'),
    ]);
    expect(await apply(view)).toBe(true);
    await view.press('Enter');
    expect(view.host.askedFor('edit')).toEqual([]);
    expect(await view.page.locator('.refusal').textContent()).toContain('2 keys would be the same.');
  });

  it('strips a prefix that is offered, and adds one', async () => {
    const view = await opened({
      preview: () => renamePreview,
      prefixes: () => [{ prefix: 'module.', keys: 1_204 }],
    });
    view.host.webview.run('stripPrefix');
    await view.page.locator('ce-combo').waitFor();
    await view.settled();
    await view.press('ArrowDown');
    expect((await view.page.getByRole('option').textContent())?.replace(/\s+/g, '')).toBe('module.1,204keys');
    await view.press('Enter');
    await rested(view);
    expect(lastPreview(view)).toMatchObject({ form: { how: 'strip', prefix: 'module.' } });
    view.host.webview.run('addPrefix');
    await rested(view);
    expect(lastPreview(view)).toMatchObject({ form: { how: 'add', prefix: 'module.' } });
  });

  it('does not ask at every key, and shows the answer to what was typed last', async () => {
    const asked: EditIntent[] = [];
    const view = await opened({
      preview: async (intent) => {
        asked.push(intent);
        const pattern = intent.kind === 'renameKeys' && intent.form.how === 'pattern' ? intent.form.pattern : '';
        await new Promise((resolve) => {
          setTimeout(resolve, pattern.length === 1 ? 400 : 10);
        });
        return { ...noPreview, sentence: `preview of ${pattern}` };
      },
    });
    view.host.webview.run('renameKeys');
    await view.page.getByRole('textbox', { name: 'Find' }).click();
    await view.page.keyboard.type('abcdef');
    await view.page.waitForTimeout(600);
    expect(asked.length).toBeLessThan(6);
    expect(await view.page.locator('.result').textContent()).toContain('preview of abcdef');
  });
});

describe('Cast Dtype', () => {
  it('offers what can be cast to', async () => {
    const view = await opened({});
    view.host.webview.run('castDtype');
    await view.page.locator('ce-cast vscode-dropdown').waitFor();
    const offered = await view.page.locator('ce-cast vscode-option').allInnerTexts();
    expect(castTargets.filter((dtype) => !offered.some((text) => text.trim() === dtype))).toEqual([]);
  });

  it('casts what is chosen, integers if asked to', async () => {
    const view = await opened({ preview: () => ({ ...noPreview, sentence: '181 MB → 91.6 MB' }) });
    view.host.webview.run('castDtype');
    await view.page.locator('ce-cast vscode-dropdown').waitFor();
    await view.settled();
    await view.press('ArrowDown', 'ArrowDown', 'ArrowDown');
    await view.page.getByRole('checkbox', { name: 'Integers and bools too' }).click();
    await rested(view);
    const intent = { kind: 'cast', dtype: 'float16', integers: true, rows: null };
    expect(lastPreview(view)).toEqual(intent);
    expect(await view.page.locator('.result').textContent()).toContain('181 MB → 91.6 MB');
    await view.page.getByRole('button', { name: 'Apply' }).click();
    await view.settled();
    expect(view.host.askedFor('edit')).toEqual([[intent, 1]]);
  });

  it('asks again when the tree has changed under it', async () => {
    const view = await opened({ preview: () => noPreview });
    view.host.webview.run('castDtype');
    await view.page.locator('ce-cast vscode-dropdown').waitFor();
    await view.settled();
    await view.press('ArrowDown');
    await rested(view);
    const before = view.host.askedFor('preview').length;
    await view.show(editedFile, true);
    await rested(view);
    expect(view.host.askedFor('preview').length).toBe(before + 1);
    expect(view.host.askedFor('preview').at(-1)?.[1]).toBe(2);
  });
});

describe('a review', () => {
  it('shows what a command would do, and applies the choice', async () => {
    const view = await opened({ applyReview: () => '' });
    view.host.webview.review(optimizerReview);
    const pane = view.page.getByRole('complementary', { name: 'Update the Optimizer' });
    await pane.waitFor();
    const text = await pane.textContent();
    expect(text).toContain('The optimizer still holds state for 2 parameters that changed.');
    expect(text).toContain('[102] → [120]');
    expect(text).toContain('Left alone, load_state_dict refuses the file.');
    await pane.getByRole('radio', { name: 'Drop the optimizer' }).click();
    await view.settled();
    await pane.getByRole('button', { name: 'Update' }).click();
    await view.settled();
    expect(view.host.askedFor('applyReview')).toEqual([['optimizer', 'drop']]);
    expect(await view.page.locator('ce-review').count()).toBe(0);
  });

  it('stays with the reason when it is refused; Cancel closes it', async () => {
    const view = await opened({ applyReview: () => 'The tree has changed.' });
    view.host.webview.review({ ...optimizerReview, notes: [] });
    await view.page.getByRole('button', { name: 'Update' }).click();
    await view.page.getByText('The tree has changed.').waitFor();
    await view.page.locator('.abar').getByRole('button', { name: 'Cancel' }).click();
    await view.settled();
    expect(await view.page.locator('ce-review').count()).toBe(0);
  });

  it('has no primary button where there is nothing to do, and goes when the host says so', async () => {
    const view = await opened({});
    view.host.webview.review({ ...optimizerReview, choices: [], chosen: null, apply: null });
    await view.page.locator('ce-review').waitFor();
    expect(await view.page.locator('.abar vscode-button').allTextContents()).toEqual(['Close']);
    view.host.webview.review(null);
    await view.settled();
    expect(await view.page.locator('ce-review').count()).toBe(0);
  });
});

describe('the order of the focus', () => {
  it('runs from the summary over the tree and the foot to the pane', async () => {
    const view = await opened(devices);
    view.host.webview.run('remapDevices');
    await view.page.locator('ce-combo').first().waitFor();
    await view.page.locator('ce-tree .grid').focus();
    const place = (): Promise<string> =>
      view.page.evaluate(() => {
        const { activeElement } = document;
        const parts = ['.summary', '.facets', 'ce-filter', '.filter', 'ce-tree', '.foot', '.ph', '.scroll', '.abar'];
        return parts.find((part) => activeElement?.closest(part) !== null) ?? '';
      });
    const places: string[] = [];
    for (let step = 0; step < 8; step++) {
      await view.press('Tab');
      places.push(await place());
    }
    const order = places.filter((each, at) => each !== places[at - 1]);
    expect(order.slice(0, 2)).toEqual(['.ph', '.scroll']);
    await view.page.locator('ce-tree .grid').focus();
    await view.press('Shift+Tab');
    expect(await place()).toBe('.filter');
  });
});
