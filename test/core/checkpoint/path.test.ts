import { describe, expect, it } from 'vitest';
import type { Path } from '../../../src/core/checkpoint/checkpoint';
import { keyOf, pythonExpression } from '../../../src/core/checkpoint/path';

describe('keyOf', () => {
  it.each<[Path, string]>([
    [[], ''],
    [['model_state_dict', 'fc.weight'], 'model_state_dict.fc.weight'],
    [['state', 0, 'step'], 'state.0.step'],
    [['d', { repr: '(1, 2)' }], 'd.(1, 2)'],
    [['args', '.lr'], 'args..lr'],
  ])('%j is %j', (path, key) => {
    expect(keyOf(path)).toBe(key);
  });
});

describe('pythonExpression', () => {
  it.each<[Path, string]>([
    [[], 'ckpt'],
    [['model_state_dict', 'fc.weight'], 'ckpt["model_state_dict"]["fc.weight"]'],
    [['state', 0, -1], 'ckpt["state"][0][-1]'],
    [['d', { repr: '(1, 2)' }], 'ckpt["d"][(1, 2)]'],
    [['args', '.lr'], 'ckpt["args"].lr'],
    [['args', '.class'], 'vars(ckpt["args"])["class"]'],
    [['args', '.a b'], 'vars(ckpt["args"])["a b"]'],
    [['args', '.größe'], 'ckpt["args"].größe'],
    [['x', '.__setstate__', 1], 'ckpt["x"].__reduce_ex__(2)[2][1]'],
    [['x', '(0)'], 'ckpt["x"].__reduce_ex__(2)[1][0]'],
    [['a "quoted"\nkey\\'], 'ckpt["a \\"quoted\\"\\nkey\\\\"]'],
    [['模型.权重'], 'ckpt["模型.权重"]'],
  ])('%j is %s', (path, python) => {
    expect(pythonExpression(path)).toBe(python);
  });

  it('goes through state_dict() and get_submodule() where modules stand', () => {
    const kinds = ['object', 'module'] as const;
    expect(pythonExpression(['model', 'layer1.0.weight'], 'ckpt', (depth) => kinds[depth])).toBe(
      'ckpt["model"].state_dict()["layer1.0.weight"]',
    );
    const below = ['object', 'submodule', 'module'] as const;
    expect(pythonExpression(['model', 'layer1.0', '.in_channels'], 'm', (depth) => below[depth])).toBe(
      'm["model"].get_submodule("layer1.0").in_channels',
    );
  });

  it('takes a leading dot for a key where the object is a mapping', () => {
    expect(pythonExpression(['.hidden'], 'ckpt', () => 'mapping')).toBe('ckpt[".hidden"]');
  });

  it('stops at a set, whose members have no place', () => {
    const kinds = ['mapping', 'set'] as const;
    expect(pythonExpression(['seen', 0], 'ckpt', (depth) => kinds[depth])).toBe('ckpt["seen"]');
  });
});
