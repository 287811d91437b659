import { describe, expect, test } from 'vitest';
import { Op } from '../../../src/core/pickle/opcodes';
import {
  CallForm,
  PyBytes,
  PyByteString,
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
import { pickleErrorOf, pickleOf, read, rootOf, uint32, uint64 } from './pickles';

type Parts = Parameters<typeof pickleOf>;

function expectRoots(cases: readonly (readonly [Parts, Value])[]): void {
  test.each(cases)('%j', async (parts, expected) => {
    expect(await rootOf(...parts)).toStrictEqual(expected);
  });
}

function expectErrors(cases: readonly Parts[]): void {
  test.each(cases.map((parts) => [parts]))('%j', async (parts) => {
    const error = await pickleErrorOf(pickleOf(...parts));
    expect(error.code).toBe('malformed-pickle');
  });
}

const tuple = (...items: Value[]): PyTuple => new PyTuple(items);
const global = (name: string): PyGlobal => new PyGlobal('m', name);

/** Expectations of this file come from CPython 3.11's C unpickler, case by case. */
describe('numbers', () => {
  expectRoots([
    [['N.'], null],
    [[Op.NEWTRUE, '.'], true],
    [[Op.NEWFALSE, '.'], false],
    [['K\xff.'], 255],
    [['M\xff\xff.'], 65535],
    [['J\xff\xff\xff\xff.'], -1],
    [['J\x00\x00\x00\x80.'], -(2 ** 31)],
    [['I12\n.'], 12],
    [['I00\n.'], false],
    [['I01\n.'], true],
    [['I 1\n.'], true],
    [['I-0\n.'], false],
    [['I1 \n.'], 1],
    [['I1\r\n.'], 1],
    [['I010\n.'], 8],
    [['I001\n.'], 1],
    [['I0x10\n.'], 16],
    [['I-0x10\n.'], -16],
    [['I0b11\n.'], 3],
    [['I1_0\n.'], 10],
    [['I1\0x\n.'], 1],
    [['L1\0x\n.'], 1],
    [['F1\0x\n.'], new PyFloat(1)],
    [['I9007199254740991\n.'], 2 ** 53 - 1],
    [['I9007199254740992\n.'], 2n ** 53n],
    [['L10L\n.'], 10],
    [['L-10\n.'], -10],
    [['L36893488147419103232L\n.'], 2n ** 65n],
    [[Op.LONG1, '\x00.'], 0],
    [[Op.LONG1, '\x01\xff.'], -1],
    [[Op.LONG1, '\x02\xff\x00.'], 255],
    [[Op.LONG1, '\x08\xff\xff\xff\xff\xff\xff\xff\x7f.'], 2n ** 63n - 1n],
    [[Op.LONG1, '\x08\x00\x00\x00\x00\x00\x00\x00\x80.'], -(2n ** 63n)],
    [[Op.LONG4, uint32(2), '\x00\x80.'], -32768],
    [['F1.5\n.'], new PyFloat(1.5)],
    [['F.5\n.'], new PyFloat(0.5)],
    [['F1.\n.'], new PyFloat(1)],
    [['F-inf\n.'], new PyFloat(-Infinity)],
    [['Fnan\n.'], new PyFloat(NaN)],
    [['F5e-324\n.'], new PyFloat(5e-324)],
    [['G\x3f\xf8\x00\x00\x00\x00\x00\x00.'], new PyFloat(1.5)],
    [['G\x80\x00\x00\x00\x00\x00\x00\x00.'], new PyFloat(-0)],
    [['G\x7f\xf8\x00\x00\x00\x00\x00\x00.'], new PyFloat(NaN)],
    [['G\xff\xf8\x00\x00\x00\x00\x00\x00.'], new PyNan(Uint8Array.of(0xff, 0xf8, 0, 0, 0, 0, 0, 0))],
  ]);
  expectErrors([
    ['I09\n.'],
    ['I0_1\n.'],
    ['I\n.'],
    ['I0x\n.'],
    ['I07777777777777777777777777\n.'],
    ['L010L\n.'],
    ['L1LL\n.'],
    ['F1e400\n.'],
    ['F 1\n.'],
    ['F1_0\n.'],
    ['F0x1p3\n.'],
    [Op.LONG4, uint32(2 ** 31), '.'],
  ]);
});

describe('texts and bytes', () => {
  const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
  const utf8 = Buffer.from('schön 重み 😀');
  expectRoots([
    [['X', uint32(2), 'ab.'], new PyStr('ab')],
    [['X', uint32(utf8.length), utf8, '.'], new PyStr('schön 重み 😀')],
    [['X', uint32(5), 'a\xed\xa0\x80b.'], new PyStr('a\ud800b')],
    [['X', uint32(3), '\xef\xbb\xbf.'], new PyStr('\ufeff')],
    [[Op.SHORT_BINUNICODE, '\x01a.'], new PyStr('a')],
    [[Op.BINUNICODE8, uint64(1n), 'a.'], new PyStr('a')],
    [['V\n.'], new PyStr('')],
    [['Va\\u0042\\U0001f600\xe9\\x\n.'], new PyStr('aB😀é\\x')],
    [['V\\\\u0041\n.'], new PyStr('\\\\u0041')],
    [['V\\\n.'], new PyStr('\\')],
    [["S'ab'\n."], new PyByteString(bytes('ab'))],
    [['S"it\'s"\n.'], new PyByteString(bytes("it's"))],
    [["S'\\n\\x41\\101\\400\\q\\\\'\n."], new PyByteString(bytes('\nAA\0\\q\\'))],
    [['T', uint32(2), 'ab.'], new PyByteString(bytes('ab'))],
    [['U\x02ab.'], new PyByteString(bytes('ab'))],
    [['B', uint32(2), 'ab.'], new PyBytes('bytes', bytes('ab'))],
    [['C\x02ab.'], new PyBytes('bytes', bytes('ab'))],
    [[Op.BINBYTES8, uint64(2n), 'ab.'], new PyBytes('bytes', bytes('ab'))],
    [[Op.BYTEARRAY8, uint64(2n), 'ab.'], new PyBytes('bytearray', bytes('ab'))],
    [[Op.BYTEARRAY8, uint64(1n), 'a', Op.READONLY_BUFFER, '.'], new PyBytes('bytearray', bytes('a'), true)],
    [['C\x01a', Op.READONLY_BUFFER, '.'], new PyBytes('bytes', bytes('a'))],
  ]);
  expectErrors([
    ['X', uint32(1), '\xff.'],
    ['X', uint32(2), '\xed\xa0.'],
    ['V\\u00e\n.'],
    ['V\\U00110000\n.'],
    ["S'a\n."],
    ["S'a' \n."],
    ["S'\\x4'\n."],
    ["S'\\'\n."],
    ['Sab\n.'],
    ['T', uint32(2 ** 32 - 1), '.'],
    [Op.NEXT_BUFFER, '.'],
  ]);

  test('two surrogates that Python kept apart become one character, and the graph says so', async () => {
    const graph = await read(pickleOf('X', uint32(6), '\xed\xa0\xbd\xed\xb8\x80.'));
    expect(graph.root).toStrictEqual(new PyStr('😀'));
    expect(graph.lossy).toEqual([{ offset: 0, code: 'lone-surrogates' }]);
  });
});

describe('containers', () => {
  const set = (...items: Value[]): PySet => new PySet('set', items);
  const frozenset = (...items: Value[]): PySet => new PySet('frozenset', items);
  expectRoots([
    [[').'], tuple()],
    [['(t.'], tuple()],
    [['K\x01', Op.TUPLE1, '.'], tuple(1)],
    [['K\x01K\x02', Op.TUPLE2, '.'], tuple(1, 2)],
    [['K\x01K\x02K\x03', Op.TUPLE3, '.'], tuple(1, 2, 3)],
    [['(K\x01K\x02K\x03K\x04t.'], tuple(1, 2, 3, 4)],
    [['].'], new PyList([])],
    [[']K\x01a.'], new PyList([1])],
    [[']K\x01a(K\x02K\x03e.'], new PyList([1, 2, 3])],
    [['(K\x01l.'], new PyList([1])],
    [['}.'], new PyDict([])],
    [['}K\x01K\x02s(K\x03K\x04K\x01K\x05u.'], new PyDict([1, 2, 3, 4, 1, 5])],
    [['(K\x01K\x02d.'], new PyDict([1, 2])],
    [['}(u.'], new PyDict([])],
    [[Op.EMPTY_SET, '(K\x01K\x02', Op.ADDITEMS, '.'], set(1, 2)],
    [['(K\x01', Op.FROZENSET, '.'], frozenset(1)],
  ]);
  expectErrors([
    ['}(K\x01u.'],
    ['(K\x01d.'],
    ['K\x01', Op.TUPLE2, '.'],
    ['(', Op.TUPLE1, '.'],
    ['t.'],
    ['a.'],
    [']a.'],
    ['](a.'],
    ['(K\x01e.'],
  ]);
});

describe('stack and marks', () => {
  expectRoots([
    [['K\x01K\x020.'], 1],
    [['K\x01(0.'], 1],
    [['K\x01(K\x02(K\x031K\x04t', Op.TUPLE2, '.'], tuple(1, tuple(2, 4))],
    [['K\x012', Op.TUPLE2, '.'], tuple(1, 1)],
    [['N(K\x01.'], 1],
    [['K\x01K\x02.'], 2],
  ]);
  expectErrors([['.'], ['0.'], ['N(.'], ['(2.'], ['1.'], ['N(00N0.']]);

  test('the same object twice is the same node', async () => {
    const twice = await rootOf(']2', Op.TUPLE2, '.');
    expect(twice).toBeInstanceOf(PyTuple);
    const [first, second] = twice instanceof PyTuple ? twice.items : [];
    expect(first).toBe(second);
  });
});

describe('the memo', () => {
  expectRoots([
    [[']q\x00h\x00', Op.TUPLE2, '.'], tuple(new PyList([]), new PyList([]))],
    [['K\x05r', uint32(300), '0j', uint32(300), '.'], 5],
    [['K\x05p12\n0g12\n.'], 5],
    [['K\x05p012\n0g1_2\n.'], 5],
    [['Nq\x000h\x00.'], null],
    [['K\x01q\x00K\x02q\x00h\x00.'], 2],
    // MEMOIZE takes the number of entries, whatever their indexes are.
    [['K\x01q\x05K\x02', Op.MEMOIZE, 'h\x01.'], 2],
    [['K\x01q\x05K\x02q\x05K\x03', Op.MEMOIZE, 'h\x01.'], 3],
    [['K\x01r', uint32(1 << 20), 'K\x02', Op.MEMOIZE, 'h\x01.'], 2],
    [['K\x01r', uint32(1 << 20), 'K\x02r', uint32(1 << 20), '0j', uint32(1 << 20), '.'], 2],
  ]);
  expectErrors([
    ['h\x00.'],
    ['N', Op.MEMOIZE, 'h\x01.'],
    ['q\x00.'],
    ['N(q\x00.'],
    ['Np-1\n.'],
    ['Np0x1\n.'],
    ['g\n.'],
    ['j', uint32(1 << 20), '.'],
  ]);

  test('keeps cycles', async () => {
    const list = await rootOf(']q\x00h\x00a.');
    expect(list).toBeInstanceOf(PyList);
    expect(list instanceof PyList && list.items[0]).toBe(list);
  });

  test('an error says where', async () => {
    const error = await pickleErrorOf(pickleOf('NN0h\x07.'));
    expect([error.code, error.offset, error.detail]).toEqual(['malformed-pickle', 3, 'nothing in the memo at 7']);
  });
});

describe('imports and calls', () => {
  const call = (form: CallForm, callee: Value, args: Value, updates: Partial<PyCall> = {}): PyCall =>
    Object.assign(new PyCall(form, callee, args), updates);
  const reduced = (updates: Partial<PyCall>): PyCall => call(CallForm.Reduce, global('C'), tuple(), updates);
  expectRoots([
    [['cm\nC\n.'], global('C')],
    [['c', Buffer.from('mödul\nC.D\n'), '.'], new PyGlobal('mödul', 'C.D')],
    [[Op.SHORT_BINUNICODE, '\x01m', Op.SHORT_BINUNICODE, '\x01C', Op.STACK_GLOBAL, '.'], global('C')],
    [["S'm'\nU\x01C", Op.STACK_GLOBAL, '.'], global('C')],
    [['cm\nC\n)R.'], reduced({})],
    [['cm\nC\nK\x01', Op.TUPLE1, Op.NEWOBJ, '.'], call(CallForm.NewObj, global('C'), tuple(1))],
    [['cm\nC\n)}', Op.NEWOBJ_EX, '.'], new PyCall(CallForm.NewObjEx, global('C'), tuple(), new PyDict([]))],
    [['(K\x01im\nC\n.'], call(CallForm.Inst, global('C'), tuple(1))],
    [['(cm\nC\nK\x01o.'], call(CallForm.Obj, global('C'), tuple(1))],
    [['(cm\nC\no.'], call(CallForm.Obj, global('C'), tuple())],
    [['cm\nC\n)R(K\x01K\x02eK\x03a.'], reduced({ items: [1, 2, 3] })],
    [['cm\nC\n)R(K\x01K\x02uK\x03K\x04s.'], reduced({ entries: [1, 2, 3, 4] })],
    [['cm\nC\n)R}b.'], reduced({ state: new PyDict([]) })],
    [['cm\nC\n)RNb.'], reduced({ state: null })],
    [['cm\nC\n)R(e(u.'], reduced({})],
    [['Pabc\n.'], new PyPersistent(new PyStr('abc'))],
    [['K\x01Q.'], new PyPersistent(1)],
    [[Op.EXT1, '\x07.'], new PyExtension(7)],
    [[Op.EXT2, '\x00\x01.'], new PyExtension(256)],
    [[Op.EXT4, uint32(65536), '.'], new PyExtension(65536)],
  ]);
  expectErrors([
    ['c\nC\n.'],
    ['cm\n\n.'],
    ['c\xff\nC\n.'],
    ['(o.'],
    ['P\xff\n.'],
    [Op.EXT1, '\x00.'],
    [Op.EXT4, uint32(2 ** 31), '.'],
    ['R.'],
    ['Nb.'],
  ]);

  test('lists every import, call and persistent id in stream order, dropped ones too', async () => {
    const graph = await read(pickleOf('cm\nA\n0cm\nB\n)R0cm\nA\n0K\x01Q0(im\nC\n.'));
    expect(graph.globals.map(({ name }) => name)).toEqual(['A', 'B', 'A', 'C']);
    expect(graph.calls.map(({ callee }) => callee)).toEqual([global('B'), global('C')]);
    expect(graph.persistents).toEqual([new PyPersistent(1)]);
    expect(graph.opcodes[Op.GLOBAL]).toBe(3);
    expect(graph.opcodes[Op.INST]).toBe(1);
  });

  test('an import whose name is no text is listed as unknown', async () => {
    const graph = await read(pickleOf(Op.SHORT_BINUNICODE, '\x02os', 'cm\nf\n)R', Op.STACK_GLOBAL, '.'));
    expect(graph.root).toStrictEqual(new PyGlobal('os', '?'));
    expect(graph.globals).toHaveLength(2);
    expect(graph.lossy).toEqual([{ offset: 11, code: 'unnamed-global' }]);
  });

  test('a nested name as Python 3.13 writes it is told from a call of getattr', async () => {
    const nested = await rootOf('c__builtin__\ngetattr\ncm\nC\nX', uint32(1), 'D', Op.TUPLE2, 'R.');
    const called = await rootOf('c__builtin__\ngetattr\ncm\nC\nX', uint32(1), 'D', Op.TUPLE2, 'q\x00R.');
    expect([nested, called].map((value) => value instanceof PyCall && value.form)).toEqual([
      CallForm.Attribute,
      CallForm.Reduce,
    ]);
  });
});

describe('what the graph cannot hold is noted', () => {
  test.each([
    ['cm\nC\n)R}b}b.', 10, 'built-twice'],
    ['cm\nC\n)R}bK\x01a.', 11, 'appended-late'],
    ['cm\nC\n)RK\x01K\x02sK\x01a.', 14, 'appended-late'],
    ['cm\nC\n)R}bK\x01K\x02s.', 13, 'set-after-build'],
    ['}}bK\x01K\x02s.', 7, 'set-after-build'],
    [')K\x01a.', 3, 'appended-to-no-list'],
    ['cm\nC\nK\x01K\x02s.', 9, 'set-on-no-dict'],
    [']}b.', 2, 'built-no-object'],
    ['](K\x01\x90.', 4, 'added-to-no-set'],
    ['(\x91(K\x01\x90.', 5, 'added-to-no-set'],
    ['N\x98.', 1, 'readonly-no-buffer'],
    ['\x80\x02\x80\x04N.', 2, 'protocol-changes'],
  ])('%j', async (pickle, offset, code) => {
    const graph = await read(pickleOf(pickle));
    expect(graph.lossy).toEqual([{ offset, code }]);
  });

  test('not without end', async () => {
    const graph = await read(pickleOf(')', 'Na'.repeat(1000), '.'));
    expect(graph.lossy).toHaveLength(100);
  });
});

describe('the frame of a pickle', () => {
  test('protocol and end', async () => {
    const graph = await read(pickleOf(Op.PROTO, 5, 'N.', 'rest'));
    expect([graph.protocol, graph.end]).toEqual([5, 4]);
    expect((await read(pickleOf('N.'))).protocol).toBe(0);
  });

  test('protocol 6 and unknown opcodes are errors', async () => {
    expect((await pickleErrorOf(pickleOf(Op.PROTO, 6, 'N.'))).detail).toBe('protocol 6');
    expect(await pickleErrorOf(pickleOf('N\xff.'))).toMatchObject({ offset: 1, detail: 'unknown opcode 0xff' });
  });

  test('the bytes of a FRAME must be there', async () => {
    expect(await rootOf(Op.FRAME, uint64(3n), 'K\x07.')).toBe(7);
    const error = await pickleErrorOf(pickleOf(Op.FRAME, uint64(4n), 'K\x07.'));
    expect([error.code, error.offset]).toEqual(['truncated', 0]);
  });

  test.each<[string, Parts, number | undefined]>([
    ['no frame', ['K\x07.'], undefined],
    ['a whole pickle', [Op.FRAME, uint64(3n), 'K\x07.'], undefined],
    ['frames one after the other', [Op.FRAME, uint64(2n), 'K\x07', Op.FRAME, uint64(1n), '.'], undefined],
    ['an opcode between frames', [Op.FRAME, uint64(2n), 'K\x070', 'N', Op.FRAME, uint64(1n), '.'], undefined],
    ['a frame in a frame', [Op.FRAME, uint64(12n), Op.FRAME, uint64(2n), 'K\x07', '.'], undefined],
    ['an argument outside', [Op.FRAME, uint64(1n), 'K\x07.'], 9],
    ['half a text outside', [Op.FRAME, uint64(6n), 'X', uint32(2), 'ab.'], 9],
    ['half a line outside', [Op.FRAME, uint64(2n), 'I12\n.'], 9],
    ['a frame half outside', [Op.FRAME, uint64(10n), Op.FRAME, uint64(2n), 'N.'], 9],
  ])('opcodes across the end of a FRAME are noted: %s', async (_name, parts, offset) => {
    const { lossy } = await read(pickleOf(...parts));
    expect(lossy.map((note) => note.offset)).toEqual(offset === undefined ? [] : [offset]);
  });

  test('an error comes with what was seen before it', async () => {
    const { partial } = await pickleErrorOf(
      pickleOf(Op.PROTO, 2, 'cos\nsystem\nX', uint32(2), 'ls', Op.TUPLE1, 'R', 255),
    );
    expect(partial.protocol).toBe(2);
    expect(partial.globals).toEqual([new PyGlobal('os', 'system')]);
    expect(partial.calls).toHaveLength(1);
    expect(partial.opcodes[Op.REDUCE]).toBe(1);
  });
});
