import { join } from 'node:path';
import { expect, it } from 'vitest';
import { rowIndex } from '../../src/host/rowPaths';
import { rowTexts } from '../../src/host/rowTexts';
import { textColumn } from '../../src/host/textColumn';
import { loadFile } from '../support/checkpoint';

const corpus = join(import.meta.dirname, '..', 'fixtures', 'corpus', 'torch-2.14.1');

async function train() {
  const shown = await loadFile(join(corpus, 'train.pt'));
  const index = rowIndex(shown);
  const rowOf = (key: string) => Array.from(shown.tree.entry.keys()).find((row) => index.key(row) === key) ?? -1;
  return { shown, rowOf };
}

it('copies rows in the order of the file, however they were selected', async () => {
  const { shown, rowOf } = await train();
  const rows = [rowOf('rng'), rowOf('model.fc.weight'), rowOf('epoch')];
  expect(rowTexts(shown, 'key', rows)).toEqual(['epoch', 'model.fc.weight', 'rng']);
});

it('copies a path as the command line takes it: JSON, or the glob of a group of dotted keys', async () => {
  const { shown, rowOf } = await train();
  expect(rowTexts(shown, 'path', [rowOf('model.fc.weight')])).toEqual(['["model","fc.weight"]']);
  expect(rowTexts(shown, 'path', [rowOf('optimizer.state.0.exp_avg')])).toEqual(['["optimizer","state",0,"exp_avg"]']);
  expect(rowTexts(shown, 'path', [rowOf('model.fc')])).toEqual(['model.fc.*']);
});

it('copies a row as cells of a spreadsheet', async () => {
  const { shown, rowOf } = await train();
  expect(rowTexts(shown, 'row', [rowOf('model.fc.weight'), rowOf('epoch')])).toEqual([
    'epoch\t3\tint\t\t0',
    'model.fc.weight\t[2, 3]\tfloat32\tcpu\t24',
  ]);
});

it('takes no row that the file does not have', async () => {
  const { shown } = await train();
  expect(rowTexts(shown, 'key', [4_000_000])).toEqual([]);
});

it('makes a hidden column for every row, equal texts once', async () => {
  const { shown, rowOf } = await train();
  const { cells, strings } = textColumn(shown, 'stride');
  expect(cells).toHaveLength(shown.tree.count);
  expect(strings[cells[rowOf('model.fc.weight')] ?? -1]).toBe('(3, 1)');
  expect(cells[rowOf('epoch')]).toBe(0);
  expect(new Set(strings).size).toBe(strings.length);
  const record = textColumn(shown, 'record');
  expect(record.strings[record.cells[rowOf('model.fc.weight')] ?? -1]).toBe('data/1');
});
