import { strict as assert } from 'node:assert';
import { keyOf } from '../../src/core/checkpoint/path';
import { closeAll, openFile, shown } from './support/editor';
import { fromTorch } from './support/files';
import { activeWebview, workbench } from './support/page';
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
