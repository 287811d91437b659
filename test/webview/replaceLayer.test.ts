import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { EditIntent } from '../../src/protocol/edits';
import { axeViolations } from './harness/axe';
import { editedFile, headPreview, layersOfFile, noEdits, uneditedFile } from './harness/editedViews';
import type { EditAnswers } from './harness/fakeHost';
import type { Theme } from './harness/server';
import { webviewSuite } from './harness/suite';
import type { PageOptions, WebviewPage } from './harness/webviewPage';

const suite = webviewSuite();

/** The file with the pane open for the row of its head. */
async function opened(answers: Partial<EditAnswers> = {}, options: PageOptions = {}): Promise<WebviewPage> {
  const view = await suite.open({ shown: uneditedFile, ...options });
  view.host.answers = { ...view.host.answers, layers: () => layersOfFile, preview: () => headPreview, ...answers };
  view.host.webview.edits(noEdits);
  view.host.webview.run('replaceLayer');
  await line(view).waitFor();
  await view.settled();
  return view;
}

function pane(view: WebviewPage): Locator {
  return view.page.getByRole('complementary', { name: 'Replace Layer' });
}

function line(view: WebviewPage): Locator {
  return pane(view).getByRole('textbox', { name: 'Line of Python' });
}

function field(view: WebviewPage, name: string): Locator {
  return pane(view).getByRole('textbox', { name, exact: true });
}

function apply(view: WebviewPage): Locator {
  return pane(view).getByRole('button', { name: 'Apply' });
}

/** A preview is asked for when typing has rested. */
async function rested(view: WebviewPage): Promise<void> {
  await view.page.waitForTimeout(220);
  await view.settled();
}

function lastPreview(view: WebviewPage): unknown {
  return view.host.askedFor('preview').at(-1)?.[0];
}

function intent(more: Partial<Extract<EditIntent, { kind: 'replaceLayer' }>>): EditIntent {
  return {
    kind: 'replaceLayer',
    layer: 3,
    call: 'fc = nn.Linear(2048, 120)',
    initialisation: { kind: 'default' },
    keepOverlap: false,
    seed: 0,
    ...more,
  };
}

describe('the line', () => {
  it('is the layer of the row at first, selected: what is typed takes its place, and Enter applies it', async () => {
    const view = await opened();
    expect(await line(view).inputValue()).toBe('fc = nn.Linear(2048, 102)');
    expect(await pane(view).textContent()).toContain('Linear 2048 → 102');
    await view.page.keyboard.type('model.fc = nn.Linear(2048, 120)');
    await rested(view);
    const wanted = intent({ call: 'model.fc = nn.Linear(2048, 120)' });
    expect(lastPreview(view)).toEqual(wanted);
    const text = await pane(view).locator('.result').textContent();
    expect(text).toContain('bits of torch.manual_seed(0)');
    expect(await pane(view).locator('.warning').textContent()).toContain('step() raises');
    expect(await pane(view).locator('.code').textContent()).toContain('torch.nn.Linear(2048, 120)');
    await view.press('Enter');
    expect(view.host.askedFor('edit')).toEqual([[wanted, 1]]);
    expect(await pane(view).count()).toBe(0);
    expect(await view.page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('treegrid');
  });

  it('says below it what is wrong, as it is typed; Escape brings the layer back, and then closes', async () => {
    const view = await opened();
    await view.page.keyboard.type('fc = nn.Linear(2048, classes)');
    await view.settled();
    const problem = pane(view).locator('.call .problem');
    expect(await problem.textContent()).toContain('“classes” is a name: nothing is evaluated here.');
    const [box, below] = await Promise.all([line(view).boundingBox(), problem.boundingBox()]);
    expect(Math.abs((below?.y ?? 0) - (box?.y ?? 0) - (box?.height ?? 0))).toBeLessThan(4);
    expect(await apply(view).isDisabled()).toBe(true);
    await view.press('Enter');
    expect(view.host.askedFor('edit')).toEqual([]);
    await view.press('Escape');
    expect(await line(view).inputValue()).toBe('fc = nn.Linear(2048, 102)');
    expect(await problem.count()).toBe(0);
    await view.press('Escape');
    expect(await pane(view).count()).toBe(0);
  });

  it('may name another layer of the file; one that the file does not have is said', async () => {
    const view = await opened();
    await line(view).fill('model.conv1 = nn.Conv2d(3, 64, kernel_size=5, stride=2, padding=3, bias=False)');
    await rested(view);
    expect(lastPreview(view)).toMatchObject({ layer: 0 });
    expect(await field(view, 'Layer').inputValue()).toBe('model_state_dict.conv1');
    await line(view).fill('head = nn.Linear(2048, 120)');
    await view.settled();
    expect(await pane(view).locator('.call .problem').textContent()).toContain('There is no layer “head”');
    expect(await apply(view).isDisabled()).toBe(true);
  });

  it('is begun, and no more, for a layer that no call makes', async () => {
    const view = await opened({ layers: () => ({ ...layersOfFile, meant: 2 }) });
    expect(await line(view).inputValue()).toBe('attn = ');
    expect(await pane(view).locator('.problem').count()).toBe(0);
    expect(await pane(view).locator('.result').textContent()).toContain('Nothing is replaced yet.');
    expect(await apply(view).isDisabled()).toBe(true);
    expect(view.host.askedFor('preview')).toEqual([]);
  });

  it('stays with the reason where the host refuses', async () => {
    const view = await opened({ edit: () => ({ problem: 'fc.weight holds no plain floating numbers.', focus: null }) });
    await view.page.keyboard.type('nn.Linear(2048, 120)');
    await rested(view);
    await view.press('Enter');
    expect(await pane(view).locator('.refusal').textContent()).toContain('no plain floating numbers');
  });
});

describe('the fields', () => {
  it('follow the line, and the line follows them', async () => {
    const view = await opened();
    await line(view).fill('model.fc = nn.Linear(512, 120)');
    await view.settled();
    expect(await field(view, 'in_features').inputValue()).toBe('512');
    await field(view, 'out_features').fill('10');
    await pane(view).getByRole('checkbox', { name: 'bias' }).click();
    await rested(view);
    expect(await line(view).inputValue()).toBe('model.fc = nn.Linear(512, 10, bias=False)');
    expect(lastPreview(view)).toMatchObject({ call: 'model.fc = nn.Linear(512, 10, bias=False)' });
    await line(view).fill('fc = nn.LSTM(8, 16)');
    await view.settled();
    expect(await field(view, 'hidden_size').inputValue()).toBe('16');
    expect(await field(view, 'in_features').count()).toBe(0);
  });

  it('say below them what is wrong; Escape brings back what holds', async () => {
    const view = await opened();
    await field(view, 'out_features').fill('ten');
    await view.settled();
    expect(await pane(view).locator('.arguments .problem').textContent()).toContain('“ten” is a name');
    expect(await field(view, 'out_features').getAttribute('aria-invalid')).toBe('true');
    expect(await apply(view).isDisabled()).toBe(true);
    await view.press('Escape');
    expect(await field(view, 'out_features').inputValue()).toBe('102');
    expect(await pane(view).locator('.problem').count()).toBe(0);
    expect(await apply(view).isDisabled()).toBe(false);
  });

  it('say where the numbers come from', async () => {
    const view = await opened();
    const start = pane(view).getByRole('combobox', { name: 'Start from' });
    await start.click();
    await pane(view).getByRole('option', { name: 'trunc_normal_' }).click();
    await field(view, 'std').fill('0.02');
    await field(view, 'Seed').fill('42');
    await pane(view).getByRole('checkbox', { name: 'Keep the rows and columns' }).click();
    await rested(view);
    const call = 'fc = nn.Linear(2048, 102)';
    const initialisation = { kind: 'truncNormal', mean: 0, std: 0.02, low: -2, high: 2 } as const;
    expect(lastPreview(view)).toEqual(intent({ call, initialisation, keepOverlap: true, seed: 42 }));
    await field(view, 'Seed').fill('1.5');
    await view.settled();
    expect(await pane(view).locator('.start .problem').textContent()).toContain('“1.5” is no seed.');
    expect(await apply(view).isDisabled()).toBe(true);
  });
});

describe('the layer', () => {
  it('is chosen from a list by the keyboard, or found by typing', async () => {
    const view = await opened();
    await view.press('Shift+Tab', 'ArrowDown');
    expect(await pane(view).getByRole('option').allTextContents()).toEqual([
      expect.stringMatching(/model_state_dict.conv1\s*Conv2d 3 → 64, 7×7/),
      expect.stringMatching(/model_state_dict.bn1\s*BatchNorm2d 64/),
      expect.stringContaining('model_state_dict.attn'),
      expect.stringMatching(/model_state_dict.fc\s*Linear 2048 → 102/),
    ]);
    await view.press('Home', 'Enter');
    await rested(view);
    expect(await line(view).inputValue()).toBe('conv1 = nn.Conv2d(3, 64, kernel_size=7, bias=False)');
    expect(lastPreview(view)).toMatchObject({ layer: 0 });
    await field(view, 'Layer').fill('bn');
    await view.settled();
    expect(await pane(view).getByRole('option').count()).toBe(1);
    expect(await apply(view).isDisabled()).toBe(true);
    await view.press('ArrowDown', 'Enter');
    await rested(view);
    expect(lastPreview(view)).toMatchObject({ layer: 1, call: 'bn1 = nn.BatchNorm2d(64)' });
  });

  it('follows the row that has the focus, until something is typed; asked for again, it is that of the row', async () => {
    const meant = { value: 3 };
    const view = await opened({ layers: () => ({ ...layersOfFile, meant: meant.value }) });
    const asked = view.host.askedFor('layers').length;
    meant.value = 0;
    await view.row('conv1.weight').click();
    await view.settled();
    expect(view.host.askedFor('layers')).toHaveLength(asked + 1);
    expect(await line(view).inputValue()).toContain('conv1 = ');
    // A value is no layer.
    await view.row('epoch').click();
    await view.settled();
    expect(view.host.askedFor('layers')).toHaveLength(asked + 1);
    await line(view).fill('conv1 = nn.Conv2d(3, 64, 5)');
    meant.value = 3;
    await view.row('fc').click();
    await view.settled();
    expect(await line(view).inputValue()).toBe('conv1 = nn.Conv2d(3, 64, 5)');
    view.host.webview.run('replaceLayer');
    await view.settled();
    expect(await line(view).inputValue()).toBe('fc = nn.Linear(2048, 102)');
  });

  it('is looked for anew in another tree, and what is typed stays', async () => {
    const view = await opened();
    await line(view).fill('fc = nn.Linear(2048, 120)');
    await rested(view);
    const moved = layersOfFile.layers.map((each) => ({ ...each, layer: each.layer + 5 }));
    view.host.answers = { ...view.host.answers, layers: () => ({ layers: moved, count: 9, meant: 5 }) };
    await view.show(editedFile, true);
    await rested(view);
    expect(lastPreview(view)).toEqual(intent({ layer: 8 }));
    expect(view.host.askedFor('preview').at(-1)?.[1]).toBe(2);
    expect(await line(view).inputValue()).toBe('fc = nn.Linear(2048, 120)');
  });

  it('is offered in the menu of rows that are one, or a tensor of one', async () => {
    const view = await opened();
    await view.press('Escape');
    const menuOf = async (label: string): Promise<unknown> => {
      const menu: unknown = JSON.parse((await view.row(label).getAttribute('data-vscode-context')) ?? '{}');
      return menu;
    };
    expect(await menuOf('fc')).toMatchObject({ layer: true });
    expect(await menuOf('conv1.weight')).toMatchObject({ layer: true });
    expect(await menuOf('model_state_dict')).toMatchObject({ layer: false });
    expect(await menuOf('epoch')).toMatchObject({ layer: false });
  });
});

const themes: readonly Theme[] = ['vscode-dark', 'vscode-light', 'vscode-high-contrast'];

describe.each(themes)('axe-core in %s', (theme) => {
  it('finds nothing wrong with the pane, its list and its problems', async () => {
    const view = await opened({}, { theme });
    await rested(view);
    expect(await axeViolations(view)).toEqual([]);
    await field(view, 'out_features').fill('ten');
    await field(view, 'Layer').press('ArrowDown');
    await view.settled();
    expect(await axeViolations(view)).toEqual([]);
    await view.press('Escape');
    await line(view).fill('fc = nn.Conv2d(3, size)');
    await view.settled();
    expect(await axeViolations(view)).toEqual([]);
  });
});
