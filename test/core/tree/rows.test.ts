import { describe, expect, it } from 'vitest';
import { buildTree } from '../../../src/core/tree/buildTree';
import {
  ancestors,
  children,
  decodeLabels,
  hasChildren,
  lacksBias,
  naturalCompare,
  rowKey,
} from '../../../src/core/tree/rows';
import { allKeys } from '../../support/treeRows';
import { dict, open, orderedDict, tensor } from '../checkpoint/builders';

const tree = buildTree(await open(dict({ 'b.10': 1, 'b.9': 2, a: dict({ x: dict({ y: 3, z: 4 }), w: 5 }) })));
const labels = decodeLabels(tree);
const keys = allKeys(tree, labels);
const row = (key: string): number => keys.indexOf(key);
const shown = (rows: Iterable<number>): string[] => [...rows].map((each) => keys[each] ?? '');

describe('a tree of rows', () => {
  it('has keys', () => {
    expect(keys).toEqual(['b', 'b.10', 'b.9', 'a', 'a.x', 'a.x.y', 'a.x.z', 'a.w']);
    expect(keys.map((_, each) => rowKey(tree, labels, each))).toEqual(keys);
  });

  it('knows what is above and below', () => {
    expect(shown(ancestors(tree, row('a.x.z')))).toEqual(['a', 'a.x']);
    expect(shown(children(tree, row('a')))).toEqual(['a.x', 'a.w']);
    expect(shown(children(tree, -1))).toEqual(['b', 'a']);
    expect([hasChildren(tree, row('a')), hasChildren(tree, row('a.w'))]).toEqual([true, false]);
  });
});

describe('lacksBias', () => {
  it('tells layers that may have a bias and have none', async () => {
    const root = orderedDict({
      'conv.weight': tensor('0', { shape: [2, 2, 1, 1] }),
      'fc.weight': tensor('1', { shape: [2, 3] }),
      'fc.bias': tensor('2', { shape: [2] }),
      'norm.weight': tensor('3', { shape: [4] }),
      'embed.weight': tensor('4', { shape: [9, 4] }),
    });
    const layers = buildTree(await open(root, {}));
    const names = decodeLabels(layers);
    const lacking = allKeys(layers, names).filter((_, each) => lacksBias(layers, names, each));
    expect(lacking).toEqual(['conv.weight']);
  });
});

describe('naturalCompare', () => {
  it('puts numbers in their order and leaves the rest alone', () => {
    const names = ['layers.10', 'layers.2', 'Layers.1', 'b', 'a', 'a10', 'a9', 'a09', 'a9x', 'a9.1'];
    const sorted = ['Layers.1', 'a', 'a09', 'a9', 'a9.1', 'a9x', 'a10', 'b', 'layers.2', 'layers.10'];
    expect([...names].sort(naturalCompare)).toEqual(sorted);
    expect([...names].reverse().sort(naturalCompare)).toEqual(sorted);
  });

  it('does not lose digits of long numbers', () => {
    expect(naturalCompare('x9007199254740993', 'x9007199254740992')).toBeGreaterThan(0);
  });

  it('tells apart what differs at all', () => {
    expect(naturalCompare('a1', 'a01')).not.toBe(0);
    expect(naturalCompare('x', 'x')).toBe(0);
  });
});
