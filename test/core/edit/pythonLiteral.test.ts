import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { floatRepr, stringLiteral, stringRepr } from '../../../src/core/checkpoint/pythonText';
import { parseLiteral } from '../../../src/core/edit/pythonLiteral';
import { PyBytes, PyDict, PyFloat, PyList, PySet, PyStr, PyTuple, type Value } from '../../../src/core/pickle/values';

const str = (text: string): PyStr => new PyStr(text);

describe('literals', () => {
  test.each<[string, Value]>([
    ['None', null],
    ['True', true],
    [' 17 ', 17],
    ['-1_000', -1000],
    ['0xff', 255],
    ['0b101', 5],
    ['123456789012345678901234567890', 123456789012345678901234567890n],
    ['1.', new PyFloat(1)],
    ['.5', new PyFloat(0.5)],
    ['-1e-3', new PyFloat(-0.001)],
    ['1E5', new PyFloat(100_000)],
    ['-0.0', new PyFloat(-0)],
    ['inf', new PyFloat(Infinity)],
    ['float("-inf")', new PyFloat(-Infinity)],
    ["float('nan')", new PyFloat(NaN)],
    ['"a\\n\\x41\\u00e9\\U0001f600\\0"', str('a\nAé😀\0')],
    ["'it''s'", str('its')],
    ["r'\\d'", str('\\d')],
    ['"""two\nlines"""', str('two\nlines')],
    ["b'\\xff\\n'", new PyBytes('bytes', Uint8Array.of(255, 10))],
    ['()', new PyTuple([])],
    ['(1)', 1],
    ['(1,)', new PyTuple([1])],
    ['[1, [2, None],]', new PyList([1, new PyList([2, null])])],
    ["{'a': 1, 2: (3, 4)}", new PyDict([str('a'), 1, 2, new PyTuple([3, 4])])],
    ['{}', new PyDict([])],
    ['{1, 2}', new PySet('set', [1, 2])],
    ['[ # note\n 1\n]', new PyList([1])],
  ])('%j', (text, value) => {
    expect(parseLiteral(text)).toEqual(value);
  });

  test.each([
    '',
    'x',
    '1 2',
    '01',
    '1__0',
    '[1',
    '[1 2]',
    '{1: 2, 3}',
    "'open",
    '"\n"',
    "b'é'",
    "'\\x4'",
    'open("f")',
    '1j',
    '1.5.2',
    "'a' b'c'",
    '-True',
    '('.repeat(1000),
    '-'.repeat(100_000) + '1',
    '9'.repeat(5000),
    "f'{x}'",
    '*a',
    '[,]',
  ])('%j is none', (text) => {
    expect(() => parseLiteral(text)).toThrow(expect.objectContaining({ code: 'edit-invalid' }) as Error);
  });

  test('every float and text is read back as it is written', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), fc.string({ unit: 'binary' }), (number, text) => {
        expect(parseLiteral(floatRepr(number))).toEqual(new PyFloat(number));
        expect(parseLiteral(stringRepr(text))).toEqual(str(text));
        expect(parseLiteral(stringLiteral(text))).toEqual(str(text));
      }),
    );
  });
});
