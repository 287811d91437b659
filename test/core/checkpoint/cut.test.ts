import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { memorySource } from '../../../src/core/bytes/memorySource';
import type { Checkpoint } from '../../../src/core/checkpoint/checkpoint';
import { openCheckpoint } from '../../../src/core/checkpoint/open';
import { corpusFolder } from '../../support/corpus';
import { tensorsOf } from './builders';

function corpus(name: string): Buffer {
  return readFileSync(join(corpusFolder, name));
}

/** Where each tensor's storage begins and ends in the whole file; null where the cut file does not have its bytes. */
function rangesOf(checkpoint: Checkpoint): ([number, number] | null)[] {
  return tensorsOf(checkpoint).map(({ storage }) =>
    storage?.record ? [storage.position ?? NaN, (storage.position ?? NaN) + storage.record.size] : null,
  );
}

describe('a cut checkpoint has the storages of which every byte is there', () => {
  test.each<[string, Buffer]>([
    ['zip', corpus('torch-2.14.1/sd.pt')],
    ['legacy', corpus('torch-2.14.1/legacy.pt')],
    ['safetensors', corpus('torch-2.14.1/x.safetensors')],
  ])('%s', async (kind, bytes) => {
    const whole = rangesOf(await openCheckpoint(memorySource(bytes)));
    const end = Math.max(...whole.map((range) => range?.[1] ?? 0));
    for (const length of [end - 1, ...whole.map((range) => (range?.[0] ?? 0) + 1)]) {
      const cut = await openCheckpoint(memorySource(bytes.subarray(0, length)));
      const expected = whole.map((range) => (range !== null && range[1] <= length ? range : null));
      expect(rangesOf(cut), `cut at ${String(length)}`).toEqual(expected);
      const lacking = new Set(tensorsOf(cut).flatMap(({ storage }) => (storage?.record === null ? storage : [])));
      const found = cut.findings.filter(({ code }) => code === 'storage-missing');
      const isNamed = lacking.size > 0 && kind !== 'safetensors';
      expect(found.map(({ args }) => args?.[1])).toEqual(isNamed ? [lacking.size] : []);
      const blocker = cut.weightsOnly.blockers.find(({ reason }) => reason === 'storage-missing');
      if (isNamed) {
        expect(new Set([blocker?.name, ...(blocker?.more ?? [])])).toEqual(new Set([...lacking].map(({ key }) => key)));
      }
    }
  });
});
