import { describe, expect, it } from 'vitest';
import { PythonError } from '../../src/core/python/pythonError';
import type { MatchRowView, MatchView } from '../../src/protocol/match';
import type { Surroundings } from '../host/matching/support';
import { axeViolations } from './harness/axe';
import { shownFile } from './harness/corpusFiles';
import { matchHost, type MatchHost } from './harness/matchHost';
import { uneditedFile } from './harness/editedViews';
import type { Theme } from './harness/server';
import { webviewSuite } from './harness/suite';
import type { PageOptions, WebviewPage } from './harness/webviewPage';

const suite = webviewSuite();

interface Opened {
  readonly view: WebviewPage;
  readonly match: MatchHost;
}

/** A file, and the pane that matches open beside it. */
async function opened(surroundings: Surroundings = {}, options: PageOptions = {}): Promise<Opened> {
  const match = await matchHost(surroundings);
  const view = await suite.open(options);
  match.attach(view);
  await view.show(match.shown);
  await view.page.getByRole('button', { name: 'Match…' }).click();
  await view.page.locator('ce-match-form').waitFor();
  await view.settled();
  return { view, match };
}

/** Matched against the model, by the keyboard: the field has the focus when the pane opens. */
async function matched(surroundings: Surroundings = {}, options: PageOptions = {}): Promise<Opened> {
  const both = await opened(surroundings, options);
  const { view } = both;
  await view.page.keyboard.type('model.pt');
  await view.press('Enter');
  await view.page.locator('ce-match-rows').waitFor();
  await view.settled();
  return both;
}

function pane(view: WebviewPage) {
  return view.page.getByRole('complementary', { name: 'Match Against a Model' });
}

async function lines(view: WebviewPage): Promise<string[]> {
  const rows = await pane(view).locator('.lines [role=row]').allTextContents();
  return rows.map((row) => row.replace(/\s+/g, ' ').trim());
}

async function treeCell(view: WebviewPage, label: string): Promise<string> {
  const text = await view.row(label).locator('[data-column=match]').textContent();
  return (text ?? '').trim();
}

function focusedText(view: WebviewPage): Promise<string | null> {
  return view.page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? null);
}

describe('Match Against a Model', () => {
  it('raises the alarm where nothing loads, proposes the prefix, and renames nothing unasked', async () => {
    const { view } = await matched();
    const text = (await pane(view).textContent()) ?? '';
    expect(text).toContain('Nothing loads');
    expect(text).toContain('0 of 14 keys load');
    expect(text).toContain('0 of 2 accepted');
    expect(await treeCell(view, 'bn1')).toBe('unused');
    expect(await treeCell(view, 'conv1.weight')).toBe('unused');
    expect(await pane(view).getByRole('button', { name: 'Write Filtered File…' }).isDisabled()).toBe(true);
  });

  it('takes a proposal by mouse, says what loads, and takes it back', async () => {
    const { view } = await matched();
    await pane(view).getByRole('button', { name: 'Accept' }).first().click();
    await view.settled();
    const says = pane(view).locator('.coverage');
    expect(await says.textContent()).toContain('11 of 14 keys load');
    expect(await focusedText(view)).toBe('Undo');
    expect(await treeCell(view, 'bn1')).toBe('5');
    expect(await treeCell(view, 'conv1.weight')).toBe('shape');
    expect(await treeCell(view, 'fc')).toBe('unused');
    expect((await lines(view)).slice(0, 8)).toEqual([
      'Other shape1 All… 12,544 parameters',
      'backbone.conv1.weight [64, 3, 7, 7] [64, 4, 7, 7] Keep out',
      'Missing in the file2 All… 7,800 parameters',
      'head.weight — [120, 64] Leave missing',
      'head.bias — [120] Leave missing',
      'Not in the model2 All… 6,630 parameters',
      'fc.weight [102, 64] — Keep out',
      'fc.bias [102] — Keep out',
    ]);
    await view.press('Enter');
    expect(await says.textContent()).toContain('Nothing loads');
  });

  it('accepts all proposals at once', async () => {
    const { view } = await matched();
    await pane(view).getByRole('button', { name: 'Accept All 2' }).click();
    await view.settled();
    expect(await pane(view).textContent()).toContain('2 of 2 accepted');
    expect((await lines(view))[0]).toContain('Other shape3');
  });

  it('is worked by the keyboard: rows, their actions, groups; the tree follows', async () => {
    const { view } = await matched();
    await pane(view).getByRole('button', { name: 'Accept' }).first().click();
    await view.settled();
    await pane(view).getByRole('grid').focus();
    await view.press('ArrowDown', 'Enter');
    const offered = await view.page.getByRole('option').allTextContents();
    expect(offered.map((offer) => offer.trim())).toEqual([
      'Keep out',
      'Copy the overlap',
      'Start afresh',
      'Take the model’s own',
    ]);
    expect(await view.row('conv1.weight').getAttribute('aria-selected')).toBe('true');
    await view.press('ArrowDown', 'Enter');
    await view.settled();
    expect((await lines(view))[1]).toContain('Copy the overlap');
    expect(await view.page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('grid');
    await view.press('ArrowDown', 'ArrowLeft');
    expect(await lines(view)).not.toContainEqual(expect.stringContaining('head.weight'));
    await view.press('ArrowRight', 'Alt+ArrowDown', 'ArrowDown', 'Enter');
    await view.settled();
    expect((await lines(view)).slice(3, 5)).toEqual([
      'head.weight — [120, 64] Start afresh',
      'head.bias — [120] Start afresh',
    ]);
    await view.press('ArrowDown', 'ArrowLeft');
    const active = await view.page.evaluate(() => document.activeElement?.getAttribute('aria-activedescendant'));
    expect(await view.page.locator(`#${active ?? ''}`).textContent()).toContain('Missing in the file');
    await view.press('Enter', 'End', 'Escape');
    expect(await view.page.locator('ce-match').count()).toBe(0);
    expect(await view.page.locator('[data-column=match]').count()).toBe(0);
  });

  it('chooses an action by mouse', async () => {
    const { view } = await matched();
    await pane(view).getByRole('button', { name: 'Accept' }).first().click();
    await view.settled();
    await pane(view).locator('.drop', { hasText: 'Keep out' }).first().click();
    await view.page.getByRole('option', { name: 'Start afresh' }).click();
    await view.settled();
    expect((await lines(view))[1]).toContain('Start afresh');
  });

  it('hands its buttons to the host, and says how much a filtered file holds', async () => {
    const { view, match } = await matched();
    await pane(view).getByRole('button', { name: 'Accept' }).first().click();
    await view.settled();
    expect(await pane(view).locator('.abar').textContent()).toContain('11 keys, 144 KB');
    for (const name of ['Write Filtered File…', 'Write Updated…', 'Apply as Edits', 'Copy Python']) {
      await pane(view).getByRole('button', { name }).click();
    }
    await pane(view).getByRole('button', { name: 'Copy', exact: true }).click();
    await view.settled();
    expect(match.pressed).toEqual(['writeFiltered', 'writeUpdated', 'apply', 'copy', 'copy']);
  });
});

describe('what to match against', () => {
  it('narrows the architectures while a name is typed; ↓ and Enter take one', async () => {
    const { view } = await opened();
    await chooseKind(view, 'torchvision');
    const field = pane(view).getByRole('textbox', { name: 'Architecture' });
    await field.fill('resnet1');
    await view.settled();
    const offers = await view.page.getByRole('option', { name: /resnet1/ }).allTextContents();
    expect(offers.map((offer) => offer.trim())).toEqual([
      'deeplabv3_resnet101',
      'fcn_resnet101',
      'quantized_resnet18',
      'resnet101',
      'resnet152',
      'resnet18',
      'wide_resnet101_2',
    ]);
    await view.press('ArrowDown', 'End', 'ArrowUp', 'Enter');
    await view.page.locator('ce-match-rows').waitFor();
    expect(await field.inputValue()).toBe('resnet18');
    expect(await pane(view).locator('.coverage').textContent()).toContain('of 122 keys load');
    const classes = pane(view).getByRole('textbox', { name: 'Number of classes' });
    await classes.fill('7');
    await classes.press('Enter');
    await view.settled();
    expect(await lines(view)).toContain('fc.weight [102, 64] [7, 512] Keep out');
  });

  it('reads a pasted text when typing rests', async () => {
    const { view } = await opened();
    await chooseKind(view, 'Key list or error');
    await pane(view).getByRole('textbox', { name: 'Key list or error text' }).fill('{"fc.weight": [2, 64]}');
    await view.page.waitForTimeout(250);
    await view.settled();
    expect(await pane(view).locator('.coverage').textContent()).toContain('0 of 1 key loads');
    await pane(view).getByRole('textbox', { name: 'Key list or error text' }).fill('[');
    await view.page.waitForTimeout(250);
    await view.settled();
    expect(await pane(view).getByRole('alert').textContent()).toContain('The list of keys is no JSON.');
  });

  it('runs Python only when it is asked to, and shows what that printed', async () => {
    const { view } = await opened({
      factories: () => [{ id: 'net:Net', label: 'net:Net', secondary: '' }],
      buildFactory: () =>
        Promise.reject(
          new PythonError(
            { kind: 'raised', message: 'ValueError: no data', traceback: 'Traceback' },
            { text: 'reading…\n', bytes: 9 },
          ),
        ),
    });
    await chooseKind(view, 'Python factory');
    const field = pane(view).getByRole('textbox', { name: 'Python factory' });
    await field.fill('net:Other()');
    await view.press('Tab');
    expect(view.host.askedFor('match').at(-1)).toEqual([
      { kind: 'target', form: expect.objectContaining({ kind: 'python', text: '' }) as unknown },
    ]);
    await pane(view).getByRole('button', { name: 'Build and Match' }).click();
    await view.settled();
    expect(await pane(view).getByRole('alert').textContent()).toContain('no data');
    expect(await pane(view).locator('pre').textContent()).toContain('reading…');
    await field.fill('');
    await field.press('ArrowDown');
    await view.press('Enter');
    expect(await field.inputValue()).toBe('net:Net');
  });

  it('says that Restricted Mode runs no Python', async () => {
    const { view } = await opened({ noPython: () => 'Restricted Mode: no Python is run.' });
    await chooseKind(view, 'Python factory');
    expect(await pane(view).textContent()).toContain('Restricted Mode: no Python is run.');
    expect(await pane(view).getByRole('textbox', { name: 'Python factory' }).isDisabled()).toBe(true);
    expect(await pane(view).getByRole('button', { name: 'Build and Match' }).count()).toBe(0);
  });

  it('fills in what was browsed for', async () => {
    const { view } = await opened({ browse: () => Promise.resolve('model.pt') });
    await pane(view).getByRole('button', { name: 'Browse…' }).click();
    await view.page.locator('ce-match-rows').waitFor();
    expect(await pane(view).getByRole('textbox', { name: 'Path of the checkpoint' }).inputValue()).toBe('model.pt');
  });

  it('shows that it waits, and is given up by Cancel', async () => {
    const { view } = await opened({ openFile: () => new Promise(() => undefined) });
    await view.page.keyboard.type('slow.pt');
    await view.press('Enter');
    await pane(view).getByRole('button', { name: 'Cancel' }).waitFor();
    expect(await pane(view).locator('.abar').textContent()).toContain('Reading the target');
    await pane(view).getByRole('button', { name: 'Cancel' }).click();
    await view.settled();
    expect(view.host.askedFor('match').at(-1)).toEqual([{ kind: 'cancel' }]);
    expect(await pane(view).getByRole('button', { name: 'Cancel' }).count()).toBe(0);
    expect(await pane(view).getByRole('button', { name: 'Apply as Edits' }).isDisabled()).toBe(true);
  });
});

async function chooseKind(view: WebviewPage, name: string): Promise<void> {
  await pane(view).getByRole('combobox', { name: 'Match against' }).click();
  await pane(view).getByRole('option', { name }).click();
  await view.settled();
}

const many: MatchView = {
  form: { kind: 'file', text: 'large.pt', classes: '', branch: '[]', targetBranch: '' },
  branches: [{ id: '[]', label: 'the whole file', secondary: 'state dict' }],
  targetBranches: [],
  architectures: [],
  recognised: '',
  factories: [],
  noPython: '',
  busy: '',
  problem: null,
  result: {
    revision: 1,
    headline: '0 of 100,000 keys load',
    parameters: '',
    coverage: 0,
    loads: 0,
    mismatched: 0,
    isAlarm: true,
    proposals: [],
    groups: [
      { group: 'mismatched', count: 100_000, parameters: 1, actions: ['keepOut', 'afresh'] },
      { group: 'missing', count: 50_000, parameters: 1, actions: ['leaveMissing', 'afresh'] },
    ],
    notes: [],
    keys: 0,
    bytes: 0,
    noUpdate: '',
    rows: new Uint8Array(0),
    version: 0,
  },
  refusal: '',
  readOnly: '',
};

describe('a match of 100,000 keys', () => {
  it('has only the rows in the page that are seen, and asks for no others', async () => {
    const view = await suite.open({ shown: uneditedFile });
    const rows = (first: number, count: number): MatchRowView[] =>
      Array.from({ length: count }, (_, at) => ({
        key: `layer.${String(first + at)}.weight`,
        fileKey: '',
        fileShape: '[1]',
        modelShape: '[2]',
        action: 'keepOut',
        actions: ['keepOut', 'afresh'],
        row: -1,
      }));
    view.host.answers = {
      ...view.host.answers,
      match: () => {
        view.host.webview.match(many);
      },
      matchRows: ({ first, count }) => rows(first, count),
    };
    view.host.webview.run('match');
    await view.page.locator('.lines [role=row]').first().waitFor();
    await view.settled();
    expect(await view.page.locator('.lines [role=row]').count()).toBeLessThan(60);
    expect(view.host.askedFor('matchRows')).toEqual([[{ revision: 1, group: 'mismatched', first: 0, count: 100 }]]);
    await view.page.locator('ce-match-rows [role=grid]').focus();
    await view.press('End');
    await view.settled();
    expect(await view.page.locator('.lines [role=row].foc').textContent()).toContain('layer.49999.weight');
    expect(view.host.askedFor('matchRows').at(-1)).toEqual([
      { revision: 1, group: 'missing', first: 49_900, count: 100 },
    ]);
    expect(await view.page.locator('.lines [role=row]').count()).toBeLessThan(60);
  });
});

describe('around the pane', () => {
  it('stands below the tree in a narrow editor, where the column stays', async () => {
    const { view } = await matched({}, { width: 640 });
    expect(await view.page.locator('.body.stacked').count()).toBe(1);
    expect(await view.page.getByRole('columnheader', { name: 'Match' }).count()).toBe(1);
    const widths = await pane(view).evaluate((element) => [element.scrollWidth, element.clientWidth]);
    expect(widths[0]).toBe(widths[1]);
  });

  it('says of a file without a state dict what it lacks', async () => {
    const view = await suite.open({ shown: await shownFile('torch-2.14.1/train.pt') });
    view.host.answers = { ...view.host.answers, match: () => undefined };
    view.host.webview.run('match');
    await view.settled();
    expect(view.host.askedFor('match')).toEqual([[{ kind: 'open' }]]);
    await view.press('Escape');
    expect(view.host.askedFor('match').at(-1)).toEqual([{ kind: 'close' }]);
  });
});

const themes: readonly Theme[] = ['vscode-dark', 'vscode-light', 'vscode-high-contrast'];

describe.each(themes)('axe-core in %s', (theme) => {
  it('finds nothing wrong with a match, its menu, and each kind of target', async () => {
    const { view } = await matched({}, { theme });
    await pane(view).getByRole('button', { name: 'Accept' }).first().click();
    await view.settled();
    await pane(view).getByRole('grid').focus();
    await view.press('ArrowDown', 'Enter');
    expect(await axeViolations(view)).toEqual([]);
    await view.press('Escape');
    // What differs between the kinds of target are fields, which look alike.
    const kinds = theme === 'vscode-dark' ? ['torchvision', 'Key list or error', 'Python factory'] : ['torchvision'];
    for (const kind of kinds) {
      await chooseKind(view, kind);
      expect(await axeViolations(view)).toEqual([]);
    }
  });
});
