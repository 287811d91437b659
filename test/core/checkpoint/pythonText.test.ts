import { describe, expect, it } from 'vitest';
import { bytesRepr, floatRepr, stringLiteral, stringRepr } from '../../../src/core/checkpoint/pythonText';

// What Python 3.13 prints for each.
describe('floatRepr', () => {
  it.each([
    [0, '0.0'],
    [-0, '-0.0'],
    [1, '1.0'],
    [0.1, '0.1'],
    [1e-4, '0.0001'],
    [1e-5, '1e-05'],
    [1.5e-7, '1.5e-07'],
    [123456789.125, '123456789.125'],
    [1e15, '1000000000000000.0'],
    [1e16, '1e+16'],
    [1.7976931348623157e308, '1.7976931348623157e+308'],
    [5e-324, '5e-324'],
    [-2.5, '-2.5'],
    [Infinity, 'inf'],
    [-Infinity, '-inf'],
    [NaN, 'nan'],
  ])('%d is %s', (value, text) => {
    expect(floatRepr(value)).toBe(text);
  });
});

describe('stringRepr', () => {
  it.each([
    ['', "''"],
    ['abc', "'abc'"],
    ["it's", '"it\'s"'],
    ['both \' and "', "'both \\' and \"'"],
    ['back\\slash', "'back\\\\slash'"],
    ['line\nfeed\ttab\rreturn', "'line\\nfeed\\ttab\\rreturn'"],
    ['\0\x7f\x85\xa0', "'\\x00\\x7f\\x85\\xa0'"],
    ['héllo 模型', "'héllo 模型'"],
    ['zero\u200bwidth\u2028', "'zero\\u200bwidth\\u2028'"],
    ['lone \ud800', "'lone \\ud800'"],
    ['tag \u{e0001} 😀', "'tag \\U000e0001 😀'"],
  ])('%j is %s', (text, repr) => {
    expect(stringRepr(text)).toBe(repr);
  });

  it('writes literals in double quotes', () => {
    expect(stringLiteral('it\'s "x"')).toBe('"it\'s \\"x\\""');
  });
});

describe('bytesRepr', () => {
  it.each([
    ['', "b''"],
    ['abc', "b'abc'"],
    ["it's", 'b"it\'s"'],
    ['\0\n\x7f\xff\\', "b'\\x00\\n\\x7f\\xff\\\\'"],
  ])('%j is %s', (text, repr) => {
    expect(bytesRepr(Buffer.from(text, 'latin1'))).toBe(repr);
  });
});
