import { describe, expect, test } from 'vitest';
import { assign, call, comment, dict, layOut, list, script, tuple } from '../../../src/core/snippets/layout';

const long = 'a'.repeat(41);

describe('laid out as black does', () => {
  test('on one line where it fits', () => {
    expect(assign('x', call('f', '1', 'b=2'))).toBe('x = f(1, b=2)');
    expect(layOut(tuple(['"a"']))).toBe('("a",)');
  });

  test('the arguments of a call on a line of their own, where they fit there', () => {
    expect(assign('x', call('f', long, long))).toBe(`x = f(\n    ${long}, ${long}\n)`);
    expect(assign('x', call('f', long, long, long))).toBe(`x = f(\n    ${long},\n    ${long},\n    ${long},\n)`);
  });

  test('the items of a list or dict each on one', () => {
    expect(assign('x', list([long, long]))).toBe(`x = [\n    ${long},\n    ${long},\n]`);
    expect(assign('x', dict([long, long]))).toBe(`x = {\n    ${long},\n    ${long},\n}`);
    expect(assign('x', call('f', list([long, long]), 'b=2'))).toBe(
      `x = f(\n    [\n        ${long},\n        ${long},\n    ],\n    b=2,\n)`,
    );
  });

  test('the parts of a comprehension without commas', () => {
    const code = { open: '{', items: [long, `for ${long}`, 'if x'], close: '}', isExpression: true };
    expect(assign('x', code)).toBe(`x = {\n    ${long}\n    for ${long}\n    if x\n}`);
  });
});

test('a comment ends where its line does, whatever it names', () => {
  expect(comment(`the class a\nimport os\r\u2028x`)).toBe('# the class a import os x');
  expect(comment(`${long} ${long} ${long}`)).toBe(`# ${long} ${long}\n# ${long}`);
});

test('imports come first, each once; functions have two empty lines around them', () => {
  const text = script(
    ['import torch', 'from b import c', 'import a', 'import torch'],
    [['x = 1'], ['def f():', '    return 1'], ['y = 2'], []],
  );
  expect(text).toBe('import a\nimport torch\nfrom b import c\n\nx = 1\n\n\ndef f():\n    return 1\n\n\ny = 2\n');
});
