import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../../src/core/bytes/memorySource';
import { openCheckpoint } from '../../../src/core/checkpoint/open';
import { parseClasses } from '../../../src/core/checkpoint/torchScript';
import { PyCall, PyPersistent, type Value } from '../../../src/core/pickle/values';
import { writePickle } from '../../../src/core/pickle/writer';
import { corpusFolder } from '../../support/corpus';
import { storedZip } from '../../support/storedZip';
import { tar01 } from '../../support/tar01';
import {
  call,
  dict,
  global,
  ints,
  list,
  listing,
  object,
  open,
  orderedDict,
  parameter,
  str,
  tensor,
  tensorsOf,
  tuple,
} from './builders';

type Parts = Readonly<Record<string, Value>>;

function module(
  type: string,
  parts: { parameters?: Parts; buffers?: Parts; modules?: Parts; transient?: readonly string[]; attributes?: Parts },
): PyCall {
  return object(
    type,
    dict({
      training: true,
      _parameters: dict(parts.parameters ?? {}),
      _buffers: orderedDict(parts.buffers ?? {}),
      _non_persistent_buffers_set: call('builtins.set', list(...(parts.transient ?? []).map(str))),
      _backward_hooks: orderedDict({}),
      _is_full_backward_hook: null,
      _modules: orderedDict(parts.modules ?? {}),
      ...parts.attributes,
    }),
  );
}

const linear = (weight: string, bias: string): PyCall =>
  module('torch.nn.modules.linear.Linear', {
    parameters: { weight: parameter(weight), bias: parameter(bias, { shape: [2] }) },
    attributes: { in_features: 3 },
  });

describe('a pickled module', () => {
  it('lists what state_dict() would name, each name one element, and attributes that are not empty', async () => {
    const net = module('__main__.Net', {
      parameters: { scale: parameter('2', { shape: [6] }), absent: null },
      buffers: { mean: tensor('1'), scratch: tensor('1') },
      transient: ['scratch'],
      modules: {
        body: module('torch.nn.modules.container.Sequential', { modules: { 0: linear('0', '1') } }),
        none: null,
      },
      attributes: { classes: list(str('cat')), empty: list(), helper: tensor('0') },
    });
    const checkpoint = await open(dict({ model: net, epoch: 1 }));
    expect(listing(checkpoint.entries)).toEqual([
      'model.scale [6] float32',
      'model.mean [2,3] float32',
      'model..scratch [2,3] float32',
      'model..training bool True',
      "model.._non_persistent_buffers_set.0 str 'scratch'",
      "model..classes.0 str 'cat'",
      'model..helper [2,3] float32',
      'model.body..training bool True',
      'model.body.0.weight [2,3] float32',
      'model.body.0.bias [2] float32',
      'model.body.0..training bool True',
      'model.body.0..in_features int 3',
      'epoch int 1',
    ]);
    expect(tensorsOf(checkpoint).map(({ path, role }) => [path, role])).toEqual([
      [['model', 'scale'], 'parameter'],
      [['model', 'mean'], 'buffer'],
      [['model', '.scratch'], 'attribute'],
      [['model', '.helper'], 'attribute'],
      [['model', 'body.0.weight'], 'parameter'],
      [['model', 'body.0.bias'], 'parameter'],
    ]);
    expect(checkpoint.branches.filter(({ role }) => role === 'module').map(({ path, type }) => [path, type])).toEqual([
      [['model'], '__main__.Net'],
      [['model', 'body'], 'torch.nn.modules.container.Sequential'],
      [['model', 'body.0'], 'torch.nn.modules.linear.Linear'],
    ]);
    expect(checkpoint.kind).toBe('training-checkpoint');
  });

  it('does not list again what an LSTM keeps of its own parameters in a list', async () => {
    const [weight, bias] = [parameter('0'), parameter('1', { shape: [2] })];
    const other = parameter('2', { shape: [6] });
    const lstm = module('torch.nn.modules.rnn.LSTM', {
      parameters: { weight_ih_l0: weight, bias_ih_l0: bias },
      attributes: { _flat_weights: list(weight, bias), last: bias, mixed: list(weight, other) },
    });
    const listed = listing((await open(module('pkg.Net', { modules: { lstm } }))).entries);
    expect(listed.filter((line) => !line.includes('training'))).toEqual([
      'lstm.weight_ih_l0 [2,3] float32',
      'lstm.bias_ih_l0 [2] float32',
      'lstm..mixed.0 [2,3] float32',
      'lstm..mixed.1 [6] float32',
    ]);
  });

  it('at the root makes the file a module', async () => {
    const checkpoint = await open(linear('0', '1'));
    expect(checkpoint.kind).toBe('module');
    expect(tensorsOf(checkpoint).map(({ path }) => path)).toEqual([['weight'], ['bias']]);
  });

  it('of a legacy file names its class by a persistent id', async () => {
    const className = new PyPersistent(
      tuple(str('module'), global('__main__.Net'), str('net.py'), str('class Net: pass')),
    );
    const net = linear('0', '1');
    const legacy = new PyCall(net.form, className, net.args);
    legacy.state = net.state;
    const checkpoint = await open(legacy);
    expect(checkpoint.branches[0]).toMatchObject({ type: '__main__.Net', role: 'module' });
  });

  it('of fx keeps its dict as an argument', async () => {
    const net = linear('0', '1');
    const graph = call('torch.fx.graph_module.reduce_graph_module', net.state ?? null, str('import torch'));
    const checkpoint = await open(graph);
    expect(tensorsOf(checkpoint).map(({ path, role }) => [path, role])).toEqual([
      [['weight'], 'parameter'],
      [['bias'], 'parameter'],
    ]);
  });

  it('that holds itself is followed once', async () => {
    const inner = module('pkg.Loop', { parameters: { w: parameter('0') } });
    const parts = dict({ _parameters: dict({}), _buffers: dict({}), _modules: dict({ again: inner }) });
    inner.state = dict({
      _parameters: dict({ w: parameter('0') }),
      _buffers: dict({}),
      _modules: dict({ self: inner }),
    });
    const checkpoint = await open(object('pkg.Outer', parts));
    expect(tensorsOf(checkpoint).map(({ path }) => path)).toEqual([['again.w']]);
  });
});

describe('TorchScript', () => {
  const code = [
    'class Tiny(Module):',
    '  __parameters__ = ["w", ]',
    '  __buffers__ = ["k", ]',
    '  w : Tensor',
    'class Pair(NamedTuple):',
    '  a : int',
    '',
  ].join('\n');

  it('says which of its tensors are parameters and buffers in its code', () => {
    const classes = parseClasses(code);
    expect([...classes.keys()]).toEqual(['Tiny', 'Pair']);
    expect(classes.get('Tiny')).toEqual({ isModule: true, parameters: new Set(['w']), buffers: new Set(['k']) });
    expect(classes.get('Pair')?.isModule).toBe(false);
  });

  async function script(root: Value, codeRecord: { content: Uint8Array; method?: number; size?: number }) {
    const file = storedZip([
      { name: 'net/data.pkl', content: writePickle(root) },
      { name: 'net/data/0', content: new Uint8Array(24) },
      { name: 'net/constants/0', content: new Uint8Array(24) },
      { name: 'net/code/__torch__.py', ...codeRecord },
      { name: 'net/constants.pkl', content: writePickle(tuple(tensor('0'))) },
      { name: 'net/version', content: Buffer.from('3\n') },
    ]);
    return openCheckpoint(memorySource(file));
  }

  const tiny = object('__torch__.Tiny', dict({ training: false, w: tensor('0'), k: tensor('0'), other: tensor('0') }));

  it('lists state by role, constants of their own storages, and code as records', async () => {
    const packed = { content: deflateRawSync(code), method: 8, size: code.length };
    const checkpoint = await script(tiny, packed);
    expect(checkpoint.kind).toBe('module');
    expect(tensorsOf(checkpoint).map(({ path, role, storage }) => [path, role, storage?.section])).toEqual([
      [['w'], 'parameter', 'data.pkl'],
      [['k'], 'buffer', 'data.pkl'],
      [['.other'], 'attribute', 'data.pkl'],
      [['.constants', 0], 'constant', 'constants.pkl'],
    ]);
    expect(checkpoint.storages).toHaveLength(2);
    expect(listing(checkpoint.entries)).toContain(`code/__torch__.py record ${String(code.length)} bytes`);
  });

  it('lists everything as attributes, with a finding, where the code cannot be read', async () => {
    const checkpoint = await script(tiny, { content: Buffer.from('not deflate'), method: 8, size: 200 });
    expect(checkpoint.findings.map(({ code: found }) => found)).toContain('code-unreadable');
    expect(tensorsOf(checkpoint).map(({ path }) => path[0])).toEqual(['.w', '.k', '.other', '.constants']);
  });
});

describe('other containers', () => {
  it('lists the tensors of safetensors by its header, without devices', async () => {
    const header = Buffer.from(
      JSON.stringify({
        __metadata__: { format: 'pt' },
        'a.weight': { dtype: 'F32', shape: [2, 1], data_offsets: [0, 8] },
      }),
    );
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    const file = Buffer.concat([length, header, new Uint8Array(8)]);
    const checkpoint = await openCheckpoint(memorySource(file), { fileName: 'm.safetensors' });
    expect(checkpoint.kind).toBe('state-dict');
    expect(checkpoint.entries).toMatchObject([
      { path: ['a.weight'], shape: [2, 1], device: null, stride: [1, 1], storage: { position: 8 + header.length } },
      { path: ['.metadata', 'format'], type: 'str', repr: "'pt'" },
    ]);
    expect(checkpoint.summary.devices.size).toBe(0);
  });

  it('takes shapes, strides and devices of a tar of torch 0.1 from its tables', async () => {
    const checkpoint = await openCheckpoint(memorySource(tar01()), { fileName: 'old.t7' });
    expect(checkpoint.kind).toBe('state-dict');
    const [weight, bias] = tensorsOf(checkpoint);
    expect(weight).toMatchObject({
      path: ['weight'],
      shape: [2, 3],
      stride: [3, 1],
      dtype: 'float32',
      device: 'cuda:1',
    });
    expect(bias).toMatchObject({ path: ['bias'], shape: [2], device: 'cuda:1', storage: { key: '2', bytes: 8 } });
    expect((bias?.storage?.position ?? 0) - (weight?.storage?.position ?? 0)).toBe(16);
    const last = new Uint8Array(4);
    await checkpoint.source.read((bias?.storage?.position ?? 0) + 4, last);
    expect(new Float32Array(last.buffer)[0]).toBe(5);
    expect(checkpoint.findings).toEqual([]);
  });

  it('finds the numbers of an array in an npz behind its header, and its order of dimensions', async () => {
    const header = "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }".padEnd(117) + '\n';
    const numbers = Float32Array.of(1, 2, 3, 4, 5, 6);
    const npy = Buffer.concat([
      Buffer.from('\x93NUMPY\x01\0', 'latin1'),
      Buffer.from(Uint16Array.of(header.length).buffer),
      Buffer.from(header),
      Buffer.from(numbers.buffer),
    ]);
    const checkpoint = await openCheckpoint(memorySource(storedZip([{ name: 'w.npy', content: npy }])));
    const [entry] = tensorsOf(checkpoint);
    expect(entry).toMatchObject({ path: ['w'], shape: [2, 3], stride: [1, 2], device: null, bytes: 24 });
    const first = new Uint8Array(4);
    await checkpoint.source.read(entry?.storage?.position ?? 0, first);
    expect(new Float32Array(first.buffer)[0]).toBe(1);
  });

  it('finds tensors of a plain pickle in the legacy files inside it, and names their imports', async () => {
    const file = memorySource(readFileSync(join(corpusFolder, 'torch-2.14.1/plain_p4.pkl')));
    const checkpoint = await openCheckpoint(file);
    const [entry] = tensorsOf(checkpoint);
    expect(entry).toMatchObject({ path: ['t'], dtype: 'float32', device: 'cpu', storage: { bytes: 8 } });
    const { container, record } = entry?.storage ?? {};
    if (container === undefined || record === null || record === undefined) {
      throw new Error('the nested storage has no record');
    }
    const bytes = await container.readRecord(record, 64);
    expect(new Float32Array(bytes.slice().buffer)).toHaveLength(2);
    expect(checkpoint.imports.map(({ name }) => name)).toContain('torch.FloatStorage');
  });

  it('says so where a nested legacy file cannot be read', async () => {
    const broken = call('torch.storage._load_from_bytes', call('_codecs.encode', str('no checkpoint'), str('latin1')));
    const bad = call('torch._utils._rebuild_tensor_v2', broken, 0, ints(1), ints(1), false);
    const checkpoint = await openCheckpoint(memorySource(writePickle(dict({ bad, n: 1 }))), { fileName: 'x.pkl' });
    expect(checkpoint.findings.map(({ code }) => code)).toEqual(['nested-unreadable', 'tensor-unreadable']);
    expect(listing(checkpoint.entries)).toContain('n int 1');
  });
});
