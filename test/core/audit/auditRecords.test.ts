import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { auditRecords } from '../../../src/core/audit/auditRecords';
import { memorySource } from '../../../src/core/bytes/memorySource';
import { openCheckpoint } from '../../../src/core/checkpoint/open';
import { CheckpointError } from '../../../src/core/errors';
import { defaultLimits } from '../../../src/core/limits';
import { corpusFolder, readOracle } from '../../support/corpus';
import { countingSource } from '../../support/countingSource';
import { call, dict, pickleBytes, proto, stop, tensor, text } from '../../support/pickleBytes';
import { checkpointEntries, endRecord, storedZip, zipParts, type ZipEntry } from '../../support/storedZip';

const run = call('os', 'system', text('id'));
const innocent = pickleBytes(proto(2), dict(['w', tensor('0', 2)]), stop);
const withRecords = (extra: readonly ZipEntry[]) => memorySource(storedZip(checkpointEntries(innocent, extra)));

test('reads no storage of a checkpoint, and of the other records no more than there is', async () => {
  const storage = new Uint8Array(1 << 20);
  const pickle = pickleBytes(proto(2), dict(['w', tensor('7', 2)], ['v', largeTensor('8', storage.length / 4)]), stop);
  const bytes = storedZip(
    checkpointEntries(pickle, [
      { name: 'archive/data/8', content: storage },
      { name: 'archive/data/7', content: new Uint8Array(8) },
    ]),
  );
  const source = countingSource(memorySource(bytes));
  const checkpoint = await openCheckpoint(source);
  const opened = source.bytes;
  const { imports } = await auditRecords(checkpoint);
  expect(imports).toHaveLength(3);
  expect(source.bytes - opened).toBeLessThan(1000);
});

test('torch’s notes on the source of a TorchScript archive are no finding, what else stands there is', async () => {
  const notes = call('torch.jit._pickle', 'build_intlist', 'K\x01K\x02');
  const findingsOf = async (name: string, content: string) => {
    const source = withRecords([{ name: `archive/${name}`, content: pickleBytes(proto(2), content, stop) }]);
    const { findings, imports } = await auditRecords(await openCheckpoint(source));
    return [findings.map(({ code }) => code), imports.filter(({ unread }) => unread).map((one) => one.name)];
  };
  expect(await findingsOf('code/net.py.debug_pkl', notes)).toEqual([[], []]);
  expect(await findingsOf('code/net.py.debug_pkl', run)).toEqual([['hidden-pickle'], ['os.system']]);
  expect(await findingsOf('code/net.py.debug_pkl', '\x82\x01')).toEqual([['pickle-extension'], []]);
  expect(await findingsOf('net.pkl', notes)).toEqual([['hidden-pickle'], ['torch.jit._pickle.build_intlist']]);
});

/** As `tensor`, of more elements than one byte counts. */
function largeTensor(key: string, elements: number): string {
  const count = Buffer.alloc(4);
  count.writeInt32LE(elements);
  const long = `J${count.toString('latin1')}`;
  const storage = `(${text('storage')}ctorch\nFloatStorage\n${text(key)}${text('cpu')}${long}tQ`;
  return `ctorch._utils\n_rebuild_tensor_v2\n(${storage}K\x00${long}\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtR`;
}

test('says of no corpus file that torch saved more than opening it said', async () => {
  for (const [file, { loader }] of readOracle()) {
    if (loader !== 'torch.load' && loader !== 'torch.jit.load') {
      continue;
    }
    const checkpoint = await openCheckpoint(memorySource(await readFile(join(corpusFolder, file))), { fileName: file });
    const { imports, findings } = await auditRecords(checkpoint);
    expect([file, imports, findings]).toEqual([file, checkpoint.imports, checkpoint.findings]);
  }
});

test('archives are followed four deep, and then named', async () => {
  let bytes: Uint8Array = pickleBytes(proto(2), run, stop);
  for (let depth = 0; depth < 7; depth++) {
    bytes = storedZip(checkpointEntries(innocent, [{ name: 'archive/inner', content: bytes }]));
  }
  const { imports, findings } = await auditRecords(await openCheckpoint(memorySource(bytes)));
  expect(imports.map(({ name }) => name)).not.toContain('os.system');
  expect(findings).toEqual([
    { severity: 'warning', code: 'unscanned-record', entry: 'inner/inner/inner/inner/inner', args: ['nesting'] },
  ]);
});

test('a packed record beyond the limit is named, not unpacked', async () => {
  const size = 4 << 20;
  const bomb = { name: 'archive/bomb', content: deflateRawSync(Buffer.alloc(size)), method: 8, size };
  const checkpoint = await openCheckpoint(withRecords([bomb]));
  const { findings } = await auditRecords(checkpoint, { limits: { ...defaultLimits, inflatedBytes: 1 << 20 } });
  expect(findings).toEqual([
    expect.objectContaining({ code: 'unscanned-record', entry: 'bomb', args: ['limit-exceeded'] }),
  ]);
});

test('records that lie over each other cost no more than a few readings of the file', async () => {
  // One pickle of 64 KiB, and a thousand entries that all name it.
  const content = pickleBytes(proto(2), 'N0'.repeat(1 << 15), 'N', stop);
  const { body, directory } = zipParts(checkpointEntries(innocent, [{ name: 'archive/x', content }]));
  const entry = directory.subarray(-(46 + 'archive/x'.length));
  const copies = Array.from({ length: 1000 }, (_, index) => {
    const copy = Buffer.from(entry);
    copy.write(String(index % 10), 46 + 'archive/'.length);
    return copy;
  });
  const all = Buffer.concat([directory, ...copies]);
  const source = countingSource(
    memorySource(Buffer.concat([body, all, endRecord(5 + copies.length, all.length, body.length)])),
  );
  const checkpoint = await openCheckpoint(source);
  const opened = source.bytes;
  const { findings } = await auditRecords(checkpoint);
  expect(source.bytes - opened).toBeLessThan(2 * source.size + (2 << 20));
  expect(findings.filter(({ code }) => code === 'unscanned-record')).not.toEqual([]);
});

test('tells how far it is, and stops when it is told to', async () => {
  const extra = Array.from({ length: 5 }, (_, index) => ({
    name: `archive/extra/${index}`,
    content: Buffer.from('text'),
  }));
  const checkpoint = await openCheckpoint(withRecords(extra));
  const controller = new AbortController();
  const steps: string[] = [];
  const audit = auditRecords(checkpoint, {
    signal: controller.signal,
    progress: (done, total) => {
      steps.push(`${done}/${total}`);
      if (done === 2) {
        controller.abort();
      }
    },
  });
  await expect(audit).rejects.toThrow(new CheckpointError('cancelled'));
  // The five, byteorder and version.
  expect(steps).toEqual(['1/7', '2/7']);
});
