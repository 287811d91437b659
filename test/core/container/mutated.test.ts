import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memorySource } from '../../../src/core/bytes/memorySource';
import { openContainer } from '../../../src/core/container/detect';
import { CheckpointError } from '../../../src/core/errors';
import { defaultLimits } from '../../../src/core/limits';
import { corpusFolder } from '../../support/corpus';
import { countingSource } from '../../support/countingSource';
import { tar01 } from '../../support/tar01';

function corpus(name: string): Buffer {
  return readFileSync(join(corpusFolder, name));
}

const subjects: readonly (readonly [string, Buffer])[] = [
  ['zip', corpus('torch-2.14.1/basic.pt')],
  ['TorchScript', corpus('torch-2.14.1/script.pt')],
  ['package', corpus('torch-2.14.1/pkg.pt')],
  ['legacy', corpus('torch-1.13.1/legacy.pt')],
  ['tar', tar01()],
  ['pickle', corpus('torch-2.14.1/plain_p4.pkl')],
  ['text pickle', corpus('torch-2.14.1/plain_p2.pkl').subarray(2)],
  ['safetensors', corpus('torch-2.14.1/x.safetensors')],
  ['npy', corpus('torch-2.14.1/a.npy')],
  ['npz', corpus('torch-2.14.1/a.npz')],
  ['gzip', gzipSync(corpus('torch-1.13.1/legacy.pt'))],
];

/** Bytes set at places of the file, the last winning; one set may stand at the end, where zip has its directory. */
const changes = fc.array(
  fc.record({
    place: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    value: fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.integer({ min: 0, max: 255 })),
  }),
  { minLength: 1, maxLength: 8 },
);

// Small, so that a mutation that reaches one shows it.
const limits = { ...defaultLimits, inflatedBytes: 1 << 20, directoryBytes: 1 << 20 };

describe('bytes changed at random end in a result or an error of ours', () => {
  test.each(subjects)('%s', { timeout: 120_000 }, async (_, bytes) => {
    await fc.assert(
      fc.asyncProperty(changes, async (list) => {
        const mutated = Uint8Array.from(bytes);
        for (const { place, value } of list) mutated[Math.floor(place * bytes.length)] = value;
        const source = countingSource(memorySource(mutated));
        try {
          const container = await openContainer(source, { limits });
          for (const record of [...container.records, ...container.hidden]) await readOrRefuse(container, record);
        } catch (error) {
          expect(error).toBeInstanceOf(CheckpointError);
        }
        expect(source.bytes).toBeLessThan(200 * bytes.length + (1 << 20));
      }),
      { seed: 20_260_101, numRuns: 300 },
    );
  });
});

type Opened = Awaited<ReturnType<typeof openContainer>>;

async function readOrRefuse(container: Opened, record: Opened['records'][number]): Promise<void> {
  try {
    const content = await container.readRecord(record, 1 << 20);
    expect(content.length).toBe(record.size);
  } catch (error) {
    expect(error).toBeInstanceOf(CheckpointError);
  }
}
