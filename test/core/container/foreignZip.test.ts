import { describe, expect, test } from 'vitest';
import { ForeignFileError } from '../../../src/core/container/foreign';
import { errorOf, openBytes, said } from '../../support/containers';
import { call, pickleBytes, proto, stop, text } from '../../support/pickleBytes';
import { checkpointEntries } from '../../support/torchSave';
import { buildZip } from '../../support/zipBuilder';

const entries = checkpointEntries([{ name: 'weight', elements: 8 }]);
const evilPickle = pickleBytes(proto(2), call('os', 'system', text('true')), stop);
const root = 'net';

describe('zip archives of others', () => {
  test('without any pickle are named as what they are', async () => {
    const error = await errorOf(openBytes(buildZip([{ name: 'word/document.xml', data: '<w/>' }])));
    expect(error).toBeInstanceOf(ForeignFileError);
    expect(error).toMatchObject({ foreign: { kind: 'zip-archive', entries: ['word/document.xml'] } });
  });

  test('and an archive of nothing', async () => {
    for (const zip64End of [true, false]) {
      const error = await errorOf(openBytes(buildZip([], { zip64End }).subarray(zip64End ? 76 : 0)));
      expect(error).toMatchObject({ foreign: { kind: 'zip-archive', entries: [] } });
    }
  });

  test('one behind the other: the last is shown, as zip tools do', async () => {
    const two = Buffer.concat([buildZip([{ name: 'a/b', data: 'x' }]), buildZip(entries, { root })]);
    const container = await openBytes(two);
    expect(container.rootFolder).toBe(root);
    expect(said(container)).toEqual(['error directory-misplaced', 'info dead-bytes']);
    for (const record of container.records) expect(record.position).toBe(await container.locate(record));
  });

  test('with encrypted entries', async () => {
    const error = await errorOf(openBytes(buildZip([{ name: 'secret/net.bin', data: 'x', flags: 1 }])));
    expect(error).toMatchObject({ code: 'unsupported', foreign: { kind: 'encrypted-zip' } });
  });

  test('left by a torch.save that failed', async () => {
    const error = await errorOf(openBytes(buildZip(entries.slice(3), { root })));
    expect(error).toMatchObject({ code: 'missing-record', foreign: { kind: 'failed-save' } });
  });

  test('with a pickle in them are opened for it', async () => {
    const container = await openBytes(buildZip([{ name: 'model.bin', data: evilPickle }]));
    expect(container.kind).toBe('unknown');
    expect(container.sections[0]?.graph.globals).toMatchObject([{ module: 'os', name: 'system' }]);
    expect(said(container)).toEqual(['error no-checkpoint']);
  });
});
