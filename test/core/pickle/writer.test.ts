import { describe, expect, test } from 'vitest';
import { Op } from '../../../src/core/pickle/opcodes';
import {
  CallForm,
  PyByteString,
  PyBytes,
  PyCall,
  PyDict,
  PyExtension,
  PyFloat,
  PyGlobal,
  PyList,
  PyNan,
  PyPersistent,
  PySet,
  PyStr,
  PyTuple,
  type Value,
} from '../../../src/core/pickle/values';
import { writePickle } from '../../../src/core/pickle/writer';
import { pickleOf, read, uint32 } from './pickles';

/** Without PROTO and STOP. */
function bodyOf(root: Value, protocol?: number): string {
  const written = writePickle(root, protocol === undefined ? {} : { protocol });
  expect([...written.subarray(0, 2), written.at(-1)]).toEqual([Op.PROTO, 2, Op.STOP]);
  return Buffer.from(written.subarray(2, -1)).toString('latin1');
}

const shared = new PyStr('a');
const unicode = (text: string): string => pickleOf('X', uint32(text.length), text).toString('latin1');

test.each<[string, Value, string]>([
  ['None', null, 'N'],
  ['True', true, '\x88'],
  ['False', false, '\x89'],
  ['0', 0, 'K\x00'],
  ['255', 255, 'K\xff'],
  ['256', 256, 'M\x00\x01'],
  ['65535', 65535, 'M\xff\xff'],
  ['65536', 65536, 'J\x00\x00\x01\x00'],
  ['-1', -1, 'J\xff\xff\xff\xff'],
  ['2³¹−1', 2 ** 31 - 1, 'J\xff\xff\xff\x7f'],
  ['2³¹', 2 ** 31, '\x8a\x05\x00\x00\x00\x80\x00'],
  ['−2³¹', -(2 ** 31), 'J\x00\x00\x00\x80'],
  ['−2³¹−1', -(2 ** 31) - 1, '\x8a\x05\xff\xff\xff\x7f\xff'],
  ['2⁶³', 2n ** 63n, '\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x80\x00'],
  ['−2⁶³', -(2n ** 63n), '\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x80'],
  ['2²⁰³⁹', 2n ** 2039n, `\x8b\x00\x01\x00\x00${'\0'.repeat(254)}\x80\x00`],
  ['−2²⁰³⁹', -(2n ** 2039n), `\x8a\xff${'\0'.repeat(254)}\x80`],
  ['1.5', new PyFloat(1.5), 'G\x3f\xf8\x00\x00\x00\x00\x00\x00'],
  ['−0.0', new PyFloat(-0), 'G\x80\x00\x00\x00\x00\x00\x00\x00'],
  ['nan', new PyFloat(NaN), 'G\x7f\xf8\x00\x00\x00\x00\x00\x00'],
  ['another nan', new PyNan(Uint8Array.of(0xff, 0xf8, 0, 0, 0, 0, 0, 1)), 'G\xff\xf8\x00\x00\x00\x00\x00\x01'],
  ['text', new PyStr('é\ud800😀'), 'X\x09\x00\x00\x00\xc3\xa9\xed\xa0\x80\xf0\x9f\x98\x80q\x00'],
  ['Python 2 text', new PyByteString(Uint8Array.of(0xff)), 'U\x01\xffq\x00'],
  ['long Python 2 text', new PyByteString(new Uint8Array(256)), `T\x00\x01\x00\x00${'\0'.repeat(256)}q\x00`],
  ['()', new PyTuple([]), ')'],
  ['(1,)', new PyTuple([1]), 'K\x01\x85q\x00'],
  ['(1, 2, 3, 4)', new PyTuple([1, 2, 3, 4]), '(K\x01K\x02K\x03K\x04tq\x00'],
  ['[]', new PyList([]), ']q\x00'],
  ['[1]', new PyList([1]), ']q\x00K\x01a'],
  ['[1, 2]', new PyList([1, 2]), ']q\x00(K\x01K\x02e'],
  ['{}', new PyDict([]), '}q\x00'],
  ['{1: 2}', new PyDict([1, 2]), '}q\x00K\x01K\x02s'],
  ['the same twice', new PyTuple([shared, shared]), `${unicode('a')}q\x00h\x00\x86q\x01`],
  ['two that are equal', new PyTuple([shared, new PyStr('a')]), `${unicode('a')}q\x00${unicode('a')}q\x01\x86q\x02`],
  ['a name', new PyGlobal('m', 'C'), 'cm\nC\nq\x00'],
  ['one name, two nodes', new PyTuple([new PyGlobal('m', 'C'), new PyGlobal('m', 'C')]), 'cm\nC\nq\x00h\x00\x86q\x01'],
  ['a persistent id', new PyPersistent(new PyTuple([1])), 'K\x01\x85q\x00Q'],
  ['extension 255', new PyExtension(255), '\x82\xff'],
  ['extension 256', new PyExtension(256), '\x83\x00\x01'],
  ['extension 65536', new PyExtension(65536), '\x84\x00\x00\x01\x00'],
  [
    'bytes',
    new PyBytes('bytes', Uint8Array.of(255)),
    `c_codecs\nencode\nq\x00X\x02\x00\x00\x00\xc3\xbfq\x01${unicode('latin1')}q\x02\x86q\x03Rq\x04`,
  ],
  ['a set', new PySet('set', [1]), 'c__builtin__\nset\nq\x00]q\x01K\x01a\x85q\x02Rq\x03'],
])('%s', (_name, value, expected) => {
  expect(bodyOf(value)).toBe(expected);
});

describe('calls', () => {
  const call = (form: CallForm, args: Value = new PyTuple([1]), kwargs?: Value): PyCall =>
    new PyCall(form, new PyGlobal('m', 'C'), args, kwargs);

  test('REDUCE, PUT, items, entries, BUILD', () => {
    const updates = { items: [1], entries: [2, 3], state: new PyTuple([]) };
    expect(bodyOf(Object.assign(call(CallForm.Reduce), updates))).toBe(
      'cm\nC\nq\x00K\x01\x85q\x01Rq\x02K\x01aK\x02K\x03s)b',
    );
  });

  test.each([
    [CallForm.NewObj, 'cm\nC\nq\x00K\x01\x85q\x01\x81q\x02'],
    [CallForm.Inst, '(K\x01im\nC\nq\x00'],
    [CallForm.Obj, '(cm\nC\nq\x00K\x01oq\x01'],
  ])('form %i', (form, expected) => {
    expect(bodyOf(call(form))).toBe(expected);
  });

  test('BUILD with None is a BUILD', () => {
    expect(bodyOf(Object.assign(call(CallForm.Reduce, new PyTuple([])), { state: null }))).toBe(
      'cm\nC\nq\x00)Rq\x01Nb',
    );
    expect(bodyOf(Object.assign(new PyDict([]), { state: 1 }))).toBe('}q\x00K\x01b');
  });

  test('NEWOBJ_EX is functools.partial, as CPython has it', () => {
    const kwargs = new PyDict([new PyStr('a'), 1]);
    expect(bodyOf(call(CallForm.NewObjEx, new PyTuple([]), kwargs), 4)).toBe(
      `cfunctools\npartial\nq\x00c__builtin__\ngetattr\nq\x01cm\nC\nq\x02${unicode('__new__')}q\x03\x86q\x04Rq\x05\x85q\x06` +
        `Rq\x07(h\x05h\x02\x85q\x08}q\x09${unicode('a')}q\x0aK\x01sNtq\x0bb)Rq\x0c`,
    );
  });

  test('an object that its own arguments hold', async () => {
    // What CPython writes for an object whose __reduce__ gives (D, ([self],)), the list the same each time.
    const body = 'cm\nD\nq\x00]q\x01h\x00h\x01\x85q\x02Rq\x03a0h\x02R0h\x03';
    const { root } = await read(pickleOf('\x80\x02', body, '.'));
    expect(bodyOf(root)).toBe(body);
  });

  test('a tuple that holds itself, short and long', async () => {
    for (const body of [']q\x00h\x00\x85q\x01a0h\x01', '(]q\x00(h\x00K\x01K\x02K\x03tq\x01aK\x01K\x02K\x031h\x01']) {
      const { root } = await read(pickleOf('\x80\x02', body, '.'));
      expect(bodyOf(root)).toBe(body);
    }
  });
});

describe('names of protocol 3 and later', () => {
  test('are written as Python 2 has them', () => {
    expect(bodyOf(new PyGlobal('builtins', 'range'), 4)).toBe('c__builtin__\nxrange\nq\x00');
    expect(bodyOf(new PyGlobal('builtins', 'range'))).toBe('cbuiltins\nrange\nq\x00');
  });

  test('dots are walked', () => {
    const nested = new PyGlobal('m', 'A.B');
    const getattr = 'c__builtin__\ngetattr\nq\x00';
    expect(bodyOf(new PyTuple([nested, nested]), 4)).toBe(
      `${getattr}cm\nA\nq\x01${unicode('B')}q\x02\x86q\x03Rq\x04h\x04\x86q\x05`,
    );
    expect(bodyOf(nested)).toBe('cm\nA.B\nq\x00');
  });

  test('nested names of Python 3.13 come back', async () => {
    // pickle.dumps([Outer.Middle.Inner, Outer], 2) of CPython 3.13.
    const body = `]q\x00(c__builtin__\ngetattr\nq\x01h\x01cm\nOuter\n${unicode('Middle')}q\x02\x86R${unicode('Inner')}q\x03\x86Rq\x04cm\nOuter\nq\x05e`;
    const { root } = await read(pickleOf('\x80\x02', body, '.'));
    expect(bodyOf(root)).toBe(body);
  });

  test.each([
    ['a\nb', 'C'],
    ['', 'C'],
    ['m', ''],
  ])('a name that a line cannot hold is refused: %j %j', (module, name) => {
    expect(() => writePickle(new PyGlobal(module, name))).toThrow('unsupported');
  });
});

test('more than 256 memo entries', async () => {
  const texts = new PyList(Array.from({ length: 300 }, (_, index) => new PyStr(String(index))));
  const written = writePickle(new PyTuple([texts, ...texts.items]));
  const { root } = await read(written);
  const [list, ...items] = root instanceof PyTuple ? root.items : [];
  expect(list instanceof PyList && list.items).toStrictEqual(items);
  expect(Buffer.from(writePickle(root)).equals(Buffer.from(written))).toBe(true);
});
