import { expect, test } from 'vitest';
import { openBytes, said } from '../../support/containers';
import { call, pickleBytes, proto, stop, text } from '../../support/pickleBytes';
import { checkpointEntries, stateDictPickle } from '../../support/torchSave';
import { buildZip, headerOffsets } from '../../support/zipBuilder';

const vectors = [
  { name: 'weight', elements: 8 },
  { name: 'bias', elements: 2 },
];
const entries = checkpointEntries(vectors);
const evilPickle = pickleBytes(proto(2), call('os', 'system', text('true')), stop);
const root = 'net';

const old = buildZip(entries, { root });

/** The old bytes, a new pickle, and a directory of it and of the old records but the pickle. */
function appended(before: Buffer, pickle: Uint8Array): Buffer {
  const offsets = headerOffsets(old);
  const kept = entries.map((entry, i) => ({ ...entry, listedOnly: true, headerOffset: offsets[i] ?? -1 }));
  // The entry of the pickle goes first: torch takes the root from it. It is not in file order then.
  return Buffer.concat([
    before,
    buildZip([{ name: 'data.pkl', data: pickle }, ...kept.slice(1)], { root, start: before.length }),
  ]);
}

test('what an append leaves behind is told, and the dead records are listed', async () => {
  const pickle = stateDictPickle([{ name: 'renamed', elements: 8 }, ...vectors.slice(1)]);
  const once = appended(old, pickle);
  const container = await openBytes(once);
  expect(said(container)).toEqual(['info dead-bytes']);
  expect(container.findings[0]?.args?.[1]).toBe(1);
  expect(container.hidden.map(({ name }) => name)).toEqual(['data.pkl']);
  expect(container.records.map(({ name }) => name)).toEqual([...entries.slice(1).map(({ name }) => name), 'data.pkl']);
  for (const record of container.records) expect(record.position).toBe(await container.locate(record));
  const [dead] = container.hidden;
  if (dead !== undefined) expect(await container.readRecord(dead, 1000)).toEqual(stateDictPickle(vectors));

  const twice = await openBytes(appended(once, evilPickle));
  expect(said(twice)).toEqual(['info dead-bytes']);
  const contents = await Promise.all(twice.hidden.map((record) => twice.readRecord(record, 1000)));
  expect(contents).toEqual(expect.arrayContaining([pickle, stateDictPickle(vectors)]));
  expect(contents.length).toBe(2);
});
