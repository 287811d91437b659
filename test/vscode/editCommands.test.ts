import { strict as assert } from 'node:assert';
import type { Page } from 'playwright-core';
import * as vscode from 'vscode';
import { active, applyIn, edits, keys, move, pane, run, select, untilEdits, writes } from './support/editing';
import { editCommandNames } from '../../src/host/commands/names';
import { closeAll, openFile, until } from './support/editor';
import { evaluated } from './support/torch';
import { fromTorch, inWorkspace } from './support/files';
import { activeWebview, workbench } from './support/page';
import { answer, pick, problemWith } from './support/quickInput';
import { filterBox, rowNamed, rowsOf } from './support/view';

interface EditCase {
  /** One of the files that real torch has written (test/torch/editor_files.py). */
  readonly file: string;
  /** Key of the row that is selected. */
  readonly select?: string;
  /** What is answered once the command runs. */
  readonly answers?: (page: Page) => Promise<void>;
  /** Python that is true of the saved file. */
  readonly python: readonly string[];
}

const cases: Readonly<Record<string, EditCase>> = {
  keepSelected: {
    file: 'train.ckpt',
    select: 'model_state_dict.fc.weight',
    python: ['list(ckpt) == ["model_state_dict"]', 'list(ckpt["model_state_dict"]) == ["fc.weight"]'],
  },
  removeSelected: {
    file: 'train.ckpt',
    select: 'epoch',
    python: ['list(ckpt) == ["model_state_dict", "optimizer_state_dict"]'],
  },
  keepForPartialLoading: {
    file: 'net_params.pkl',
    select: 'fc.weight',
    answers: (page) => applyIn(page, 'Keep Only These'),
    python: [
      'list(ckpt) == ["fc.weight"]',
      'nn.Module.load_state_dict(nn.ModuleDict({"fc": nn.Linear(8, 2)}), ckpt, strict=False).missing_keys == ["fc.bias"]',
    ],
  },
  renameKey: {
    file: 'train.ckpt',
    select: 'epoch',
    async answers(page) {
      const field = activeWebview(page).getByRole('textbox', { name: 'New name' });
      await field.fill('epochs');
      await field.press('Enter');
    },
    python: ['ckpt["epochs"] == 17', '"epoch" not in ckpt'],
  },
  renameKeys: {
    file: 'net_params.pkl',
    async answers(page) {
      await (await pane(page)).getByRole('textbox', { name: 'Find' }).fill('^fc\\.');
      await (await pane(page)).getByRole('textbox', { name: 'Replace with' }).fill('head.');
      await applyIn(page);
    },
    python: [
      'list(ckpt)[-2:] == ["head.weight", "head.bias"]',
      '"fc" not in ckpt._metadata and "head" in ckpt._metadata',
    ],
  },
  stripPrefix: {
    file: 'parallel.pt',
    async answers(page) {
      await (await pane(page)).getByRole('textbox', { name: 'Prefix to strip' }).fill('module.');
      await applyIn(page);
    },
    python: ['list(ckpt)[0] == "features.0.weight"', 'not any(key.startswith("module.") for key in ckpt)'],
  },
  addPrefix: {
    file: 'net_params.pkl',
    async answers(page) {
      await (await pane(page)).getByRole('textbox', { name: 'Prefix to add' }).fill('net.');
      await applyIn(page);
    },
    python: ['all(key.startswith("net.") for key in ckpt)'],
  },
  castDtype: {
    file: 'net_params.pkl',
    async answers(page) {
      await (await pane(page)).getByRole('combobox', { name: 'Cast to' }).click();
      await (await pane(page)).getByRole('option', { name: 'bfloat16', exact: true }).click();
      await applyIn(page);
    },
    python: [
      '{str(value.dtype) for value in ckpt.values()} == {"torch.bfloat16", "torch.int64"}',
      'bool((ckpt["fc.bias"] == ckpt["fc.bias"]).all())',
    ],
  },
  replaceLayer: {
    file: 'net_params.pkl',
    select: 'fc.weight',
    async answers(page) {
      await (await pane(page)).getByRole('textbox', { name: 'Line of Python' }).fill('model.fc = nn.Linear(8, 120)');
      await applyIn(page);
    },
    python: [
      '(lambda fc: torch.equal(ckpt["fc.weight"], fc.weight) and torch.equal(ckpt["fc.bias"], fc.bias))' +
        '((torch.manual_seed(0), nn.Linear(8, 120))[1])',
      'len(ckpt) == 9 and list(ckpt)[-2:] == ["fc.weight", "fc.bias"]',
    ],
  },
  duplicateKey: {
    file: 'train.ckpt',
    select: 'model_state_dict.fc.weight',
    python: [
      '"fc.weight_copy" in ckpt["model_state_dict"]',
      'ckpt["model_state_dict"]["fc.weight_copy"].data_ptr() == ckpt["model_state_dict"]["fc.weight"].data_ptr()',
    ],
  },
  moveKey: {
    file: 'train.ckpt',
    select: 'epoch',
    answers: (page) => pick(page, 'Before model_state_dict'),
    python: ['list(ckpt) == ["epoch", "model_state_dict", "optimizer_state_dict"]'],
  },
  editValue: {
    file: 'train.ckpt',
    select: 'epoch',
    async answers(page) {
      assert.match(await problemWith(page, 'seventeen'), /is no Python literal/);
      await answer(page, '0');
    },
    python: ['ckpt["epoch"] == 0'],
  },
  addEntry: {
    file: 'train.ckpt',
    select: 'epoch',
    async answers(page) {
      assert.match(await problemWith(page, 'epoch'), /More than one entry would be called/);
      await answer(page, 'classes');
      await answer(page, "['cat', 'dog']");
    },
    python: ['ckpt["classes"] == ["cat", "dog"]'],
  },
  wrap: {
    file: 'net_params.pkl',
    async answers(page) {
      await answer(page, 'model_state_dict');
      await pick(page, 'Add Value…');
      await answer(page, 'epoch');
      await answer(page, '3');
      await pick(page, 'Done');
    },
    python: ['list(ckpt) == ["model_state_dict", "epoch"]', 'ckpt["epoch"] == 3', 'len(ckpt["model_state_dict"]) == 9'],
  },
  setRequiresGrad: {
    file: 'net.pkl',
    select: 'fc.weight',
    answers: (page) => pick(page, 'False'),
    python: [
      'not ckpt.fc.weight.requires_grad and ckpt.fc.bias.requires_grad',
      'all(p.requires_grad for p in ckpt.features.parameters())',
    ],
  },
  setTrainMode: {
    file: 'net.pkl',
    answers: (page) => pick(page, 'eval()'),
    python: ['not any(m.training for m in ckpt.modules())'],
  },
  remapDevices: {
    file: 'train.ckpt',
    async answers(page) {
      await (await pane(page)).getByRole('textbox', { name: 'Load cuda:1 on' }).fill('cuda:0');
      await applyIn(page);
    },
    python: ['set(tags) == {"cuda:0"}'],
  },
  makeLoadable: {
    file: 'args.pt',
    answers: (page) => applyIn(page, 'Make Plain'),
    python: ['loads_weights_only()', 'ckpt["args"] == {"lr": 0.003, "arch": "net"}', 'ckpt["path"] == "runs/1"'],
  },
  compact: {
    file: 'slice.pt',
    answers: (page) => applyIn(page, 'Compact'),
    python: ['ckpt["slice"].untyped_storage().nbytes() == 40', 'ckpt["slice"].tolist() == list(range(10))'],
  },
};

describe('commands that edit, from the palette', () => {
  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await closeAll();
  });

  for (const [name, { file, select: key, answers, python }] of Object.entries(cases)) {
    it(`${name}: done, undone, redone, and right by torch once it is saved`, async function () {
      const uri = fromTorch(file) ?? this.skip();
      await openFile(uri);
      const page = await workbench();
      await rowsOf(page).first().waitFor();
      if (key === undefined) {
        // The row that is selected anyway: VS Code gives the focus to an editor that was just opened a second time.
        await rowsOf(page).first().click();
      } else {
        await select(page, key);
      }
      // A question that is open while the tree takes the focus would close.
      await until('the tree to have the focus', async () => (await active()).treeFocused || undefined);
      const before = await keys();
      await run(name);
      await answers?.(page);
      await untilEdits(1);
      const after = await keys();
      await move('undo', 0);
      assert.deepEqual(await keys(), before);
      await move('redo', 1);
      assert.deepEqual(await keys(), after);
      await vscode.commands.executeCommand('workbench.action.files.save');
      const results = await evaluated(uri.fsPath, ...python);
      assert.deepEqual(
        python.filter((_, at) => results[at] !== true),
        [],
      );
    });
  }

  it('work from the context menu of a row, for that row', async function () {
    await openFile(fromTorch('train.ckpt') ?? this.skip());
    const page = await workbench();
    await rowsOf(page).first().waitFor();
    await select(page, 'epoch');
    await rowNamed(page, 'epoch').click({ button: 'right' });
    const entry = page.getByRole('menuitem', { name: 'Remove Selected' });
    await entry.waitFor();
    for (const name of ['Keep Only Selected', 'Rename Key', 'Duplicate Key', 'Edit Value…', 'Cast Dtype…']) {
      assert.equal(await page.getByRole('menuitem', { name }).first().isVisible(), true, name);
    }
    await entry.click();
    await untilEdits(1);
    assert.equal((await keys()).includes('epoch = 17'), false);
  });

  it('work by F2 and Delete in the tree, and not in the filter', async function () {
    await openFile(fromTorch('train.ckpt') ?? this.skip());
    const page = await workbench();
    await rowsOf(page).first().waitFor();
    await select(page, 'epoch');
    await until('the tree to have the focus', async () => (await active()).treeFocused || undefined);
    await page.keyboard.press('F2');
    const field = activeWebview(page).getByRole('textbox', { name: 'New name' });
    await field.waitFor();
    await page.keyboard.press('Delete');
    await page.keyboard.press('Escape');
    await field.waitFor({ state: 'hidden' });
    await filterBox(page).click();
    await until('the tree to have lost the focus', async () => !(await active()).treeFocused || undefined);
    await page.keyboard.press('Delete');
    await page.waitForTimeout(500);
    assert.equal(await edits(), 0);
    await select(page, 'epoch');
    await until('the tree to have the focus', async () => (await active()).treeFocused || undefined);
    await page.keyboard.press('Delete');
    await untilEdits(1);
  });

  it('each have a test here', () => {
    const further = [
      'updateOptimizer',
      'showEdits',
      'toggleRemoved',
      'copyEditsAsPython',
      'extractStateDict',
      'convert',
    ];
    assert.deepEqual([...Object.keys(cases), ...further].sort(), [...editCommandNames].sort());
  });

  it('updateOptimizer: a parameter that went is taken out, the others close up', async function () {
    const uri = fromTorch('train.ckpt') ?? this.skip();
    await openFile(uri);
    const page = await workbench();
    await rowsOf(page).first().waitFor();
    await select(page, 'model_state_dict.fc.bias');
    await run('removeSelected');
    await untilEdits(1);
    await activeWebview(page)
      .getByText(/load_state_dict refuses the optimizer/)
      .waitFor();
    await activeWebview(page).getByRole('button', { name: 'Update Optimizer…' }).click();
    await (await pane(page)).getByText('Take them out and renumber').waitFor();
    await applyIn(page, 'Update');
    await untilEdits(2);
    await vscode.commands.executeCommand('workbench.action.files.save');
    const python = [
      'len(ckpt["optimizer_state_dict"]["param_groups"][0]["params"]) == 5',
      'sorted(ckpt["optimizer_state_dict"]["state"]) == [0, 1, 2, 3, 4]',
      // A model without that parameter takes it, and goes on training.
      '(lambda ps: (lambda o: (o.load_state_dict(ckpt["optimizer_state_dict"]), ' +
        '[setattr(p, "grad", torch.ones_like(p)) for p in ps], o.step(), True)[-1])' +
        '(torch.optim.SGD(ps, lr=0.1, momentum=0.9)))' +
        '([nn.Parameter(v) for k, v in ckpt["model_state_dict"].items() if "running" not in k and "num" not in k])',
    ];
    assert.deepEqual(await evaluated(uri.fsPath, ...python), [true, true, true]);
  });

  it('showEdits, toggleRemoved and copyEditsAsPython: what was done', async function () {
    await openFile(fromTorch('train.ckpt') ?? this.skip());
    const page = await workbench();
    await rowsOf(page).first().waitFor();
    await select(page, 'epoch');
    await run('removeSelected');
    await untilEdits(1);
    await run('showEdits');
    await activeWebview(page).getByText('Remove epoch').waitFor();
    await page.keyboard.press('Escape');
    const removed = rowNamed(page, 'epoch');
    const before = await removed.isVisible();
    await run('toggleRemoved');
    await removed.waitFor({ state: before ? 'hidden' : 'visible' });
    await vscode.env.clipboard.writeText('');
    await run('copyEditsAsPython');
    const python = await until('the clipboard', async () => (await vscode.env.clipboard.readText()) || undefined);
    assert.match(python, /del .*epoch/);
  });

  it('extractStateDict: a branch as a file of its own, the document as it was', async function () {
    await openFile(fromTorch('train.ckpt') ?? this.skip());
    const page = await workbench();
    await rowsOf(page).first().waitFor();
    await until('the tree to have the focus', async () => (await active()).treeFocused || undefined);
    const target = inWorkspace('extracted.pt');
    await writes(page, 'extractStateDict', target, () => pick(page, 'model_state_dict'));
    assert.equal(await edits(), 0);
    assert.deepEqual(await evaluated(target, 'list(ckpt)[-1] == "fc.bias"', 'ckpt._metadata is not None'), [
      true,
      true,
    ]);
  });

  it('convert: to the format before torch 1.6', async function () {
    await openFile(fromTorch('net_params.pkl') ?? this.skip());
    const page = await workbench();
    await rowsOf(page).first().waitFor();
    await until('the tree to have the focus', async () => (await active()).treeFocused || undefined);
    const target = inWorkspace('converted.pt');
    await writes(page, 'convert', target, () => pick(page, 'PyTorch checkpoint before torch 1.6'));
    assert.deepEqual(
      await evaluated(
        target,
        'len(ckpt) == 9',
        `not torch.serialization._is_zipfile(open(${JSON.stringify(target)}, "rb"))`,
      ),
      [true, true],
    );
  });

  it('convert: says before what a format cannot hold, and writes nothing', async function () {
    await openFile(fromTorch('train.ckpt') ?? this.skip());
    const page = await workbench();
    await rowsOf(page).first().waitFor();
    await until('the tree to have the focus', async () => (await active()).treeFocused || undefined);
    await run('convert');
    const option = page.getByRole('option', { name: /^safetensors/ });
    await option.waitFor();
    assert.match(await option.innerText(), /cannot hold/);
    await page.keyboard.press('Escape');
  });
});
