import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { buildTree } from '../../src/core/tree/buildTree';
import type { PlanIntent } from '../../src/protocol/plan';
import { TestPlans } from '../host/planning/support';
import { architectureFile, zeroFile } from '../support/architectureFile';
import { noEdits } from './harness/editedViews';
import type { Theme } from './harness/server';
import { webviewSuite } from './harness/suite';
import type { PageOptions, WebviewPage } from './harness/webviewPage';

const suite = webviewSuite();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const resnet = await architectureFile('resnet18');
const own = await zeroFile([
  { key: 'stem.weight', shape: [8, 3, 3, 3], dtype: 'float32' },
  { key: 'stem.bias', shape: [8], dtype: 'float32' },
  { key: 'head.weight', shape: [10, 8], dtype: 'float32' },
  { key: 'head.bias', shape: [10], dtype: 'float32' },
]);

/** The plan of a file, made by the extension's own host side. */
async function opened(
  options: PageOptions = {},
  checkpoint = resnet,
): Promise<{ view: WebviewPage; plans: TestPlans }> {
  const view = await suite.open({
    shown: { fileName: 'net.pt', checkpoint, tree: buildTree(checkpoint) },
    ...options,
  });
  view.host.webview.edits(noEdits);
  const plans = new TestPlans(checkpoint);
  plans.onView = (sent) => {
    view.host.webview.plan(sent);
  };
  view.host.answers = {
    ...view.host.answers,
    plan: (intent) => {
      void plans.run(intent);
    },
  };
  view.host.webview.run('plan');
  await view.page.locator('ce-plan .choose').waitFor();
  await view.settled();
  return { view, plans };
}

function lastIntent(view: WebviewPage): PlanIntent {
  return view.host.askedFor('plan').at(-1)?.[0] as PlanIntent;
}

function focused(view: WebviewPage): Promise<string> {
  return view.page.evaluate(() => {
    const active = document.activeElement;
    return active?.getAttribute('data-situation') ?? active?.getAttribute('role') ?? active?.tagName ?? '';
  });
}

function activeCell(view: WebviewPage): Promise<string | null> {
  return view.page.evaluate(() => {
    const id = document.activeElement?.getAttribute('aria-activedescendant') ?? '';
    const cell = document.getElementById(id);
    return cell?.getAttribute('aria-label') ?? cell?.querySelector('.name')?.textContent ?? null;
  });
}

/** What is read of the row of a group. */
function checked(view: WebviewPage, group: string): Promise<string | null> {
  return view.page
    .locator(`.groups [role=radio][aria-checked=true][aria-label^="${group}: "]`)
    .getAttribute('aria-label');
}

describe('the two questions', () => {
  it('have the focus when the plan opens; arrows choose, and the Python follows', async () => {
    const { view } = await opened();
    expect(await focused(view)).toBe('S1');
    const python = view.page.locator('.plan-code code');
    expect(await python.textContent()).toContain('model.layer4');
    await view.press('ArrowRight');
    expect(lastIntent(view)).toEqual({ kind: 'situation', situation: 'S2' });
    expect(await focused(view)).toBe('S2');
    await view.press('ArrowDown');
    expect(await focused(view)).toBe('S3');
    expect(await python.textContent()).not.toContain('requires_grad_(False)');
    await view.press('ArrowLeft', 'ArrowUp');
    expect(await focused(view)).toBe('S1');
    const stops = await view.page.locator('.choose [tabindex="0"]').count();
    expect(stops).toBe(1);
  });

  it('takes a click', async () => {
    const { view } = await opened();
    await view.page.getByRole('radio', { name: /Start afresh/ }).click();
    await view.settled();
    expect(await checked(view, 'layer1')).toBe('layer1: Re-initialise');
    expect(await view.page.locator('.kline').count()).toBe(0);
  });
});

describe('the table of groups', () => {
  it('is one tab stop: arrows move, Space chooses, groups open to their layers', async () => {
    const { view } = await opened();
    await view.press('Tab');
    expect(await focused(view)).toBe('treegrid');
    expect(await activeCell(view)).toBe('conv1, bn1');
    await view.press('ArrowDown', 'ArrowRight');
    expect(lastIntent(view)).toEqual({ kind: 'expand', group: 'layer1', isOpen: true });
    expect(await view.page.locator('.groups .row.layer').count()).toBe(8);
    await view.press('ArrowDown', 'ArrowRight', 'ArrowRight');
    expect(await activeCell(view)).toBe('layer1.0.conv1: Train');
    await view.press(' ');
    expect(lastIntent(view)).toEqual({ kind: 'action', group: 'layer1', layer: 'layer1.0.conv1', action: 'keep' });
    expect(await checked(view, 'layer1.0.conv1')).toBe('layer1.0.conv1: Train');
    expect(
      await view.page
        .getByRole('radio', { name: /^layer1: / })
        .evaluateAll((all) => all.map((each) => each.ariaChecked)),
    ).toEqual(['false', 'false', 'false', 'false']);
    await view.press('ArrowLeft', 'ArrowLeft', 'ArrowLeft');
    expect(await activeCell(view)).toBe('layer1');
    await view.press('ArrowLeft');
    expect(await view.page.locator('.groups .row.layer').count()).toBe(0);
  });

  it('moves k by Alt with up and down, and says where it is', async () => {
    const { view } = await opened();
    await view.press('Tab', 'Alt+ArrowUp');
    expect(lastIntent(view)).toEqual({ kind: 'k', k: 4 });
    expect(await view.page.locator('ce-plan-groups [role=status]').textContent()).toBe('k = 4, frozen above');
    expect(await checked(view, 'layer4')).toBe('layer4: Train');
    expect(await focused(view)).toBe('treegrid');
    await view.press('Alt+ArrowDown');
    expect(await checked(view, 'layer4')).toBe('layer4: Freeze');
  });

  it('moves k by dragging its line', async () => {
    const { view } = await opened();
    await view.page.getByRole('radio', { name: /Freeze the first layers/ }).click();
    await view.settled();
    const line = await view.page.locator('.kline').boundingBox();
    const target = await view.page.locator('.groups .row[data-at="0"]').boundingBox();
    if (line === null || target === null) {
      throw new Error('nothing to drag');
    }
    await view.page.mouse.move(line.x + 300, line.y + 9);
    await view.page.mouse.down();
    await view.page.mouse.move(line.x + 300, target.y + target.height, { steps: 8 });
    await view.page.mouse.up();
    await view.settled();
    expect(lastIntent(view)).toEqual({ kind: 'k', k: 1 });
    expect(await checked(view, 'layer1')).toBe('layer1: Train');
    expect(await checked(view, 'conv1, bn1')).toBe('conv1, bn1: Freeze');
  });

  it('takes clicks on radio buttons, and another number of classes', async () => {
    const { view } = await opened();
    await view.page.getByRole('radio', { name: 'layer4: Drop' }).click();
    await view.settled();
    expect(await checked(view, 'layer4')).toBe('layer4: Drop');
    const classes = view.page.getByRole('textbox', { name: 'Number of classes' });
    await classes.fill('2');
    await view.settled();
    expect(lastIntent(view)).toEqual({ kind: 'classes', classes: 2 });
    expect(await view.page.locator('.groups .was').textContent()).toBe('1000');
    await classes.fill('');
    await view.settled();
    expect(lastIntent(view)).toEqual({ kind: 'classes', classes: 2 });
    await view.page.getByRole('radio', { name: 'fc: Freeze' }).click({ force: true });
    await view.settled();
    expect(await checked(view, 'fc')).toBe('fc: Re-initialise');
    expect(await classes.inputValue()).toBe('2');
    expect(await view.page.locator('.abar vscode-button').first().textContent()).toMatch(/Apply \d Edits? to the File/);
  });
});

describe('the rest of the plan', () => {
  it('sets by pattern, and says how many', async () => {
    const { view } = await opened();
    await view.page.getByRole('textbox', { name: 'Pattern for names of layers' }).fill('layer3.*');
    await view.page.getByRole('combobox', { name: 'What to set' }).click();
    await view.press('Escape');
    expect(await view.page.locator('ce-plan').count()).toBe(1);
    await view.page.getByRole('combobox', { name: 'What to set' }).click();
    await view.page.getByRole('option', { name: 'Drop' }).click();
    await view.page.getByRole('button', { name: 'Set', exact: true }).click();
    await view.settled();
    expect(await view.page.locator('.pattern .message').textContent()).toBe('10 layers set.');
    expect(await checked(view, 'layer3')).toBe('layer3: Drop');
  });

  it('puts plans side by side: one is shown, chosen ones share a script', async () => {
    const { view, plans } = await opened();
    await view.page.getByRole('button', { name: 'New Plan' }).click();
    await view.settled();
    await view.page.getByRole('radio', { name: /Start afresh/ }).click();
    await view.page.getByRole('textbox', { name: 'Name of plan 2' }).fill('afresh');
    await view.page.getByRole('textbox', { name: 'Result of afresh' }).fill('0.91');
    await view.settled();
    expect(plans.view.plans[1]).toMatchObject({ name: 'afresh', result: '0.91', situation: 'S3' });
    expect(await view.page.locator('.plan-code .ph').textContent()).toContain('for 2 plans');
    await view.page.getByRole('radio', { name: 'Show Plan 1' }).click();
    await view.settled();
    expect(await checked(view, 'layer1')).toBe('layer1: Freeze');
    await view.page.getByRole('checkbox', { name: 'afresh in the script' }).click();
    await view.settled();
    expect(plans.shown.pythonPlans).toBe(1);
    await view.page.getByRole('button', { name: 'Remove afresh' }).click();
    await view.settled();
    expect(plans.view.plans).toHaveLength(1);
  });

  it('copies and opens the Python, saves the plan', async () => {
    const { view, plans } = await opened();
    await view.page.locator('.plan-code').getByRole('button', { name: 'Copy' }).click();
    await view.page.locator('.plan-code').getByRole('button', { name: 'Open' }).click();
    await view.page.getByRole('button', { name: 'Save Plan…' }).click();
    await view.settled();
    expect(plans.environment.copied).toEqual([plans.shown.python]);
    expect(plans.environment.opened).toEqual([plans.shown.python]);
    expect(plans.environment.written).toHaveLength(1);
    expect(await view.page.locator('.plan-main .ph').textContent()).toContain('saved in net.pt.plan.json');
  });

  it('asks what makes a network that no catalogue knows', async () => {
    const { view } = await opened({}, own);
    const field = view.page.getByRole('textbox', { name: 'What makes your model' });
    await field.focus();
    await view.press('ArrowDown', 'Enter');
    expect(lastIntent(view)).toEqual({ kind: 'factory', text: 'flowers.models:FlowerNet' });
    expect(await view.page.locator('.plan-code code').textContent()).toContain('from flowers.models import FlowerNet');
  });

  it('closes when its edits are in the file, and the tree has the focus', async () => {
    const { view, plans } = await opened();
    await view.page.getByRole('textbox', { name: 'Number of classes' }).fill('2');
    await view.settled();
    await view.page.getByRole('button', { name: /^Apply/ }).click();
    await view.settled();
    expect(plans.panel.history.index).toBeGreaterThan(0);
    expect(await view.page.locator('ce-plan').count()).toBe(0);
    expect(await focused(view)).toBe('treegrid');
    expect(await view.page.locator('ce-tree').isVisible()).toBe(true);
  });

  it.each(['Escape', 'Back to the Tree'])('closes by %s, which brings the tree back as it was', async (way) => {
    const { view } = await opened();
    expect(await view.page.locator('ce-tree').isVisible()).toBe(false);
    expect(await view.page.locator('.facets').isVisible()).toBe(false);
    await (way === 'Escape' ? view.press('Escape') : view.page.getByRole('button', { name: way }).click());
    await view.settled();
    expect(lastIntent(view)).toEqual({ kind: 'close' });
    expect(await focused(view)).toBe('treegrid');
    expect(await view.page.locator('ce-tree').isVisible()).toBe(true);
    expect(await view.page.locator('.facets').isVisible()).toBe(true);
    expect((await view.labels()).length).toBeGreaterThan(3);
  });

  it('gives way to a command that is about rows', async () => {
    const { view } = await opened();
    view.host.webview.run('focusFilter');
    await view.settled();
    expect(await view.page.locator('ce-plan').count()).toBe(0);
    expect(await view.page.evaluate(() => document.activeElement?.closest('ce-filter') !== null)).toBe(true);
  });

  it('comes back with the page', async () => {
    const { view } = await opened();
    await view.page.waitForTimeout(250);
    await view.page.reload();
    await view.page.waitForTimeout(50);
    view.host.show({ fileName: 'net.pt', checkpoint: resnet, tree: buildTree(resnet) }, true);
    await view.page.locator('ce-plan .choose').waitFor();
  });
});

describe('axe-core', () => {
  it.each<[Theme, number]>([
    ['vscode-dark', 1280],
    ['vscode-dark', 640],
    ['vscode-light', 1280],
    ['vscode-high-contrast', 1280],
  ])('finds nothing wrong with a plan in %s, %i pixels wide', async (theme, width) => {
    const { view } = await opened({ theme, width });
    await view.page.getByRole('button', { name: 'New Plan' }).click();
    await view.page.getByRole('radio', { name: /Freeze the first layers/ }).click();
    await view.page.getByRole('textbox', { name: 'Number of classes' }).fill('120');
    await view.page.locator('.groups').focus();
    await view.press('ArrowDown', 'ArrowRight');
    await view.page.evaluate(axe);
    const found = await view.page.evaluate(async () => {
      const { axe: checker } = window as unknown as {
        axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      };
      const { violations } = await checker.run({
        resultTypes: ['violations'],
        rules: { region: { enabled: false } },
      });
      return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
    });
    expect(found).toEqual([]);
  });
});

describe('a narrow editor', () => {
  it('has the Python below, and nothing runs over', async () => {
    const { view } = await opened({ width: 640, height: 800 });
    const [plan, python] = await Promise.all(
      ['.plan-main', '.plan-code'].map((part) => view.page.locator(part).boundingBox()),
    );
    expect(python?.y).toBe((plan?.y ?? 0) + (plan?.height ?? 0));
    expect(python?.width).toBe(640);
    const over = await view.page.evaluate(() =>
      [...document.querySelectorAll('ce-plan .plan-main *')]
        .filter((element) => element.getBoundingClientRect().right > window.innerWidth + 1)
        .map(({ className }) => className),
    );
    expect(over).toEqual([]);
  });
});
