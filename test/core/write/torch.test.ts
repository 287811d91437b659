import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { readOnlyReason, type EditState } from '../../../src/core/edit/state';
import { planSave } from '../../../src/core/write/planSave';
import type { SaveTarget } from '../../../src/core/write/saveTarget';
import { corpusFolder, readOracle } from '../../support/corpus';
import { runPython, withTorch } from '../../support/torch';
import { saved, stateOf } from './support';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'write-'));
});
afterEach(() => rm(folder, { recursive: true }));

interface Pair {
  readonly original: string;
  readonly saved: string;
}

/** torch itself cannot load a legacy file with an untyped storage. */
function usesNewDtypes({ original }: EditState): boolean {
  return original.storages.some(({ dtype }) => dtype === null);
}

/** Every file of the corpus that torch can load and that is edited here, saved in this format. */
async function savedCorpus(target: SaveTarget): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (const [name, row] of readOracle()) {
    if (row.error !== undefined || !/^(?:torch|pickle)\.load/.test(row.loader ?? '')) continue;
    const original = join(corpusFolder, name);
    const state = await stateOf(await readFile(original), basename(name));
    if (readOnlyReason(state.original) !== null) continue;
    if (target === 'legacy' && usesNewDtypes(state)) {
      expect(() => planSave(state, target), name).toThrow('save-unsupported');
      continue;
    }
    const path = join(folder, `${pairs.length}.pt`);
    await writeFile(path, await saved(state, target));
    pairs.push({ original, saved: path });
  }
  return pairs;
}

async function differences(pairs: readonly Pair[]): Promise<string[]> {
  const found = await runPython('saved_files.py', [], { input: JSON.stringify(pairs), timeout: 300_000 });
  if (!Array.isArray(found)) throw new Error('no list');
  return pairs.flatMap(({ original }, i) => {
    const what: unknown = found[i];
    return what === null ? [] : [`${original.slice(corpusFolder.length)}: ${JSON.stringify(what)}`];
  });
}

describe('what real torch finds in the corpus saved again', () => {
  for (const target of ['zip', 'legacy'] as const) {
    withTorch(
      `as ${target}: the same values, also mapped and with its own checks of the layout`,
      async () => {
        const pairs = await savedCorpus(target);
        expect(pairs.length).toBeGreaterThan(100);
        expect(await differences(pairs)).toEqual([]);
      },
      { timeout: 400_000 },
    );
  }

  withTorch('as safetensors: the same tensors, of state dicts', async () => {
    const pairs: Pair[] = [];
    for (const version of ['torch-1.13.1', 'torch-2.6.0', 'torch-2.14.1']) {
      const original = join(corpusFolder, version, 'sd.pt');
      const path = join(folder, `${version}.safetensors`);
      await writeFile(path, await saved(await stateOf(await readFile(original)), 'safetensors'));
      pairs.push({ original, saved: path });
    }
    expect(await differences(pairs)).toEqual([]);
  });
});
