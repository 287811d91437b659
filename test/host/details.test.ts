import { join } from 'node:path';
import { expect, it } from 'vitest';
import { keyOf } from '../../src/core/checkpoint/path';
import { buildTree } from '../../src/core/tree/buildTree';
import { detailsViews } from '../../src/host/details/detailsViews';
import { rowIndex } from '../../src/host/rowPaths';
import type { DetailsView } from '../../src/protocol/messages';
import { english } from '../../src/wording/translate';
import { loadFile } from '../support/checkpoint';

const corpus = join(import.meta.dirname, '..', 'fixtures', 'corpus');

/** The details of the row with a key, and the keys that rows stand for. */
async function detailsOf(file: string, key: string) {
  const shown = await loadFile(join(corpus, file));
  const index = rowIndex(shown);
  const rows = Array.from(shown.tree.entry.keys());
  const row = rows.find((each) => index.key(each) === key) ?? -1;
  const [details] = detailsViews(shown, [row], english);
  if (details === undefined) {
    throw new Error(`no row ${key}`);
  }
  return { details, keyOf: (each: number) => index.key(each) };
}

/** `label: value secondary` of each fact of a section. */
function facts({ sections }: DetailsView, id: string): string[] {
  const found = sections.find((section) => section.id === id);
  return (found?.facts ?? []).map(({ label, value, secondary }) => `${label}: ${value} ${secondary ?? ''}`.trim());
}

it('says everything of a tensor: its view, its storage, its place in the file', async () => {
  const { details } = await detailsOf('torch-2.14.1/views.pt', 'view');
  expect(details.chips).toEqual(['[4]', 'float32', 'cpu', 'shared', 'view']);
  expect(details.python).toBe('ckpt["view"]');
  expect(facts(details, 'tensor')).toEqual([
    'Elements: 4',
    'Size: 16 B',
    'Stride: (1,) contiguous',
    'Requires grad: False',
  ]);
  expect(facts(details, 'storage')).toEqual([
    'Record: views/data/0',
    'Offset: 4 of 12 elements',
    'Size: 48 B',
    // The storage begins at 1,088; the view 4 float32 further on.
    'In the file: 1,104 (0x450)',
    'CRC-32: 3e667d78',
    'Shared with: base',
    ': t',
  ]);
});

it('links aliases to their rows', async () => {
  const { details, keyOf } = await detailsOf('torch-2.14.1/views.pt', 't');
  expect(facts(details, 'tensor')).toContain('Stride: (1, 4) not contiguous');
  const links = details.sections.flatMap((section) => section.facts).flatMap((fact) => fact.rows ?? []);
  expect(links.map(keyOf)).toEqual(['base', 'view']);
});

it('ties a parameter to its optimizer, and its state back to it', async () => {
  const file = 'torch-2.14.1/train.pt';
  const parameter = await detailsOf(file, 'model.fc.weight');
  expect(facts(parameter.details, 'optimizer')).toEqual([
    'Parameter: 0 of 4, group 0',
    'lr: 0.001',
    'weight_decay: 0',
    'step: optimizer.state.0.step',
    'exp_avg: optimizer.state.0.exp_avg',
    'exp_avg_sq: optimizer.state.0.exp_avg_sq',
    'Class: Adam by its state; the file does not say',
  ]);
  const state = await detailsOf(file, 'optimizer.state.0.exp_avg');
  expect(facts(state.details, 'optimizer').slice(0, 2)).toEqual([
    'Belongs to: model.fc.weight',
    'Parameter: 0 of 4, group 0',
  ]);
});

it('sums a group, and gives Python for one that only dotted keys make', async () => {
  const { details } = await detailsOf('torch-2.14.1/train.pt', 'model.fc');
  expect(details.python).toBe('{k: v for k, v in ckpt["model"].items() if k.startswith("fc.")}');
  expect(facts(details, 'group')).toEqual([
    'Tensors: 2',
    'Elements: 8',
    'Size: 32 B',
    'Share of tensors: 0.6 %',
    'Dtypes: float32 2',
    'Devices: cpu 2',
  ]);
});

it('counts an alias once in the share of a group, as in its size', async () => {
  const { checkpoint } = await loadFile(join(corpus, 'torch-2.14.1/module.pt'));
  const tied = checkpoint.entries.filter(({ kind, path }) => kind === 'tensor' && keyOf(path).startsWith('bn.'));
  const entries = [...checkpoint.entries, ...tied.map((entry) => ({ ...entry, path: [`tied_${keyOf(entry.path)}`] }))];
  const shown = { checkpoint: { ...checkpoint, entries }, tree: buildTree({ ...checkpoint, entries }) };
  const index = rowIndex(shown);
  const row = Array.from(shown.tree.entry.keys()).find((each) => index.key(each) === 'fc') ?? -1;
  const [details] = detailsViews(shown, [row], english);
  expect(tied.length).toBeGreaterThan(0);
  expect(details === undefined ? [] : facts(details, 'group')).toContain('Share of tensors: 44.4 %');
});

it('gives type and literal of what is no tensor', async () => {
  const { details } = await detailsOf('torch-2.14.1/train.pt', 'epoch');
  expect(details.chips).toEqual([]);
  expect(facts(details, 'value')).toEqual(['Type: int', 'Value: 3']);
  expect(details.sections[0]?.facts[1]?.token).toBe('number');
});

it('names the imports outside the list that an entry needs', async () => {
  const { details } = await detailsOf('torch-2.14.1/misc_objs.pt', 'mf');
  expect(facts(details, 'imports')).toEqual(['Dangerous: builtins.getattr', 'Outside the list: torch._utils.torch']);
});

it('leaves out rows that the file does not have', async () => {
  const shown = await loadFile(join(corpus, 'torch-2.14.1/views.pt'));
  expect(detailsViews(shown, [7, 4_000_000], english)).toEqual([]);
});
