import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globMatcher } from '../../../src/core/checkpoint/glob';

describe('globs on keys', () => {
  it.each([
    ['*', '', true],
    ['*', 'a.b.c', true],
    ['layer4.*weight', 'layer4.0.conv1.weight', true],
    ['layer4.*weight', 'layer4.0.conv1.bias', false],
    ['layer4.*weight', 'model.layer4.0.weight', false],
    ['?.bias', '1.bias', true],
    ['?.bias', '12.bias', false],
    ['?', '权', true],
    ['?', '😀', true],
    ['a[0-9]', 'a[0-9]', true],
    ['a[0-9]', 'a1', false],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'axb', false],
    ['a\\?', 'a?', true],
    ['a\\\\', 'a\\', true],
    ['a\\', 'a\\', true],
    ['', '', true],
    ['', 'a', false],
    ['**a', 'bba', true],
    ['FC.*', 'fc.weight', false],
  ])('%s and %s: %s', (pattern, key, expected) => {
    expect(globMatcher(pattern)(key)).toBe(expected);
  });

  it('agrees with the same pattern as a regular expression', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 8 });
    const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 8 });
    fc.assert(
      fc.property(patterns, letters, (pattern, key) => {
        const source = pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
        expect(globMatcher(pattern)(key)).toBe(new RegExp(`^${source}$`).test(key));
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes no more steps than both lengths multiplied', () => {
    const key = 'a'.repeat(20_000);
    expect(globMatcher(`${'*a'.repeat(200)}*b`)(key)).toBe(false);
  });
});
