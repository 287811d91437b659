import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../../src/core/bytes/memorySource';
import { openCheckpoint } from '../../../src/core/checkpoint/open';
import { keyOf, pythonExpression } from '../../../src/core/checkpoint/path';
import { CheckpointError } from '../../../src/core/errors';
import { defaultLimits } from '../../../src/core/limits';
import { buildTree } from '../../../src/core/tree/buildTree';
import { decodeLabels } from '../../../src/core/tree/rows';
import { corpusFolder } from '../../support/corpus';
import { allKeys } from '../../support/treeRows';

const limits = { ...defaultLimits, entries: 20_000, repeats: 5_000 };

/** Opens whatever the bytes are, and everything that is made of what is found: a result or a `CheckpointError`. */
async function survives(bytes: Uint8Array, fileName: string): Promise<boolean> {
  try {
    const checkpoint = await openCheckpoint(memorySource(bytes), { fileName, limits });
    const tree = buildTree(checkpoint);
    expect(allKeys(tree, decodeLabels(tree))).toHaveLength(tree.count);
    for (const { path } of checkpoint.entries) {
      expect(pythonExpression(path).length).toBeGreaterThanOrEqual(4);
      expect(keyOf(path)).toBeTypeOf('string');
    }
    JSON.stringify([checkpoint.entries.map(({ path }) => path), checkpoint.findings]);
    return true;
  } catch (error) {
    if (!(error instanceof CheckpointError)) {
      throw error;
    }
    return false;
  }
}

const files = [
  'torch-2.14.1/train.pt',
  'torch-2.14.1/module.pt',
  'torch-2.14.1/dtensor.pt',
  'torch-2.14.1/nested_jagged.pt',
  'torch-2.14.1/sparse_csr.pt',
  'torch-2.14.1/q_channel.pt',
  'torch-2.14.1/numpy.pt',
  'torch-2.14.1/py.pt',
  'torch-2.14.1/script.pt',
  'torch-2.14.1/plain_p4.pkl',
  'torch-1.7.1/legacy.pt',
  'torch-1.13.1/proto0.pt',
];

describe('a damaged file gives a result or a clear error', () => {
  it.each(files)('%s with some bytes changed', async (file) => {
    const whole = readFileSync(join(corpusFolder, file));
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
        const bytes = Uint8Array.from(whole);
        for (const [at, value] of changes) {
          bytes[at] = value;
        }
        await survives(bytes, file);
      }),
      { seed: 20_261_125, numRuns: 60 },
    );
  });

  it.each(['torch-1.7.1/legacy_cx.pt', 'torch-2.6.0/sparse_coo.pt'])('%s cut at every byte', async (file) => {
    const whole = readFileSync(join(corpusFolder, file));
    for (let length = 0; length < whole.length; length++) {
      await survives(whole.subarray(0, length), file);
    }
    expect(await survives(whole, file)).toBe(true);
  });
});
