import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { lossesOf } from '../../../src/core/write/losses';
import { writePickle } from '../../../src/core/pickle/writer';
import { checkpointEntries, storedZip } from '../../support/storedZip';
import { dict, orderedDict, parameter, tensor } from '../checkpoint/builders';
import { saved, stateOf } from './support';

const root = dict({ a: parameter('0', { shape: [2] }) });
const notes = { name: 'archive/extra/notes.txt', content: Buffer.from('by me') };
const file = storedZip(checkpointEntries(writePickle(root), [notes]));

describe('what saving in another format loses', () => {
  it('nothing, as a ZIP', async () => {
    expect(lossesOf(await stateOf(file), 'zip')).toEqual([]);
  });

  it('records of the archive, as a legacy file', async () => {
    const records = { kind: 'records', names: ['extra/notes.txt'] };
    expect(lossesOf(await stateOf(file), 'legacy')).toEqual([records]);
    expect(lossesOf(await stateOf(file), 'safetensors')).toContainEqual(records);
  });

  it('devices, requires_grad and version numbers of modules, as a .safetensors', async () => {
    const fields = { shape: [2], device: 'cuda:1' };
    const stateDict = orderedDict({ a: parameter('0', fields), b: tensor('0', fields) });
    stateDict.state = dict({ _metadata: orderedDict({ '': dict({ version: 1 }) }) });
    const state = await stateOf(storedZip(checkpointEntries(writePickle(stateDict))));
    expect(lossesOf(state, 'safetensors')).toEqual([
      { kind: 'devices', devices: ['cuda:1'] },
      { kind: 'versions' },
      { kind: 'requires-grad', tensors: 1 },
    ]);
    expect(lossesOf(state, 'legacy')).toEqual([]);
  });

  it('metadata of a .safetensors, as anything else', async () => {
    const flat = dict({ a: tensor('0', { shape: [2] }) });
    const bytes = await saved(await stateOf(storedZip(checkpointEntries(writePickle(flat)))), 'safetensors');
    const own = await stateOf(bytes, 'a.safetensors');
    expect(lossesOf(own, 'zip')).toEqual([]);
    const metadata = new Map([...own.metadata, ['by', 'me']]);
    expect(lossesOf({ ...own, metadata }, 'zip')).toEqual([{ kind: 'metadata', keys: ['by'] }]);
    expect(lossesOf({ ...own, metadata }, 'safetensors')).toEqual([]);
  });

  it('that pickle.load reads a plain pickle', async () => {
    expect(lossesOf(await stateOf(writePickle(dict({ a: 1 })), 'a.pkl'), 'zip')).toEqual([{ kind: 'plain-pickle' }]);
  });

  it('the compression of the file', async () => {
    expect(lossesOf(await stateOf(gzipSync(file), 'a.pt.gz'), 'zip')).toEqual([
      { kind: 'compression', format: 'gzip' },
    ]);
  });
});
