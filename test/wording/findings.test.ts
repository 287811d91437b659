import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findingText, knownFindings } from '../../src/wording/findings';
import { english } from '../../src/wording/translate';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const read = (...path: string[]): string => readFileSync(join(root, ...path), 'utf8');

/** Codes that the sources of `core` make findings with: `severity: '…', code: '…'` and the calls that stand for it. */
function codesInCore(): Set<string> {
  const files = readdirSync(join(root, 'src', 'core'), { recursive: true, encoding: 'utf8' });
  const sources = files.filter((name) => name.endsWith('.ts')).map((name) => read('src', 'core', name));
  const patterns = [
    /severity: [^,]+,\s+code: '([a-z-]+)'/g,
    /\bmany\(\s*'(?:info|warning|error)',\s*'([a-z-]+)'/g,
    /\.add\(\s*'(?:info|warning|error)',\s*'([a-z-]+)'/g,
  ];
  return new Set(
    sources.flatMap((source) =>
      patterns.flatMap((pattern) => [...source.matchAll(pattern)].map(([, code = '']) => code)),
    ),
  );
}

describe('findings in words', () => {
  it('every code that core makes has a sentence', () => {
    const codes = codesInCore();
    expect(codes.size).toBeGreaterThan(30);
    expect([...codes].filter((code) => !knownFindings.includes(code))).toEqual([]);
  });

  it('every code that has a sentence is documented', () => {
    const documented = [...read('docs', 'findings.md').matchAll(/^\| `([a-z-]+)`/gm)].map(([, code]) => code);
    expect(documented.sort()).toEqual([...knownFindings].sort());
  });

  it.each(knownFindings)('%s: whole sentences, with everything filled in', (code) => {
    const text = findingText({ severity: 'error', code, entry: 'data/0', args: [1_234, 5_678, 9, 7] }, english);
    expect(text).toMatch(/^[\p{Lu}“\d].*\.$/u);
    expect(text).not.toMatch(/\{\d|undefined|NaN|\bsafe\b|please|!/i);
  });

  it('shows numbers as people read them', () => {
    const text = findingText({ severity: 'error', code: 'cut-file', args: [1_234, 5_678_901] }, english);
    expect(text).toContain('1,234 of 5,678,901 bytes');
  });

  it('a code without words stands for itself', () => {
    expect(findingText({ severity: 'info', code: 'new-code' }, english)).toBe('new-code');
    expect(findingText({ severity: 'info', code: 'toString', entry: 'a' }, english)).toBe('toString: a');
  });
});

it('every error code is documented', () => {
  const union = /export type ErrorCode =([^;]*);/.exec(read('src', 'core', 'errors.ts'))?.[1] ?? '';
  const codes = [...union.matchAll(/'([a-z-]+)'/g)].map(([, code]) => code);
  const documented = [...read('docs', 'errors.md').matchAll(/^\| `([a-z-]+)`/gm)].map(([, code]) => code);
  expect(codes.length).toBeGreaterThan(10);
  expect(codes.filter((code) => !documented.includes(code))).toEqual([]);
});
