import { strict as assert } from 'node:assert';
import type { Page } from 'playwright-core';
import * as vscode from 'vscode';
import { keyOf } from '../../src/core/checkpoint/path';
import { active, applyIn, drawDialogs, edits, move, pane, run, writes } from './support/editing';
import { closeAll, openFile, shown, until } from './support/editor';
import { evaluated } from './support/torch';
import { fromTorch, inWorkspace } from './support/files';
import { activeWebview, workbench } from './support/page';
import { answer, choosePath, pick } from './support/quickInput';
import { goTo, paneOf, rowsOf } from './support/view';

const parameters = [
  'features.0.weight',
  'features.0.bias',
  'features.1.weight',
  'features.1.bias',
  'features.1.running_mean',
  'features.1.running_var',
  'features.1.num_batches_tracked',
  'fc.weight',
  'fc.bias',
];

describe('seeds, as far as seeing goes', () => {
  afterEach(closeAll);

  it('seed.S8 torch.save(model, "net.pkl"): opened without its class', async function () {
    const { checkpoint } = shown(await openFile(fromTorch('net.pkl') ?? this.skip()));
    assert.equal(checkpoint.kind, 'module');
    const keys = checkpoint.entries.filter((entry) => entry.kind === 'tensor').map((entry) => keyOf(entry.path));
    assert.deepEqual(keys, parameters);
    // The class is named, and nobody had to have it: it is one of the script that wrote the file.
    const own = checkpoint.imports.find((used) => used.name === '__main__.Net');
    assert.equal(own?.verdict, 'unknown');
    assert.equal(checkpoint.weightsOnly.loads, false);
    const page = await workbench();
    await rowsOf(page).first().waitFor();
    assert.match(await activeWebview(page).locator('body').innerText(), /Whole module/);
  });

  it('seed.S9 torch.save(model.state_dict(), "net_params.pkl"): opened', async function () {
    const { checkpoint } = shown(await openFile(fromTorch('net_params.pkl') ?? this.skip()));
    assert.equal(checkpoint.kind, 'state-dict');
    assert.deepEqual(
      checkpoint.entries.filter((entry) => entry.kind === 'tensor').map((entry) => keyOf(entry.path)),
      parameters,
    );
    assert.equal(checkpoint.weightsOnly.loads, true);
    const page = await workbench();
    await rowsOf(page).first().waitFor();
    await goTo(page, 'fc.weight');
    await paneOf(page).getByText('ckpt["fc.weight"]').waitFor();
    assert.match(await activeWebview(page).locator('body').innerText(), /State dict/);
  });
});

/** A map_location as people write it, and where the storages of train.ckpt, all on cuda:1, go by it. */
const mapLocations = [
  ['torch.device("cpu")', 'cpu'],
  ['lambda storage, loc: storage', 'cpu'],
  ['lambda storage, loc: storage.cuda(1)', 'cuda:1'],
  ['{"cuda:1": "cuda:0"}', 'cuda:0'],
  ['torch.load("checkpoint.pkl")', 'cuda:1'],
] as const;

describe('seeds, as far as editing goes', () => {
  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await closeAll();
  });

  async function open(name: string): Promise<{ page: Page; path: string } | undefined> {
    const uri = fromTorch(name);
    if (uri === undefined) {
      return undefined;
    }
    await openFile(uri);
    const page = await workbench();
    await rowsOf(page).first().waitFor();
    // A question that is open while the tree takes the focus would close.
    await until('the tree to have the focus', async () => (await active()).treeFocused || undefined);
    return { page, path: uri.fsPath };
  }

  async function paste(page: Page, text: string): Promise<void> {
    await run('remapDevices');
    await (await pane(page)).getByRole('textbox', { name: 'Paste a map_location' }).fill(text);
  }

  const devices = async (): Promise<string[]> => [...shown(await active()).checkpoint.summary.devices.keys()];

  it('seed.S8 the state dict of a whole module whose class nobody has, as a file of its own', async function () {
    const { page } = (await open('net.pkl')) ?? this.skip();
    const target = inWorkspace('seed-s8.pt');
    await writes(page, 'extractStateDict', target, () => pick(page, 'the whole file'));
    assert.deepEqual(await evaluated(target, 'list(ckpt)', 'loads_weights_only()', 'sorted(ckpt._metadata)[:2]'), [
      parameters,
      true,
      ['', 'fc'],
    ]);
  });

  it('seed.S10 a checkpoint of one’s own, made from parts: module, state dict, optimizer, epoch', async function () {
    // Three files are opened and many questions answered.
    this.timeout(240_000);
    const { page, path } = (await open('net_params.pkl')) ?? this.skip();
    await drawDialogs();
    await run('wrap');
    await answer(page, 'model_state_dict');
    await pick(page, 'Add Value…');
    await answer(page, 'epoch');
    await answer(page, '17');
    const part = async (file: string, choice: string | null, key: string): Promise<void> => {
      const other = fromTorch(file)?.fsPath ?? '';
      await pick(page, 'Add Part of Another File…');
      const next = choice === null ? page.getByText('Key (Press') : page.getByRole('option', { name: choice });
      await choosePath(page, other, () => next.first().isVisible());
      if (choice !== null) {
        await pick(page, choice);
      }
      await answer(page, key);
    };
    await part('net.pkl', 'the whole file, module', 'model');
    await part('optimizer.pt', 'the whole file', 'optimizer_state_dict');
    await pick(page, 'Done');
    await until('the parts', async () => (await edits()) === 3 || undefined);
    await vscode.commands.executeCommand('workbench.action.files.save');
    const restored =
      '(lambda net, o: (net.load_state_dict(ckpt["model_state_dict"]), o.load_state_dict(ckpt["optimizer_state_dict"]), ' +
      '[p.requires_grad_(False) for p in net.parameters()], net.eval(), ' +
      '[not p.requires_grad for p in net.parameters()] == [True] * 6 and not net.training)[-1])' +
      '(ckpt["model"], torch.optim.SGD(ckpt["model"].parameters(), lr=0.1, momentum=0.9))';
    assert.deepEqual(await evaluated(path, 'sorted(ckpt)', 'ckpt["epoch"]', restored), [
      ['epoch', 'model', 'model_state_dict', 'optimizer_state_dict'],
      17,
      true,
    ]);
  });

  it('seed.S11 saved on a GPU, to be loaded on the CPU: Remap Devices', async function () {
    const { page, path } = (await open('train.ckpt')) ?? this.skip();
    await paste(page, 'map_location="cpu"');
    await (await pane(page)).getByText('map_location="cpu"').first().waitFor();
    await applyIn(page);
    await until('the edit', async () => (await edits()) === 1 || undefined);
    await vscode.commands.executeCommand('workbench.action.files.save');
    assert.deepEqual(await evaluated(path, 'sorted(set(tags))', 'ckpt["epoch"]'), [['cpu'], 17]);
  });

  it('seed.S14 map_location in each of its five forms, pasted', async function () {
    const { page } = (await open('train.ckpt')) ?? this.skip();
    for (const [text, device] of mapLocations) {
      await paste(page, text);
      const apply = (await pane(page)).getByRole('button', { name: 'Apply', exact: true });
      if (device === 'cuda:1') {
        // Everything is there already.
        assert.equal(await apply.isEnabled(), false, text);
        await page.keyboard.press('Escape');
        await page.keyboard.press('Escape');
      } else {
        await applyIn(page);
        await until(`${text} to be done`, async () => (await edits()) === 1 || undefined);
        assert.deepEqual(await devices(), [device], text);
        await move('undo', 0);
      }
      assert.deepEqual(await devices(), ['cuda:1']);
    }
  });
});
