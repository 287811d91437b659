import { expect, test } from 'vitest';
import { memorySource } from '../../../src/core/bytes/memorySource';
import { readBytes } from '../../../src/core/bytes/range';
import { openContainer } from '../../../src/core/container/detect';
import { pickleBytes, proto, stop } from '../../support/pickleBytes';
import { tar, tar01 } from '../../support/tar01';

test('a checkpoint of torch 0.1 is read in place, with its tensors and views', async () => {
  const source = memorySource(tar01());
  const container = await openContainer(source);
  expect(container.kind).toBe('tar');
  expect(container.findings).toEqual([]);
  expect(container.records.map(({ name }) => name)).toEqual(['sys_info', 'pickle', 'storages', 'tensors']);
  const [section] = container.sections;
  expect(section?.graph.persistents.length).toBe(2);
  expect(Object.fromEntries(section?.tar?.tensors ?? [])).toEqual({
    5: { storageKey: '1', type: 'torch.FloatTensor', shape: [2, 3], stride: [3, 1], offset: 0 },
    6: { storageKey: '2', type: 'torch.FloatTensor', shape: [2], stride: [1], offset: 0 },
  });
  const root = section?.tar?.storages.get('1');
  expect(root).toMatchObject({ device: 'cuda:1', type: 'torch.FloatStorage', elements: 6, root: null });
  const view = section?.tar?.storages.get('2');
  expect(view).toMatchObject({ device: 'cuda:1', elements: 2, root: '1', rootOffset: 4 });
  const bytes = await readBytes(source, view?.record.position ?? -1, view?.record.size ?? 0);
  expect([...new Float32Array(bytes.buffer)]).toEqual([4, 5]);
  expect(section?.storage('1')?.record).toBe(root?.record);
});

test('storages that make no sense leave the rest', async () => {
  const members = [
    ['pickle', pickleBytes(proto(2), '}', stop)],
    ['storages', pickleBytes(proto(2), 'K\x01', stop, proto(2), 'K\x01', stop)],
    ['tensors', pickleBytes(proto(2), 'J\xff\xff\xff\x7f', stop)],
  ] as const;
  const container = await openContainer(memorySource(tar(members)));
  expect(container.sections.length).toBe(1);
  expect(container.unreadable.map(({ name, error }) => [name, error.code])).toEqual([
    ['storages', 'malformed-tar'],
    ['tensors', 'malformed-tar'],
  ]);
});
