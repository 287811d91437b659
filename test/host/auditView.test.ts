import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { auditView } from '../../src/host/auditView';
import { english } from '../../src/wording/translate';
import { rowIndex } from '../../src/host/rowPaths';
import { loadFile } from '../support/checkpoint';
import { runPython, withTorch } from '../support/torch';

const corpus = join(import.meta.dirname, '..', 'fixtures', 'corpus');

async function audit(file: string, name = 'net.pt') {
  const shown = await loadFile(join(corpus, file));
  return { view: auditView(shown, name, english), index: rowIndex(shown) };
}

it('links each import to the entries that need it', async () => {
  const { view, index } = await audit('torch-2.14.1/misc_objs.pt');
  const getattr = view.imports.find(({ name }) => name === 'builtins.getattr');
  expect(getattr?.verdict).toBe('dangerous');
  expect(getattr?.rows.map((row) => index.key(row))).toEqual(['mf', 'pf']);
  expect(view.python).toBeNull();
});

it('offers no Python where nothing is to be allowed', async () => {
  const { view } = await audit('torch-2.14.1/sd.pt');
  expect(view.loads).toBe(true);
  expect(view.python).toBeNull();
});

withTorch('the Python that allows the imports outside the list loads the file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'audit-'));
  try {
    await runPython('editor_files.py', [folder], { optimizers: true });
    const shown = await loadFile(join(folder, 'args.pt'));
    const { loads, python } = auditView(shown, 'args.pt', english);
    expect(loads).toBe(false);
    expect(python).toBe(
      [
        'import argparse',
        'import pathlib',
        'import torch',
        '',
        'torch.serialization.add_safe_globals([argparse.Namespace, pathlib.PurePosixPath])',
        'ckpt = torch.load("args.pt", weights_only=True)',
      ].join('\n'),
    );
    const loaded = await runPython('run_code.py', [folder], { input: python ?? '' });
    expect(loaded).toEqual({ weight: 'Tensor', args: 'Namespace', path: 'PurePosixPath' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
