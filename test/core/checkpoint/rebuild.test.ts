import { describe, expect, it } from 'vitest';
import type { TensorEntry } from '../../../src/core/checkpoint/checkpoint';
import { PyPersistent, type Value } from '../../../src/core/pickle/values';
import {
  call,
  dict,
  float,
  global,
  ints,
  list,
  listing,
  object,
  open,
  orderedDict,
  parameter,
  str,
  storage,
  tensor,
  tensorsOf,
  tuple,
} from './builders';

const layout = (name: string): Value => call('torch.serialization._get_layout', str(`torch.${name}`));
const noHooks = call('collections.OrderedDict');

async function only(value: Value): Promise<TensorEntry> {
  const checkpoint = await open(dict({ t: value }));
  expect(checkpoint.findings).toEqual([]);
  const [first] = tensorsOf(checkpoint);
  if (first === undefined) {
    throw new Error('no tensor was listed');
  }
  return first;
}

const fromType = (type: string, inner: Value, args: Value, state: Value): Value =>
  call('torch._tensor._rebuild_from_type_v2', inner, global(type), args, state);

const v2 = global('torch._utils._rebuild_tensor_v2');
const v2Arguments = tuple(storage('0'), 0, ints(2, 3), ints(3, 1), true, noHooks);

describe('rebuild functions', () => {
  it.each<[string, Value, Partial<TensorEntry>]>([
    [
      '_rebuild_tensor, without requires_grad',
      call('torch._utils._rebuild_tensor', storage('0'), 1, ints(2), ints(2)),
      { shape: [2], stride: [2], offset: 1, requiresGrad: false, bytes: 8 },
    ],
    [
      '_rebuild_tensor_v2 with bits beside the numbers',
      call(
        'torch._utils._rebuild_tensor_v2',
        storage('0', { type: 'torch.ComplexFloatStorage', elements: 3 }),
        0,
        ints(3),
        ints(1),
        false,
        noHooks,
        dict({ conj: true }),
      ),
      { dtype: 'complex64', notes: ['conj'] },
    ],
    [
      '_rebuild_tensor_v3: its offset is in elements of the dtype',
      call(
        'torch._utils._rebuild_tensor_v3',
        storage('0', { type: 'torch.storage.UntypedStorage', elements: 24 }),
        4,
        ints(4),
        ints(1),
        false,
        noHooks,
        global('torch.uint16'),
      ),
      { dtype: 'uint16', offset: 4, bytes: 8 },
    ],
    ['_rebuild_parameter', parameter('0'), { role: 'parameter', requiresGrad: true, shape: [2, 3] }],
    [
      '_rebuild_qtensor per tensor',
      call(
        'torch._utils._rebuild_qtensor',
        storage('0', { type: 'torch.QInt8Storage', elements: 24 }),
        0,
        ints(4, 6),
        ints(6, 1),
        tuple(global('torch.per_tensor_affine'), float(0.5), 10),
        false,
        noHooks,
      ),
      { dtype: 'qint8', notes: ['quantized', 'per_tensor_affine'], layout: 'strided', bytes: 24 },
    ],
    [
      '_rebuild_sparse_tensor coo',
      call(
        'torch._utils._rebuild_sparse_tensor',
        layout('sparse_coo'),
        tuple(
          tensor('1', { type: 'torch.LongStorage', shape: [1, 3] }),
          tensor('0', { shape: [3], elements: 6 }),
          ints(100),
          true,
        ),
      ),
      { shape: [100], layout: 'sparse_coo', stride: null, offset: null, bytes: 36 },
    ],
    [
      '_rebuild_sparse_tensor csr',
      call(
        'torch._utils._rebuild_sparse_tensor',
        layout('sparse_csr'),
        tuple(
          tensor('1', { type: 'torch.LongStorage', shape: [3] }),
          tensor('2', { type: 'torch.LongStorage', shape: [3] }),
          tensor('0', { shape: [3], elements: 6 }),
          call('torch.Size', ints(2, 3)),
        ),
      ),
      { shape: [2, 3], layout: 'sparse_csr', dtype: 'float32', bytes: 60 },
    ],
    [
      '_rebuild_meta_tensor_no_storage',
      call('torch._utils._rebuild_meta_tensor_no_storage', global('torch.half'), ints(5, 2), ints(2, 1), true),
      { dtype: 'float16', device: 'meta', storage: null, stride: [2, 1], bytes: 0, requiresGrad: true },
    ],
    [
      '_rebuild_device_tensor_from_cpu_tensor',
      call(
        'torch._utils._rebuild_device_tensor_from_cpu_tensor',
        tensor('0'),
        global('torch.float32'),
        str('xla:1'),
        false,
      ),
      { device: 'xla:1', shape: [2, 3] },
    ],
    [
      '_rebuild_xla_tensor, from a numpy array',
      call('torch._utils._rebuild_xla_tensor', numpyArray(), global('torch.float32'), str('xla:0'), false),
      { device: 'xla:0', shape: [2], storage: null, bytes: 8 },
    ],
    [
      '_rebuild_wrapper_subclass',
      call(
        'torch._utils._rebuild_wrapper_subclass',
        global('pkg.Wrapper'),
        global('torch.float32'),
        ints(4),
        ints(1),
        0,
        layout('strided'),
        call('torch.device', str('cuda'), 1),
        false,
      ),
      { device: 'cuda:1', storage: null, notes: ['pkg.Wrapper'], stride: [1], offset: 0 },
    ],
    [
      '_rebuild_from_type_v2 of a subclass',
      fromType('pkg.MyTensor', v2, v2Arguments, null),
      { notes: ['pkg.MyTensor'], requiresGrad: true },
    ],
    [
      '_rebuild_from_type_v2 of nn.Buffer',
      fromType('torch.nn.parameter.Buffer', v2, v2Arguments, dict({ persistent: true, _is_buffer: true })),
      { role: 'buffer', notes: [] },
    ],
    [
      '_rebuild_from_type, before torch.tensor moved',
      call('torch.tensor._rebuild_from_type', v2, global('pkg.MyTensor'), v2Arguments, dict({})),
      { notes: ['pkg.MyTensor'] },
    ],
    [
      'a FloatTensor of torch 0.1',
      object('torch.FloatTensor', tuple(storage('0'), 2, ints(2, 2), ints(2, 1))),
      { dtype: 'float32', offset: 2, shape: [2, 2] },
    ],
    [
      'a FloatTensor of torch 0.1, empty',
      object('torch.cuda.FloatTensor'),
      { dtype: 'float32', shape: [0], storage: null },
    ],
    [
      'a Parameter of torch 0.3',
      object('torch.nn.parameter.Parameter', tuple(false, false, noHooks), tensor('0')),
      { role: 'parameter', requiresGrad: false },
    ],
    [
      'a Parameter of torch 0.1, by the state of a Variable',
      object('torch.nn.parameter.Parameter', tuple(tensor('0'), null, noHooks, true, false)),
      { role: 'parameter', requiresGrad: true, shape: [2, 3] },
    ],
    [
      'an UninitializedParameter',
      call('torch.nn.parameter.UninitializedParameter', true),
      { role: 'parameter', notes: ['uninitialized'], storage: null },
    ],
  ])('%s', async (_, value, expected) => {
    expect(await only(value)).toMatchObject(expected);
  });

  it('names the ragged size of a jagged tensor, one for each tensor of offsets', async () => {
    const offsets = tensor('1', { type: 'torch.LongStorage', shape: [3] });
    const jagged = (of: Value): Value =>
      call(
        'torch.nested._internal.nested_tensor._rebuild_njt',
        dict({
          values: tensor('0', { shape: [3, 2] }),
          offsets: of,
          lengths: null,
          _ragged_idx: 1,
          requires_grad: false,
        }),
      );
    const checkpoint = await open(
      dict({
        a: jagged(offsets),
        b: jagged(offsets),
        c: jagged(tensor('2', { type: 'torch.LongStorage', shape: [3] })),
      }),
    );
    expect(tensorsOf(checkpoint)).toMatchObject([
      { shape: [2, -1, 2], ragged: 'j0', layout: 'jagged' },
      { shape: [2, -1, 2], ragged: 'j0' },
      { shape: [2, -1, 2], ragged: 'j1' },
    ]);
    // All three show the same buffer.
    expect(checkpoint.summary.parameters).toBe(6);
  });

  it('lists what a tensor has beside its numbers below it, and does not count it twice', async () => {
    const wrapper = fromType(
      'torch.distributed.tensor.DTensor',
      global('torch._utils._rebuild_wrapper_subclass'),
      tuple(
        global('torch.distributed.tensor.DTensor'),
        global('torch.float32'),
        ints(2, 3),
        ints(3, 1),
        0,
        layout('strided'),
        call('torch.device', str('cpu')),
        false,
      ),
      dict({ _local_tensor: tensor('0'), note: str('x') }),
    );
    const checkpoint = await open(orderedDict({ d: wrapper }));
    expect(listing(checkpoint.entries)).toEqual([
      'd [2,3] float32',
      'd.._local_tensor [2,3] float32',
      "d..note str 'x'",
    ]);
    expect(checkpoint.kind).toBe('state-dict');
    expect(checkpoint.summary.parameters).toBe(6);
  });

  it('lists attributes of a parameter', async () => {
    const withState = call(
      'torch._utils._rebuild_parameter_with_state',
      tensor('0'),
      true,
      noHooks,
      dict({ tag: list(1) }),
    );
    const checkpoint = await open(dict({ p: withState }));
    expect(listing(checkpoint.entries)).toEqual(['p [2,3] float32', 'p..tag.0 int 1']);
  });

  it('takes a view of a legacy storage as a storage of its own', async () => {
    const root = storage('0');
    const view = new PyPersistent(
      tuple(str('storage'), global('torch.FloatStorage'), str('0'), str('cpu'), 6, tuple(str('v'), 2, 3)),
    );
    const viewed = call('torch._utils._rebuild_tensor_v2', view, 0, ints(3), ints(1), false, noHooks);
    const whole = call('torch._utils._rebuild_tensor_v2', root, 0, ints(6), ints(1), false, noHooks);
    const [part, all] = tensorsOf(await open(dict({ viewed, whole })));
    expect(part?.storage).toMatchObject({ key: 'v', bytes: 12, record: { size: 12 } });
    expect((part?.storage?.position ?? 0) - (all?.storage?.position ?? 0)).toBe(8);
  });
});

function numpyArray(): Value {
  const array = call('numpy.core.multiarray._reconstruct', global('numpy.ndarray'), ints(0), str('b'));
  const dtype = call('numpy.dtype', str('f4'), false, true);
  array.state = tuple(1, ints(2), dtype, false, str('\0\0\0\0\0\0\0\0'));
  return array;
}
