import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { cli } from '../support/cli';
import { runPython, withTorch } from '../support/torch';

const folder = mkdtempSync(join(tmpdir(), '编辑 -'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const at = (name: string): string => join(folder, name);

/** Name of the case in `edit_cases.py`, the file that is edited, and the options. */
const cases: readonly (readonly [name: string, file: string, ...options: string[]])[] = [
  ['keep', 'training', '--keep', 'model_state_dict', '--keep', 'epoch'],
  ['remove', 'training', '--drop', 'optimizer_state_dict*', '--drop', 'names.1'],
  ['strip', 'training', '--strip-prefix', 'module.'],
  ['legacy', 'legacy', '--strip-prefix', 'module.'],
  [
    'set',
    'training',
    ...['--set', 'epoch=18', '--set', 'lr=1e-3', '--set', 'nested.t.1=None', '--set', 'nested.text="é\\n"'],
    ...['--set', 'new={"k": [1, (2,)]}'],
  ],
  ['move', 'training', '--move', 'epoch=0'],
  ['duplicate', 'tied', '--duplicate', 'a=copy'],
  ['remap', 'training', '--map-location', 'cuda:0', '--remap', 'cuda:0=cpu'],
  ['remapValues', 'impure', '--remap', 'cuda:1=cpu'],
  ['half', 'tied', '--cast', 'float16'],
  ['bfloat16', 'tied', '--cast', 'bfloat16'],
  ['float8', 'tied', '--cast', 'float8_e5m2'],
  ['double', 'tied', '--cast', 'float64'],
  ['extract', 'module', '--extract', 'net'],
  ['extractPart', 'module', '--extract', 'net.head'],
  ['extractOptimizer', 'training', '--extract', '["optimizer_state_dict"]'],
  ['extractTensor', 'tied', '--extract', 'view'],
  [
    'compose',
    'state',
    ...[
      '--wrap',
      'model_state_dict,epoch=5',
      '--add',
      `optimizer_state_dict=${at('training.pt')}#optimizer_state_dict`,
    ],
    ...['--add', `model=${at('module.pt')}#["net"]`, '--add', `half=${at('tied.pt')}#half`],
  ],
  ['freeze', 'module', '--requires-grad', 'net=False', '--eval', 'net'],
  ['plain', 'impure', '--plain-values'],
  ['compact', 'tied', '--compact'],
  ['renumber', 'training', '--drop', 'model_state_dict.module.conv.weight', '--optimizer', 'renumber'],
];

withTorch(
  'every option gives what torch gives for the same edit, mapped too, and with its own checks of the layout',
  async () => {
    await runPython('edit_cases.py', ['make', folder], { optimizers: true });
    for (const [name, file, ...options] of cases) {
      const { status, stderr } = await cli(['edit', at(`${file}.pt`), '-o', at(`${name}.out`), ...options]);
      // Of a half there is one number that is finite, and none that float8_e5m2 could hold.
      const said =
        name === 'float8' ? (expect.stringContaining('1 number is too large for its new dtype') as unknown) : '';
      expect({ name, status, stderr }).toEqual({ name, status: 0, stderr: said });
    }
    const { sizes, weights_only, metadata, ...differences } = Object(
      await runPython('edit_cases.py', ['check', folder], { optimizers: true }),
    ) as Record<string, unknown>;
    expect(differences).toEqual({});
    expect(sizes).toEqual({ slice: 80, column: 400, a: 48 });
    expect(weights_only).toEqual(
      expect.arrayContaining(['keep', 'remove', 'strip', 'set', 'half', 'extract', 'plain']),
    );
    expect(Object.keys(Object(metadata) as object)).toEqual(['extract', 'extractPart']);
    await expectReadable(cases.map(([name]) => `${name}.out`));
    // Nothing else has come to be beside them.
    const made = [...cases.map(([name]) => `${name}.out`), ...new Set(cases.map(([, file]) => `${file}.pt`))];
    expect(readdirSync(folder).sort()).toEqual(made.sort());
  },
  { timeout: 300_000 },
);

/** torch maps them, and its own computation of where each storage lies agrees; `zipfile` finds every checksum right. */
async function expectReadable(names: readonly string[]): Promise<void> {
  const pairs = names.map((name) => ({ original: at(name), saved: at(name) }));
  const found = await runPython('saved_files.py', [], { input: JSON.stringify(pairs), timeout: 120_000 });
  expect(found).toEqual(names.map(() => null));
}
