import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { rowIndex } from '../../src/host/rowPaths';
import { loadFile } from '../support/checkpoint';
import { runPython, withTorch } from '../support/torch';

const files = ['train.ckpt', 'net.pkl', 'net_params.pkl', '模型 测试/最佳 权重.pkl'];
const folder = mkdtempSync(join(tmpdir(), 'expressions-'));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Python for each row of a file, and what it has to reach: an entry itself, or as many tensors as a group has. */
async function expectations(file: string): Promise<[python: string, reaches: unknown][]> {
  const shown = await loadFile(join(folder, file));
  const index = rowIndex(shown);
  const pairs: [string, unknown][] = [];
  for (let row = 0; row < shown.tree.count; row++) {
    const entry = index.entry(row);
    if (entry !== undefined) {
      pairs.push([index.python(row), entry.kind === 'tensor' ? entry.shape : entry.repr]);
    } else if (index.path(row).prefix !== null) {
      pairs.push([`len(${index.python(row)})`, String(shown.tree.tensors[row])]);
    }
  }
  return pairs;
}

withTorch('the Python expression of every row reaches, in real Python, what the row shows', async () => {
  await runPython('editor_files.py', [folder], { optimizers: true });
  const expected = new Map<string, [string, unknown][]>();
  for (const file of files) {
    expected.set(file, await expectations(file));
  }
  const expressions = Object.fromEntries([...expected].map(([file, pairs]) => [file, pairs.map(([text]) => text)]));
  const reached = await runPython('reach.py', [folder], { input: JSON.stringify(expressions) });
  const wanted = Object.fromEntries([...expected].map(([file, pairs]) => [file, pairs.map(([, value]) => value)]));
  expect(reached).toEqual(wanted);
});
