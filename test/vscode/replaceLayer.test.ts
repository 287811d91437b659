import { strict as assert } from 'node:assert';
import type { Locator, Page } from 'playwright-core';
import * as vscode from 'vscode';
import { lastText } from '../../src/core/checkpoint/path';
import { active, applyIn, focusTree, move, pane, run, select, untilEdits } from './support/editing';
import { closeAll, openFile, shown, until } from './support/editor';
import { fromTorch } from './support/files';
import { activeWebview, workbench } from './support/page';
import { evaluated } from './support/torch';
import { rowsOf, selectedRows } from './support/view';

/** The lines of the tutorial, as they stand there. */
const head = 'model.fc = nn.Linear(2048, 120)';
const stem = 'model.conv1 = nn.Conv2d(3, 64, kernel_size=5, stride=2, padding=3, bias=False)';

/** Python that is true of a model, as a dict of tensors, whose layers were made by these lines with seed 0. */
function hasBits(state: string): string[] {
  return [
    `(lambda fresh: torch.equal(${state}["fc.weight"], fresh.weight) and torch.equal(${state}["fc.bias"], fresh.bias))` +
      '((torch.manual_seed(0), nn.Linear(2048, 120))[1])',
    `torch.equal(${state}["conv1.weight"], ` +
      '(torch.manual_seed(0), nn.Conv2d(3, 64, kernel_size=5, stride=2, padding=3, bias=False))[1].weight)',
    `list(${state}) == ["conv1.weight", "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var", ` +
      '"bn1.num_batches_tracked", "fc.weight", "fc.bias"]',
  ];
}

async function allTrue(path: string, expressions: readonly string[]): Promise<void> {
  const results = await evaluated(path, ...expressions);
  assert.deepEqual(
    expressions.filter((_, at) => results[at] !== true),
    [],
  );
}

async function open(name: string): Promise<{ page: Page; path: string } | undefined> {
  const uri = fromTorch(name);
  if (uri === undefined) {
    return undefined;
  }
  await openFile(uri);
  const page = await workbench();
  await focusTree(page);
  return { page, path: uri.fsPath };
}

function lineIn(page: Page): Locator {
  return activeWebview(page).getByRole('textbox', { name: 'Line of Python' });
}

/** Types over the line; that it has the focus with its text selected is seen in test/webview, where no palette takes it. */
async function typeLine(page: Page, line: string): Promise<void> {
  await until('a layer to be there', async () => (await lineIn(page).inputValue()) !== '' || undefined);
  await lineIn(page).press('ControlOrMeta+a');
  await page.keyboard.type(line);
  const apply = (await pane(page)).getByRole('button', { name: 'Apply', exact: true });
  await until('Apply to be possible', async () => (await apply.isEnabled()) || undefined);
  await page.keyboard.press('Enter');
  // The pane closes once the edit is made: one that is asked for before that would close too.
  await lineIn(page).waitFor({ state: 'detached' });
}

describe('Replace Layer', () => {
  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await closeAll();
  });

  it('seed.S6 a head of 120 classes and a first convolution of 5×5 in a state dict, by the keyboard: torch’s own bits', async function () {
    const { page, path } = (await open('tutorial_params.pkl')) ?? this.skip();
    await run('replaceLayer');
    await typeLine(page, head);
    await untilEdits(1);
    await run('replaceLayer');
    await typeLine(page, stem);
    await untilEdits(2);
    await vscode.commands.executeCommand('workbench.action.files.save');
    const rebuilt =
      '(lambda net: (net.load_state_dict(ckpt), tuple(net(torch.ones(2, 3, 64, 64)).shape))[1] == (2, 120))' +
      '(nn.Sequential(__import__("collections").OrderedDict(' +
      'conv1=nn.Conv2d(3, 64, kernel_size=5, stride=2, padding=3, bias=False), bn1=nn.BatchNorm2d(64), ' +
      'pool=nn.AdaptiveAvgPool2d((4, 8)), flatten=nn.Flatten(), fc=nn.Linear(2048, 120))))';
    await allTrue(path, [...hasBits('ckpt'), 'loads_weights_only()', rebuilt]);
  });

  it('seed.S6 the same in a whole pickled module, by mouse: its attributes change too, and it runs', async function () {
    const { page, path } = (await open('tutorial.pkl')) ?? this.skip();
    await select(page, 'fc.weight');
    // Until the filter's rows are drawn, another layer's weight is the first of that name.
    await until('the filtered rows', async () => (await rowsOf(page).count()) <= 2 || undefined);
    await selectedRows(page).first().click({ button: 'right' });
    const entry = page.getByRole('menuitem', { name: 'Replace Layer…' });
    await entry.waitFor();
    // VS Code's menus take no click in their first 100 ms.
    await page.waitForTimeout(300);
    await entry.click();
    await (await pane(page)).getByRole('textbox', { name: 'out_features' }).fill('120');
    await (await pane(page)).getByText('Attributes of the module follow: out_features 1000 → 120.').waitFor();
    await applyIn(page);
    await untilEdits(1);
    await run('replaceLayer');
    await lineIn(page).fill(stem);
    await (await pane(page)).getByText('kernel_size (7, 7) → (5, 5)').waitFor();
    await applyIn(page);
    await untilEdits(2);
    await move('undo', 1);
    await move('redo', 2);
    await vscode.commands.executeCommand('workbench.action.files.save');
    await allTrue(path, [
      ...hasBits('ckpt.state_dict()'),
      '(ckpt.fc.in_features, ckpt.fc.out_features) == (2048, 120)',
      '(ckpt.conv1.kernel_size, ckpt.conv1.stride, ckpt.conv1.padding) == ((5, 5), (2, 2), (3, 3))',
      'ckpt.conv1.bias is None and all(p.requires_grad and p.is_leaf for p in ckpt.parameters())',
      'tuple(ckpt(torch.ones(2, 3, 64, 64)).shape) == (2, 120)',
      '(ckpt(torch.ones(2, 3, 64, 64)).sum().backward(), ckpt.conv1.weight.grad is not None)[1]',
    ]);
  });

  it('says what it means for the optimizer beside it, and offers to mend it', async function () {
    const { page } = (await open('train.ckpt')) ?? this.skip();
    await select(page, 'model_state_dict.fc.weight');
    await run('replaceLayer');
    await lineIn(page).fill('fc = nn.Linear(8, 3)');
    await (await pane(page)).getByText(/has another shape than its state in optimizer_state_dict/).waitFor();
    await applyIn(page);
    await untilEdits(1);
    await activeWebview(page).getByRole('button', { name: 'Update Optimizer…' }).waitFor();
    const shapes = shown(await active()).checkpoint.entries.flatMap((entry) =>
      entry.kind === 'tensor' && lastText(entry.path).startsWith('fc.') ? [entry.shape.join('×')] : [],
    );
    assert.deepEqual(shapes, ['3×8', '3']);
  });
});
