import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { cli } from '../support/cli';
import { python, runPython, withTorch } from '../support/torch';

const folder = mkdtempSync(join(tmpdir(), '我的 模型 -'));
beforeAll(async () => {
  if (python() !== null) {
    await runPython('edit_commands.py', ['make', folder], { optimizers: true });
  }
}, 120_000);
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const at = (name: string): string => join(folder, name);

/** Edits a file of the folder into another one; what it says on stderr. */
async function edit(file: string, output: string, ...options: string[]): Promise<string> {
  const { status, stderr } = await cli(['edit', at(file), '-o', at(output), ...options]);
  expect({ output, status, stderr }).toMatchObject({ status: 0 });
  return stderr;
}

const check = async (name: string): Promise<unknown> =>
  await runPython('edit_commands.py', [name, folder], { optimizers: true });

describe('what people do by hand', () => {
  withTorch('seed.S8 the state dict of torch.save(model, "net.pkl"), without its class', async () => {
    expect(await edit('net.pkl', 'extracted.pkl', '--extract', '[]')).toBe('');
    expect(await check('S8')).toEqual({
      type: 'OrderedDict',
      metadata: ['', 'fc', 'features', 'features.0', 'features.1', 'features.2'],
      keys: 9,
    });
  });

  withTorch('seed.S10 torch.save({"model": …, "model_state_dict": …, …}), made from parts', async () => {
    const parts = ['--wrap', 'model,epoch=17', '--add', `model_state_dict=${at('net_params.pkl')}`];
    parts.push('--add', `optimizer_state_dict=${at('sgd.pt')}#optimizer_state_dict`);
    expect(await edit('net.pkl', 'checkpoint.pkl', ...parts)).toBe('');
    expect(await edit('checkpoint.pkl', 'frozen.pkl', '--requires-grad', 'model=False', '--eval', 'model')).toBe('');
    expect(await check('S10')).toEqual({ epoch: 17, momentum: 6 });
  });

  withTorch('seed.S11 saved on a GPU, loaded on a CPU', async () => {
    await edit('gpu.pt', 'string.pt', '--map-location', '"cpu"');
    await edit('gpu.pt', 'device.pt', '--map-location', 'torch.device("cpu")');
    await edit('gpu.pt', 'remap.pt', '--remap', 'cuda:1=cpu');
    copyFileSync(at('gpu.pt'), at('appended.pt'));
    expect(await cli(['edit', at('appended.pt'), '--in-place', '--append', '--remap', 'cuda:1=cpu'])).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect(await check('S11')).toEqual({ refused: true });
  });

  withTorch('seed.S14 map_location in each of its forms', async () => {
    const forms = {
      device: 'torch.device("cpu")',
      storage: 'lambda storage, loc: storage',
      cuda: 'lambda storage, loc: storage.cuda(1)',
      dict: '{"cuda:1": "cuda:0"}',
      none: 'None',
      string: "torch.load('x.pt', map_location='cuda:0')",
    };
    for (const [name, form] of Object.entries(forms)) {
      await edit('spread.pt', `form-${name}.pt`, '--map-location', form);
    }
    expect(await check('S14')).toEqual({
      device: { first: 'cpu', second: 'cpu', third: 'cpu' },
      storage: { first: 'cpu', second: 'cpu', third: 'cpu' },
      cuda: { first: 'cuda:1', second: 'cuda:1', third: 'cuda:1' },
      dict: { first: 'cuda:0', second: 'cuda:0', third: 'cpu' },
      none: { first: 'cuda:1', second: 'cuda:0', third: 'cpu' },
      string: { first: 'cuda:0', second: 'cuda:0', third: 'cuda:0' },
    });
  });

  withTorch('keys renamed by prefix and by expression, with the _metadata that torch would give them', async () => {
    await edit('wrapped.pt', 'renamed.pt', '--in', 'model', '--rename', '^module\\.features\\.=body.');
    await edit('wrapped.pt', 'both.pt', '--strip-prefix', 'module.', '--add-prefix', 'net.');
    await edit('wrapped.pt', 'swapped.pt', '--in', '["model"]', '--rename', '(m)odule\\.fc=head.out');
    expect(await check('rename')).toEqual({});
  });

  withTorch('an optimizer that follows its model loads and steps; left alone it is warned of', async () => {
    for (const name of ['sgd', 'adam']) {
      const drop = ['--drop', 'model_state_dict.fc'];
      expect(await edit(`${name}.pt`, `${name}-left.pt`, ...drop)).toBe(
        `ptckpt: ${at(`${name}.pt`)}: warning: optimizer_state_dict still counts 2 parameters (fc.weight, fc.bias): ` +
          'load_state_dict refuses it for a model without; --optimizer renumber closes the gap, reset clears their ' +
          'state only, drop removes the optimizer\n',
      );
      for (const action of ['renumber', 'reset', 'drop']) {
        // Wherever it stands, it runs last.
        expect(await edit(`${name}.pt`, `${name}-${action}.pt`, '--optimizer', action, ...drop)).toBe('');
      }
    }
    const outcome = { left: 'ValueError', renumber: '', reset: '' };
    expect(await check('optimizer')).toEqual({ sgd: outcome, adam: outcome });
  });

  withTorch('a state dict as safetensors and back, and as torch wrote it before 1.6', async () => {
    const versions = 'warning: the format has no place for _metadata. Lost: the version numbers of the modules\n';
    const said = await edit('sgd.pt', 'flat.safetensors', '--extract', 'model_state_dict');
    expect(said).toBe(`ptckpt: ${at('sgd.pt')}: ${versions}`);
    expect(await edit('flat.safetensors', 'back.pt', '--to', 'zip')).toBe('');
    expect(await edit('flat.safetensors', 'half.safetensors', '--cast', 'float16', '--set', '.metadata.by="me"')).toBe(
      '',
    );
    expect(await edit('sgd.pt', 'legacy.pt', '--to', 'legacy', '--extract', 'model_state_dict')).toBe('');
    expect(await check('safetensors')).toEqual({ metadata: { format: 'pt' }, own: { format: 'pt', by: 'me' } });
  });

  withTorch('nothing is left beside what was written', () => {
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});
