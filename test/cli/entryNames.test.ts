import { describe, expect, it } from 'vitest';
import { entriesNamed } from '../../src/cli/entryNames';
import type { Branch, Path } from '../../src/core/checkpoint/checkpoint';
import { builtCheckpoint, tensor, value } from '../support/builtCheckpoint';

const branch = (path: Path): Branch => ({ path, type: 'dict', role: null, node: null, first: 0, end: 0 });

const one = builtCheckpoint(
  [
    tensor(['model', 'layer1.0.weight']),
    tensor(['model', 'layer10.weight']),
    value(['a.b'], 'int', '1'),
    value(['a', 'b'], 'int', '2'),
    value(['list', 0], 'int', '3'),
    value(['list', '0'], 'int', '4'),
    value(['[odd'], 'int', '5'),
    value(['by', { repr: '(1, 2)' }], 'int', '6'),
  ],
  { branches: [branch([]), branch(['model']), branch(['a']), branch(['list']), branch(['by'])] },
);

const named = (...names: string[]): Path[] => entriesNamed(one, names).map(({ path }) => path);

describe('names of entries on the command line', () => {
  it('mean everything when there are none', () => {
    expect(named()).toHaveLength(8);
    expect(named('[]')).toHaveLength(8);
  });

  it('mean a key, and all that is below it', () => {
    expect(named('model')).toEqual([
      ['model', 'layer1.0.weight'],
      ['model', 'layer10.weight'],
    ]);
    expect(named('model.layer10.weight')).toEqual([['model', 'layer10.weight']]);
  });

  it('mean a group that only dots make, whole steps at a time', () => {
    expect(named('model.layer1')).toEqual([['model', 'layer1.0.weight']]);
  });

  it('mean a path when they are a JSON array', () => {
    expect(named('["a","b"]', '["a.b"]')).toEqual([['a.b'], ['a', 'b']]);
    expect(named('["list", 0]')).toEqual([['list', 0]]);
    expect(named('["by", {"repr": "(1, 2)"}]')).toEqual([['by', { repr: '(1, 2)' }]]);
  });

  it('mean each entry once, in file order', () => {
    expect(named('list', 'model', '["list", 0]').map(([first]) => first)).toEqual(['model', 'model', 'list', 'list']);
  });

  it('may begin with a bracket', () => {
    expect(named('[odd')).toEqual([['[odd']]);
  });

  it('are refused when they mean two entries, with both paths', () => {
    expect(() => named('a.b')).toThrow('a.b names two entries, ["a.b"] and ["a","b"]');
    expect(() => named('list.0')).toThrow('["list",0] and ["list","0"]');
  });

  it('are refused when they mean none', () => {
    expect(() => named('model.layer')).toThrow('no entry is called model.layer');
    expect(() => named('["model","x"]')).toThrow('no entry is called ["model","x"]');
    expect(() => named('[1.5, null]')).toThrow('not a path: [1.5, null]');
  });
});
