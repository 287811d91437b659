import { describe, expect, it } from 'vitest';
import { CallForm, PyByteString, PyBytes, PyCall, PySet, type Value } from '../../../src/core/pickle/values';
import { call, dict, float, global, ints, list, listing, object, open, str, tensor, tuple } from './builders';
import { openGraph } from './graphs';

async function shown(value: Value): Promise<string[]> {
  const checkpoint = await open(dict({ x: value }), { 0: 24 });
  return listing(checkpoint.entries);
}

const latin1 = (text: string): Value => call('_codecs.encode', str(text), str('latin1'));

function dtype(code: string, order = '<'): PyCall {
  const made = call('numpy.dtype', str(code), false, true);
  made.state = tuple(3, str(order), null, null, null, -1, -1, 0);
  return made;
}

function array(code: string, shape: Value, content: Value): PyCall {
  const made = call('numpy._core.multiarray._reconstruct', global('numpy.ndarray'), ints(0), latin1('b'));
  made.state = tuple(1, shape, dtype(code), false, content);
  return made;
}

const counter = call('collections.Counter', dict({ a: 2 }));
const defaultDict = call('collections.defaultdict', global('builtins.list'));
defaultDict.entries = [str('k'), list(1)];
const deque = call('collections.deque', tuple(), 5);
deque.items = [1, 2];
const uuid = object('uuid.UUID', dict({ int: 0x12345678_9abc_def0_1234_56789abcdef0n }));

describe('values beside tensors, as Python shows them', () => {
  it.each<[string, Value, string[]]>([
    ['None', null, ['x NoneType None']],
    ['bool', true, ['x bool True']],
    ['int', -5, ['x int -5']],
    ['huge int', 2n ** 70n, ['x int 1180591620717411303424']],
    ['float', float(1e-5), ['x float 1e-05']],
    ['str', str("it's"), ['x str "it\'s"']],
    ['bytes', latin1('a\xff'), ["x bytes b'a\\xff'"]],
    ['empty bytes', call('builtins.bytes'), ["x bytes b''"]],
    ['bytearray', call('builtins.bytearray', latin1('xy')), ["x bytearray bytearray(b'xy')"]],
    ['set', call('builtins.set', list(1, 2)), ['x.0 int 1', 'x.1 int 2']],
    ['frozenset, empty', call('builtins.frozenset', list()), ['x frozenset frozenset()']],
    ['complex', call('builtins.complex', float(1), float(-2.5)), ['x complex (1-2.5j)']],
    ['imaginary', call('builtins.complex', float(0), float(2)), ['x complex 2j']],
    ['range', call('builtins.range', 0, 3, 1), ['x range range(0, 3, 1)']],
    ['slice', call('builtins.slice', 1, null, null), ['x slice slice(1, None, None)']],
    ['Counter', counter, ['x.a int 2']],
    ['defaultdict', defaultDict, ['x.k.0 int 1']],
    [
      'defaultdict, empty',
      call('collections.defaultdict', global('builtins.list')),
      ['x collections.defaultdict defaultdict(list, {})'],
    ],
    ['deque', deque, ['x.0 int 1', 'x.1 int 2']],
    [
      'OrderedDict of pairs, as Python 2 wrote it',
      call('collections.OrderedDict', list(list(str('a'), 1))),
      ['x.a int 1'],
    ],
    ['OrderedDict, empty', call('collections.OrderedDict'), ['x collections.OrderedDict OrderedDict()']],
    ['torch.Size', call('torch.Size', ints(2, 3)), ['x torch.Size torch.Size([2, 3])']],
    ['device', call('torch.device', str('cuda'), 1), ["x torch.device device(type='cuda', index=1)"]],
    ['dtype by another name', global('torch.half'), ['x torch.dtype torch.float16']],
    ['layout', call('torch.serialization._get_layout', str('torch.sparse_coo')), ['x torch.layout torch.sparse_coo']],
    ['qscheme', global('torch.per_channel_affine'), ['x torch.qscheme torch.per_channel_affine']],
    [
      'memory format',
      call('builtins.getattr', global('torch._utils.torch'), str('channels_last')),
      ['x torch.memory_format torch.channels_last'],
    ],
    ['class', global('pkg.mod.Net'), ['x global pkg.mod.Net']],
    ['builtin function', global('builtins.len'), ['x global len']],
    ['enum', call('pkg.Color', 3), ['x pkg.Color pkg.Color(3)']],
    ['enum by name', call('builtins.getattr', global('pkg.Color'), str('RED')), ['x global pkg.Color.RED']],
    [
      'path',
      call('pathlib.PosixPath', str('/'), str('data'), str('a b')),
      ["x pathlib.PosixPath PosixPath('/data/a b')"],
    ],
    [
      'Windows path',
      call('pathlib.WindowsPath', str('C:\\'), str('data')),
      ["x pathlib.WindowsPath WindowsPath('C:/data')"],
    ],
    ['date', call('datetime.date', latin1('\x07\xe4\x02\x1d')), ['x datetime.date datetime.date(2020, 2, 29)']],
    [
      'datetime',
      call('datetime.datetime', latin1('\x07\xe4\x01\x01\x0c\x1e\x05\x00\x00\x07')),
      ['x datetime.datetime datetime.datetime(2020, 1, 1, 12, 30, 5, 7)'],
    ],
    [
      'timedelta',
      call('datetime.timedelta', 1, 30, 0),
      ['x datetime.timedelta datetime.timedelta(days=1, seconds=30)'],
    ],
    ['Decimal', call('decimal.Decimal', str('1.10')), ["x decimal.Decimal Decimal('1.10')"]],
    ['UUID', uuid, ["x uuid.UUID UUID('12345678-9abc-def0-1234-56789abcdef0')"]],
    [
      'numpy float32',
      call('numpy.core.multiarray.scalar', dtype('f4'), latin1('\xcd\xcc\xcc\x3d')),
      ['x numpy.float32 np.float32(0.1)'],
    ],
    [
      'numpy int64, big-endian',
      call('numpy._core.multiarray.scalar', dtype('i8', '>'), latin1('\0\0\0\0\0\0\x01\x02')),
      ['x numpy.int64 np.int64(258)'],
    ],
    [
      'numpy float16',
      call('numpy._core.multiarray.scalar', dtype('f2'), latin1('\x00\x3e')),
      ['x numpy.float16 np.float16(1.5)'],
    ],
    ['numpy bool', call('numpy._core.multiarray.scalar', dtype('b1', '|'), latin1('\x01')), ['x numpy.bool np.True_']],
    ['numpy dtype', dtype('f8'), ["x numpy.dtype dtype('float64')"]],
    ['numpy array', array('i4', ints(2, 3), latin1('\0')), ['x numpy.ndarray ndarray(shape=(2, 3), dtype=int32)']],
    ['numpy array of objects', array('O8', ints(2), list(1, tensor('0'))), ['x.0 int 1', 'x.1 [2,3] float32']],
    ['empty object', object('pkg.Empty'), ['x pkg.Empty pkg.Empty()']],
  ])('%s', async (_, value, expected) => {
    expect(await shown(value)).toEqual(expected);
  });

  it('cuts texts to 200 signs', async () => {
    const [text] = (await open(dict({ x: str('a'.repeat(5_000)) }))).entries;
    const repr = text?.kind === 'value' ? text.repr : '';
    expect(repr).toBe(`'${'a'.repeat(198)}…`);
  });

  it('never cuts a character in two', async () => {
    const [text] = (await open(dict({ x: str(`${'a'.repeat(197)}😀😀`) }))).entries;
    expect(text?.kind === 'value' ? text.repr : '').toBe(`'${'a'.repeat(197)}…`);
  });

  it('reads how a text that stayed in the file begins', async () => {
    const long = 'é'.repeat(60_000);
    const [text, bytes] = (await open(dict({ x: str(long), y: latin1(long) }))).entries;
    expect(text).toMatchObject({ type: 'str', repr: `'${'é'.repeat(198)}…` });
    expect(bytes).toMatchObject({ type: 'bytes', repr: `b'${'\\xe9'.repeat(49)}\\…` });
  });
});

describe('forms that only other protocols and Python 2 have', () => {
  const byHelper = (name: string, state: Value, ...args: readonly Value[]): PyCall => {
    const made = call(name, ...args);
    made.state = state;
    return made;
  };

  it('names objects of protocols 0 and 1 by their class', async () => {
    const made = byHelper(
      'copyreg._reconstructor',
      dict({ lr: 1 }),
      global('argparse.Namespace'),
      global('builtins.object'),
      null,
    );
    const checkpoint = await open(dict({ x: made }));
    expect(listing(checkpoint.entries)).toEqual(['x..lr int 1']);
    expect(checkpoint.branches[1]?.type).toBe('argparse.Namespace');
  });

  it('lists keyword arguments of __new__', async () => {
    const made = new PyCall(CallForm.NewObjEx, global('pkg.K'), tuple(1), dict({ flag: true }));
    expect(listing((await openGraph(dict({ x: made }))).entries)).toEqual(['x.(0) int 1', 'x.(flag) bool True']);
  });

  it('takes sets, bytes and byte strings', async () => {
    const root = dict([
      [str('s'), new PySet('set', [1])],
      [str('b'), new PyBytes('bytes', Buffer.from('ab'))],
      [str('a'), new PyBytes('bytearray', Buffer.from('ab'))],
      [str('utf8'), new PyByteString(Buffer.from('é'))],
      [str('raw'), new PyByteString(Buffer.from([0xe9]))],
      [new PyByteString(Buffer.from([0xe9])), 1],
    ]);
    expect(listing((await openGraph(root)).entries)).toEqual([
      's.0 int 1',
      "b bytes b'ab'",
      "a bytearray bytearray(b'ab')",
      "utf8 str 'é'",
      "raw bytes b'\\xe9'",
      'é int 1',
    ]);
  });
});
