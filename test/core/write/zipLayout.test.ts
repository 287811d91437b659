import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../../src/core/bytes/memorySource';
import { openContainer } from '../../../src/core/container/detect';
import { ZipRecord } from '../../../src/core/container/zip/record';
import { corpusFolder } from '../../support/corpus';
import { saved, stateOf } from './support';

const folder = join(corpusFolder, 'torch-2.14.1');

async function zipCheckpoints(): Promise<string[]> {
  const names: string[] = [];
  for (const name of readdirSync(folder).filter((each) => /\.(?:pt|pth|ckpt|bin)$/.test(each))) {
    const bytes = readFileSync(join(folder, name));
    // Others are no archives, or what a save that failed left behind.
    if (bytes.readUInt32LE(0) !== 0x04034b50 || !bytes.includes('/data.pkl')) continue;
    const container = await openContainer(memorySource(bytes), { fileName: name });
    const [main] = container.sections;
    // A file whose checksums were switched off gets them.
    const hasChecksums = container.findings.every(({ code }) => code !== 'checksums-off' && code !== 'data-skipped');
    if (container.kind === 'zip' && main?.graph.protocol === 2 && hasChecksums) names.push(name);
  }
  return names;
}

/** What torch wrote before its serialization id, and the directory without that. */
async function withoutSerializationId(bytes: Buffer): Promise<{ records: Buffer; directory: Buffer }> {
  const { records, source } = await openContainer(memorySource(bytes));
  const id = records.find(({ name }) => name === '.data/serialization_id');
  if (!(id instanceof ZipRecord) || source.size !== bytes.length) throw new Error('no serialization id');
  const end = bytes.length - 98;
  const offset = Number(bytes.readBigUInt64LE(end + 48));
  const entry = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2]), end);
  return { records: bytes.subarray(0, id.headerOffset), directory: bytes.subarray(offset, entry) };
}

describe('an archive written again', () => {
  it('has the bytes that torch wrote, but for the serialization id', async () => {
    const names = await zipCheckpoints();
    expect(names.length).toBeGreaterThan(30);
    for (const name of names) {
      const original = readFileSync(join(folder, name));
      const wanted = await withoutSerializationId(original);
      const bytes = await saved(await stateOf(original, name));
      const end = bytes.length - 98;
      const given = {
        records: bytes.subarray(0, wanted.records.length),
        directory: bytes.subarray(wanted.records.length, end),
      };
      expect([name, given.records.equals(wanted.records), given.directory.equals(wanted.directory)]).toEqual([
        name,
        true,
        true,
      ]);
      expect(endOf(bytes)).toEqual({
        ...endOf(original),
        count: endOf(original).count - 1,
        size: wanted.directory.length,
        offset: wanted.records.length,
      });
    }
  });
});

function endOf(bytes: Buffer): Record<string, number> & { readonly count: number } {
  const at = bytes.length - 98;
  return {
    count: Number(bytes.readBigUInt64LE(at + 24)),
    total: Number(bytes.readBigUInt64LE(at + 32)) - Number(bytes.readBigUInt64LE(at + 24)),
    size: Number(bytes.readBigUInt64LE(at + 40)),
    offset: Number(bytes.readBigUInt64LE(at + 48)),
    versions: bytes.readUInt32LE(at + 12),
    locator: Number(bytes.readBigUInt64LE(at + 64)) - at,
    shortCount: bytes.readUInt16LE(at + 86) - Number(bytes.readBigUInt64LE(at + 24)),
    shortSize: bytes.readUInt32LE(at + 88) - Number(bytes.readBigUInt64LE(at + 40)),
    shortOffset: bytes.readUInt32LE(at + 92) - Number(bytes.readBigUInt64LE(at + 48)),
  };
}
