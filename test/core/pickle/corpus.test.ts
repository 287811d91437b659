import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { memorySource } from '../../../src/core/bytes/memorySource';
import { readPickle } from '../../../src/core/pickle/reader';
import { writePickle } from '../../../src/core/pickle/writer';

const corpus = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'fixtures', 'corpus');

/** Not written by `torch.save` at protocol 2, each with what wrote it instead. */
const otherWriters: readonly (readonly [RegExp, string])[] = [
  [/^(script|trace|lite|lite_fb|lite_trace)\.(pt|ptl)$/, "TorchScript's own pickler in C++"],
  [/^pkg\.pt$/, 'torch.package, protocol 3'],
  [/^exported\.pt2$/, 'torch.export'],
  [/^proto[01345]\.pt$/, 'torch.save at another protocol'],
];

interface Pickle {
  readonly where: string;
  readonly bytes: Uint8Array;
}

const versions = readdirSync(corpus).filter((name) => name.startsWith('torch-'));
const files = versions.flatMap((version) =>
  readdirSync(join(corpus, version), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(corpus, version, entry.name)),
);

function isZip(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 4)).toString('latin1') === 'PK\x03\x04';
}

function picklesOfZip(file: string, bytes: Uint8Array): Pickle[] {
  const records = unzipSync(bytes, { filter: ({ name }) => name.endsWith('.pkl') });
  return Object.entries(records)
    .filter(([, content]) => content.length > 0)
    .map(([name, content]) => ({ where: `${basename(dirname(file))}/${basename(file)}: ${name}`, bytes: content }));
}

async function expectSame({ where, bytes }: Pickle, start = 0): Promise<number> {
  const graph = await readPickle(memorySource(bytes), start);
  const written = writePickle(graph.root, { protocol: graph.protocol });
  expect(graph.lossy, where).toEqual([]);
  expect(Buffer.from(written).equals(Buffer.from(bytes.subarray(start, graph.end))), `${where} at ${start}`).toBe(true);
  return graph.end;
}

describe('what torch.save wrote comes back byte for byte', () => {
  const zips = files
    .filter((file) => !otherWriters.some(([name]) => name.test(basename(file))))
    .map((file) => ({ file, bytes: readFileSync(file) }))
    .filter(({ bytes }) => isZip(bytes));

  test.each(versions)('zip checkpoints of %s', async (version) => {
    const pickles = zips
      .filter(({ file }) => basename(dirname(file)) === version)
      .flatMap(({ file, bytes }) => picklesOfZip(file, bytes));
    expect(pickles.length).toBeGreaterThanOrEqual(27);
    for (const pickle of pickles) {
      await expectSame(pickle);
    }
  });

  test('legacy files: magic number, protocol, system information, the object, the keys', async () => {
    const legacy = files.filter((file) => /legacy/.test(basename(file)));
    expect(legacy).toHaveLength(3 * versions.length);
    for (const file of legacy) {
      const bytes = readFileSync(file);
      let start = 0;
      for (let pickle = 0; pickle < 5; pickle++) {
        start = await expectSame({ where: file, bytes }, start);
      }
    }
  });

  test('plain pickles of protocol 2', async () => {
    for (const file of files.filter((name) => basename(name) === 'plain_p2.pkl')) {
      await expectSame({ where: file, bytes: readFileSync(file) });
    }
  });
});

describe('what others wrote', () => {
  const others = files.filter((file) => otherWriters.some(([name]) => name.test(basename(file))));

  test('reads to the end and, written as protocol 2, is the same again', async () => {
    for (const file of others) {
      const bytes = readFileSync(file);
      for (const pickle of isZip(bytes) ? picklesOfZip(file, bytes) : []) {
        const graph = await readPickle(memorySource(pickle.bytes), 0);
        expect(graph.end, pickle.where).toBe(pickle.bytes.length);
        const written = writePickle(graph.root, { protocol: graph.protocol });
        await expectSame({ where: `${pickle.where}, written`, bytes: written });
      }
    }
  });
});
