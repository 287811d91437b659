import { expect, it } from 'vitest';
import { buildTree } from '../../../src/core/tree/buildTree';
import { isTreeColumns } from '../../../src/protocol/treeChecks';
import { open, orderedDict, tensor } from '../checkpoint/builders';

it('says of each tensor that shares a storage what it shows of it, and which one it is again', async () => {
  const whole = tensor('0', { shape: [4, 4] });
  const checkpoint = await open(
    orderedDict({
      'a.weight': whole,
      alone: tensor('1', { shape: [2] }),
      'a.tail': tensor('0', { shape: [2], offset: 14, elements: 16 }),
      tied: whole,
      transposed: tensor('0', { shape: [4, 4], stride: [1, 4], elements: 16 }),
    }),
  );
  const tree = buildTree(checkpoint);
  const rowOf = (index: number): number => tree.entry.indexOf(index);
  const { row, alias, storage, start, end } = tree.shared;
  const of = (index: number): number => row.indexOf(rowOf(index));
  expect([...row].sort()).toEqual([0, 2, 3, 4].map(rowOf).sort());
  expect(new Set(storage).size).toBe(1);
  expect([0, 2, 3, 4].map((index) => [start[of(index)], end[of(index)]])).toEqual([
    [0, 64],
    [56, 64],
    [0, 64],
    [0, 64],
  ]);
  // The same elements in another order are another tensor.
  expect([0, 2, 3, 4].map((index) => alias[of(index)])).toEqual([0, 2, 0, 4].map(rowOf));
  expect(isTreeColumns(tree)).toBe(true);
  expect(isTreeColumns({ ...tree, shared: { ...tree.shared, alias: Uint32Array.from(row, () => tree.count) } })).toBe(
    false,
  );
  expect(isTreeColumns({ ...tree, shared: { ...tree.shared, end: end.slice(1) } })).toBe(false);
});
