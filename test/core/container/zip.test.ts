import { describe, expect, test } from 'vitest';
import type { Container } from '../../../src/core/container/container';
import { directoryOffsetOf, errorOf, openBytes, said } from '../../support/containers';
import { call, pickleBytes, proto, stop, text } from '../../support/pickleBytes';
import { checkpointEntries } from '../../support/torchSave';
import { buildZip, type EntrySpec, type ZipSpec } from '../../support/zipBuilder';

const vectors = [
  { name: 'weight', elements: 8 },
  { name: 'bias', elements: 2 },
];
const entries = checkpointEntries(vectors);
const evilPickle = pickleBytes(proto(2), call('os', 'system', text('true')), stop);
const root = 'net';

async function openWith(spec: ZipSpec, list: readonly EntrySpec[] = entries): Promise<Container> {
  return openBytes(buildZip(list, { root, ...spec }));
}

function withEntry(name: string, change: Partial<EntrySpec>): EntrySpec[] {
  return entries.map((entry) => (entry.name === name ? { ...entry, ...change } : entry));
}

/** All records are there, and where their headers say. */
async function expectWhole(container: Container): Promise<void> {
  expect(container.kind).toBe('zip');
  expect(container.rootFolder).toBe(root);
  expect(container.sections.map(({ name }) => name)).toEqual(['data.pkl']);
  expect(container.records.map(({ name }) => name)).toEqual(entries.map(({ name }) => name));
  for (const record of container.records) expect(record.position).toBe(await container.locate(record));
}

describe('forms of archives that torch loads', () => {
  test.each<[string, ZipSpec, string[]]>([
    ['as torch writes them', {}, []],
    ['without zip64 end record', { zip64End: false }, []],
    ['with zip64 fields in every entry', { zip64Entries: true }, []],
    ['without padding and descriptors', { style: 'plain' }, []],
    ['with a foreign extra field', { style: 'extra' }, []],
    ['with a comment', { comment: Buffer.from('trained on Tuesday') }, []],
    ['with bytes before the directory', { beforeDirectory: Buffer.alloc(100) }, ['warning unowned-bytes']],
    ['with bytes between directory and end', { afterDirectory: Buffer.alloc(50) }, ['warning directory-gap']],
    ['with 1,000 bytes behind the end', { trailing: Buffer.alloc(1000) }, ['warning trailing-bytes']],
    ['with 65,000 bytes behind the end', { trailing: Buffer.alloc(65_000) }, ['warning trailing-bytes']],
  ])('%s', async (_, spec, findings) => {
    const container = await openWith(spec);
    await expectWhole(container);
    expect(said(container)).toEqual(findings);
  });

  test('names in other case are found', async () => {
    const renamed = entries.map((entry) => ({ ...entry, name: entry.name.toUpperCase() }));
    const container = await openWith({}, renamed);
    expect(container.sections[0]?.storage('1')?.record.name).toBe('DATA/1');
    expect(container.metadata.get('byteorder')).toBe('little');
    expect(said(container)).toEqual(['warning name-case']);
  });

  test('constants.pkl in other case does not make it TorchScript', async () => {
    const container = await openWith({}, [...entries, { name: 'CONSTANTS.PKL', data: evilPickle }]);
    expect(container.kind).toBe('zip');
  });

  test('records that are deflated', async () => {
    const container = await openWith({}, [
      ...withEntry('data.pkl', { deflate: true }),
      { name: 'notes.txt', data: 'x'.repeat(10_000), deflate: true },
    ]);
    expect(container.sections[0]?.graph.persistents.length).toBe(2);
    const notes = container.records.at(-1);
    expect(notes).toMatchObject({ name: 'notes.txt', packed: true, position: null, size: 10_000 });
    if (notes !== undefined) {
      expect(Buffer.from(await container.readRecord(notes, 10_000)).toString()).toBe('x'.repeat(10_000));
      expect((await errorOf(container.readRecord(notes, 9_999))).code).toBe('limit-exceeded');
    }
  });

  test('an entry without name but for the root, and unicode names', async () => {
    const container = await openWith({ root: '模型' }, [
      { name: '', data: '' },
      ...entries,
      { name: 'ключ', data: 'x' },
    ]);
    expect(container.rootFolder).toBe('模型');
    expect(container.records.map(({ name }) => name)).toContain('ключ');
    expect(said(container)).toEqual([]);
  });

  test('big-endian ones say so', async () => {
    const container = await openWith({}, withEntry('byteorder', { data: 'big' }));
    expect(container.metadata.get('byteorder')).toBe('big');
    expect(said(container)).toEqual(['info big-endian']);
  });
});

describe('archives that torch refuses are shown, with an error', () => {
  test('70,000 bytes behind the end', async () => {
    const container = await openWith({ trailing: Buffer.alloc(70_000) });
    await expectWhole(container);
    expect(said(container)).toEqual(['error end-record-too-far']);
  });

  test('records that contradict the directory', async () => {
    const shorter = await openWith({}, withEntry('data/0', { size: 16 }));
    expect(said(shorter)).toContain('error record-sizes');
    const beyond = await openWith({}, withEntry('data/1', { headerOffset: 1_000_000 }));
    expect(said(beyond)).toContain('error record-beyond-end');
    expect(beyond.records.find(({ name }) => name === 'data/1')?.position).toBeNull();
  });

  test.each<[string, string | undefined, string]>([
    ['no version', undefined, 'error version-missing'],
    ['version 0', '0', 'error version-unsupported'],
    ['version 11', '11\n', 'error version-unsupported'],
    ['a version that is no number', 'x3', 'error version-invalid'],
  ])('%s', async (_, data, finding) => {
    const list = data === undefined ? entries.filter(({ name }) => name !== 'version') : withEntry('version', { data });
    expect(said(await openWith({}, list))).toEqual([finding]);
  });

  test.each(['3', '3xyz', '  4 \r\n'])('but version %j is read', async (data) => {
    expect(said(await openWith({}, withEntry('version', { data })))).toEqual([]);
  });

  test('an unknown byte order, an alignment that is no number', async () => {
    expect(said(await openWith({}, withEntry('byteorder', { data: 'little\n' })))).toEqual(['error byteorder-invalid']);
    expect(said(await openWith({}, withEntry('.storage_alignment', { data: 'x' })))).toEqual([
      'error alignment-invalid',
    ]);
  });

  test('a record outside the root folder, or all of them in none', async () => {
    const outside = buildZip([...entries.map(inRoot), { name: 'other/file', data: 'x' }]);
    expect(said(await openBytes(outside))).toEqual(['error records-outside-root']);
    const none = await openBytes(buildZip(entries));
    expect(none.rootFolder).toBeNull();
    expect(none.sections.length).toBe(1);
    expect(said(none)).toEqual(['error root-folder']);
    const second = await openBytes(buildZip([{ name: 'readme/first', data: 'x' }, ...entries.map(inRoot)]));
    expect(second.rootFolder).toBe(root);
    expect(said(second)).toEqual(['error root-folder']);
  });

  test('an encrypted storage, one packed by an unknown method', async () => {
    const encrypted = await openWith({}, withEntry('data/0', { flags: 1 }));
    expect(said(encrypted)).toEqual(['error record-encrypted']);
    const lzma = await openWith({}, withEntry('data/0', { method: 12 }));
    expect(said(lzma)).toEqual(['error record-method']);
    const record = lzma.records.find(({ name }) => name === 'data/0');
    if (record !== undefined) expect((await errorOf(lzma.readRecord(record, 100))).code).toBe('unsupported');
  });

  test('an encrypted pickle leaves the records', async () => {
    const container = await openWith({}, withEntry('data.pkl', { flags: 1 }));
    expect(container.sections).toEqual([]);
    expect(container.unreadable[0]).toMatchObject({ name: 'data.pkl', error: { code: 'unsupported' } });
    expect(said(container)).toEqual(['error record-encrypted', 'error pickle-unreadable']);
  });

  test('a masked directory (bit 13)', async () => {
    const error = await errorOf(openWith({}, withEntry('data.pkl', { flags: 0x2000 })));
    expect(error.code).toBe('unsupported');
  });
});

function inRoot(entry: EntrySpec): EntrySpec {
  return { ...entry, name: `${root}/${entry.name}` };
}

describe('disguises', () => {
  test('two data.pkl: both are records, and it is an error', async () => {
    const container = await openWith({}, [...entries, { name: 'data.pkl', data: evilPickle }]);
    expect(said(container)).toEqual(['error duplicate-records']);
    expect(container.records.filter(({ name }) => name === 'data.pkl').length).toBe(2);
    const other = await openWith({}, [...entries, { name: 'Data.PKL', data: evilPickle }]);
    expect(said(other)).toEqual(['error duplicate-records']);
  });

  test('two directories: torch goes by the position, zip tools by the size', async () => {
    const shown = buildZip(entries, { root, zip64End: false });
    const evil = entries.map((entry) => (entry.name === 'data.pkl' ? { ...entry, data: evilPickle } : entry));
    // Both directories must stand equally far behind the beginning of their archive.
    const shorter = buildZip(evil, { root, zip64End: false });
    const beforeDirectory = Buffer.alloc(directoryOffsetOf(shown) - directoryOffsetOf(shorter));
    const hidden = buildZip(evil, { root, zip64End: false, beforeDirectory });
    // The end record names the directory of the first archive; the one of the second stands right before it.
    const end = shown.subarray(-22);
    const file = Buffer.concat([shown.subarray(0, -22), hidden.subarray(0, -22), end]);
    const container = await openBytes(file);
    expect(container.sections[0]?.graph.persistents.length).toBe(2);
    expect(said(container)).toContain('error two-directories');
    expect(container.hidden.map(({ name }) => name)).toEqual(evil.map(({ name }) => name));
    const [pickle] = container.hidden;
    if (pickle !== undefined) expect(await container.readRecord(pickle, 1000)).toEqual(evilPickle);
  });

  test('a zip64 record that only the locator finds', async () => {
    const archive = buildZip(entries, { root });
    const recordStart = archive.length - 98;
    const moved = Buffer.concat([archive, archive.subarray(recordStart + 56)]);
    // The locator at the new end still names the zip64 record where it was.
    const container = await openBytes(moved);
    await expectWhole(container);
    expect(said(container)).toContain('warning second-end-record');
  });

  test('a second end record in the comment: the last one wins, as in torch', async () => {
    const evil = entries.map((entry) => (entry.name === 'data.pkl' ? { ...entry, data: evilPickle } : entry));
    const first = buildZip(evil, { root });
    const second = buildZip(entries, { root, start: first.length });
    const comment = second;
    const file = Buffer.concat([first, comment]);
    file.writeUInt16LE(comment.length, first.length - 2);
    const container = await openBytes(file);
    await expectWhole(container);
    expect(container.hidden.map(({ name }) => name)).toContain('data.pkl');
  });

  test('entries that the end record does not count', async () => {
    const list = [...entries, { name: 'extra.pkl', data: evilPickle }];
    const container = await openWith({ entryCount: entries.length }, list);
    expect(container.hidden.map(({ name }) => name)).toEqual(['extra.pkl']);
    expect(said(container)).toContain('error directory-count');
  });

  test('an entry that no directory names', async () => {
    const list = [...entries, { name: 'secret.pkl', data: evilPickle, unlisted: true }];
    const container = await openWith({}, list);
    expect(said(container)).toEqual(['warning unlisted-entry', 'warning unowned-bytes']);
    const [secret] = container.hidden;
    expect(secret?.name).toBe('secret.pkl');
    const content = secret === undefined ? new Uint8Array() : await container.readRecord(secret, 1000);
    expect(content.subarray(0, evilPickle.length)).toEqual(evilPickle);
  });

  test('a local header with another name and more padding than usual: torch takes the lengths from it', async () => {
    const container = await openWith({}, withEntry('data/0', { localName: 'data/0-and-quite-another-name' }));
    await expectWhole(container);
  });

  test('an unlisted entry whose sizes are beyond all measure', async () => {
    const stray = buildZip([{ name: 'stray', data: 'x' }], { style: 'plain' }).subarray(0, 36);
    stray.writeUInt32LE(0xffffffff, 18);
    stray.writeUInt32LE(0xffffffff, 22);
    const container = await openWith({ beforeDirectory: stray });
    await expectWhole(container);
    expect(container.hidden).toEqual([]);
    expect(said(container)).toEqual(['warning unowned-bytes']);
  });

  test('two entries over the same bytes', async () => {
    const container = await openWith({ style: 'plain' }, withEntry('data/1', { headerOffset: 60 }));
    expect(said(container).some((code) => code.endsWith('records-overlap'))).toBe(true);
  });
});
