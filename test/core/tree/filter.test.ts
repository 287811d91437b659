import { describe, expect, it } from 'vitest';
import { buildTree } from '../../../src/core/tree/buildTree';
import { compileFilter, filterRows, type FacetChoice, type FilterResult } from '../../../src/core/tree/filter';
import { compileGlob } from '../../../src/core/tree/glob';
import { decodeLabels } from '../../../src/core/tree/rows';
import { dict, open, orderedDict, parameter, tensor } from '../checkpoint/builders';
import { allKeys } from '../../support/treeRows';

const plain = (text: string) => compileFilter({ text, regex: false, matchCase: false });

describe('a filter', () => {
  it.each<[string, string, boolean]>([
    ['', 'anything', true],
    ['BN1', 'layer1.bn1.weight', true],
    ['bn2', 'layer1.bn1.weight', false],
    ['.', 'ab', false],
    ['a+b', 'xa+b', true],
    ['layer1.*bn', 'layer1.0.bn1', true],
    ['layer1.*bn', 'layer2.0.bn1', false],
    ['1.?.b', 'layer1.0.bn1', true],
    ['1.?.b', 'layer1.00.bn1', false],
    ['*', '', true],
    ['**bias**', 'fc.bias', true],
    ['a*b', 'a\nb', true],
    ['ÉCOLE', 'école', true],
    ['i', 'İstanbul', false],
  ])('%j on %j: %s', (text, key, matches) => {
    expect(plain(text).test(key)).toBe(matches);
  });

  it('minds case where it is told to', () => {
    const filter = (text: string, regex = false) => compileFilter({ text, regex, matchCase: true });
    expect([filter('BN').test('bn'), filter('BN').test('BN'), filter('B*N').test('b-n')]).toEqual([false, true, false]);
    expect(filter('^B', true).test('bn')).toBe(false);
  });

  it('takes regular expressions, and says so when they are none', () => {
    expect(compileFilter({ text: '\\d+\\.bias$', regex: true, matchCase: false }).test('l.12.BIAS')).toBe(true);
    expect(() => compileFilter({ text: '(', regex: true, matchCase: false })).toThrow(SyntaxError);
  });

  it('says what to highlight: of a glob its literal parts', () => {
    expect(plain('bn').ranges('a.bn.bn')).toEqual([[2, 4]]);
    expect(plain('1.*b?a').ranges('layer1.0.bia')).toEqual([
      [5, 7],
      [9, 10],
      [11, 12],
    ]);
    expect(plain('zzz').ranges('abc')).toEqual([]);
    expect(compileFilter({ text: 'b+', regex: true, matchCase: false }).ranges('abbc')).toEqual([[1, 3]]);
  });

  it('takes no longer for many stars', () => {
    // A pattern that tries every way would take 2,000 to the power of 20 steps here.
    const key = 'a'.repeat(2_000);
    expect(plain(`${'a*'.repeat(20)}b`).test(key)).toBe(false);
    expect(plain(`${'*'.repeat(5_000)}a`).test(key)).toBe(true);
    expect(compileGlob(`${'*a'.repeat(20)}*b`)(key)).toBe(false);
    expect(compileGlob(`${'*a'.repeat(20)}*a`)(key)).toBe(true);
  });

  it('finds a literal again behind a star', () => {
    expect(plain('a*a').test('a')).toBe(false);
    expect(plain('ab*b').test('ab')).toBe(false);
    expect(plain('a*?').test('a')).toBe(false);
    expect(plain('😀*?b').ranges('x😀y😀b')).toEqual([
      [1, 3],
      [6, 7],
    ]);
  });
});

describe('a glob of the command line', () => {
  it.each<[string, string, boolean]>([
    ['fc.*', 'fc.weight', true],
    ['fc.*', 'afc.weight', false],
    ['*.weight', 'a.b.weight', true],
    ['l?', 'l1', true],
    ['l?', 'l10', false],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'axb', false],
    ['[a]', 'a', false],
    ['[a]', '[a]', true],
    ['l?', 'l😀', true],
    ['*', '', true],
    ['', '', true],
    ['', 'a', false],
    ['a*a', 'a', false],
    ['a*b*c', 'abbc', true],
    ['a*b*c', 'acb', false],
    ['*a?', 'aab', true],
    ['a\\\\*', 'a\\b', true],
  ])('%j on %j: %s', (glob, key, matches) => {
    expect(compileGlob(glob)(key)).toBe(matches);
  });
});

describe('rows that match', async () => {
  const shared = tensor('0', { device: 'cuda:0' });
  const tree = buildTree(
    await open(
      dict({
        'conv.weight': parameter('1', { device: 'cuda:0' }),
        'conv.bias': tensor('2', { type: 'torch.HalfStorage', device: 'cuda:0', elements: 6 }),
        tied: orderedDict({ a: shared, b: shared }),
        onCpu: tensor('3', { elements: 6 }),
        epoch: 1,
      }),
      { 0: 24, 1: 24, 2: 12, 3: 24 },
    ),
  );
  const keys = allKeys(tree, decodeLabels(tree));
  const run = (text: string, choice?: Partial<Record<keyof FacetChoice, string[]>>): FilterResult =>
    filterRows(tree, keys, plain(text), {
      dtype: new Set(choice?.dtype),
      device: new Set(choice?.device),
      kind: new Set(choice?.kind),
    });
  const matched = ({ matches }: FilterResult): string[] => keys.filter((_, row) => matches[row] === 1);
  const visible = (result: FilterResult): string[] => keys.filter((_, row) => result.visible[row] === 1);

  it('are leaves; their ancestors stay visible', () => {
    const result = run('conv');
    expect(matched(result)).toEqual(['conv.weight', 'conv.bias']);
    expect(visible(result)).toEqual(['conv', 'conv.weight', 'conv.bias']);
    expect([result.leaves, result.tensors]).toEqual([2, 2]);
  });

  it('count values among the leaves, not among the tensors', () => {
    const result = run('');
    expect([result.leaves, result.tensors]).toEqual([6, 5]);
  });

  it('are narrowed by facets: OR within a group, AND between groups', () => {
    expect(matched(run('', { dtype: ['float16'] }))).toEqual(['conv.bias']);
    expect(matched(run('', { dtype: ['float16', 'float32'], device: ['cpu'] }))).toEqual(['onCpu']);
    expect(matched(run('', { kind: ['shared', 'parameter'] }))).toEqual(['conv.weight', 'tied.a', 'tied.b']);
    expect(matched(run('a', { kind: ['shared'] }))).toEqual(['tied.a']);
    expect(matched(run('', { dtype: ['int64'] }))).toEqual([]);
  });

  it('are counted by facet after the text and the other groups', () => {
    const { facets } = run('', { dtype: ['float16'] });
    expect([...facets.dtype]).toEqual([
      ['float32', 4],
      ['float16', 1],
    ]);
    expect([...facets.device]).toEqual([
      ['cuda:0', 1],
      ['cpu', 0],
    ]);
    expect([...facets.kind]).toEqual([
      ['parameter', 0],
      ['shared', 0],
    ]);
    expect([...run('tied').facets.dtype]).toEqual([
      ['float32', 2],
      ['float16', 0],
    ]);
  });
});
