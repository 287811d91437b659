import { describe, expect, test } from 'vitest';
import { apply } from '../../../src/core/edit/apply';
import { parseMapLocation, writeMapLocation, type MapLocation } from '../../../src/core/edit/mapLocation';
import type { DeviceTarget, Operation } from '../../../src/core/edit/operations';
import { PyPersistent, PyStr, PyTuple, type Value } from '../../../src/core/pickle/values';
import { call, dict, global, orderedDict, storage, str, tensor, tuple } from '../checkpoint/builders';
import { keys, refusal, stateOf, tensors } from './support';

const all = (device: string): Operation => ({ kind: 'remapDevices', to: { kind: 'all', device } });
const map = (entries: Readonly<Record<string, string>>): Operation => ({
  kind: 'remapDevices',
  to: { kind: 'map', map: entries },
});

const model = (): Value =>
  dict({ a: tensor('0', { device: 'cuda:1' }), b: tensor('1', { device: 'cuda:0' }), c: tensor('2') });

describe('remap', () => {
  test('a string sends every storage there, those of the CPU too', async () => {
    expect(tensors(apply(await stateOf(model()), all('cuda:0')))).toEqual([
      'a float32 cuda:0 0+0 [2,3]',
      'b float32 cuda:0 1+0 [2,3]',
      'c float32 cuda:0 2+0 [2,3]',
    ]);
  });

  test('a dict maps exact tags at once: a swap works, cuda is not cuda:1', async () => {
    const state = await stateOf(model());
    expect(
      tensors(apply(state, map({ 'cuda:1': 'cuda:0', 'cuda:0': 'cuda:1', cuda: 'cpu' }))).map(
        (text) => text.split(' ')[2],
      ),
    ).toEqual(['cuda:0', 'cuda:1', 'cpu']);
    expect(refusal(state, map({ cuda: 'cpu' }))).toMatchObject({ code: 'edit-no-match', reason: 'no-device-matches' });
  });

  test('each storage gets a text of its own, never that of a user', async () => {
    const shared = str('cuda:1');
    const pid = new PyPersistent(tuple(str('storage'), global('torch.FloatStorage'), str('0'), shared, 6));
    const view = call('torch._utils._rebuild_tensor_v2', pid, 0, tuple(6), tuple(1), false, orderedDict({}));
    const state = await stateOf(dict({ w: view, device: shared }));
    const after = apply(state, all('cpu'));
    expect(keys(after)).toEqual(['w', "device = 'cuda:1'"]);
    expect(tensors(after)).toEqual(['w float32 cpu 0+0 [6]']);
  });

  test('devices among values and arguments follow, texts do not', async () => {
    const numpyDtype = call('numpy.dtype', str('f4'), false, true);
    const array = call('numpy._core.multiarray._reconstruct', global('numpy.ndarray'), tuple(0), str('b'));
    array.state = tuple(1, tuple(2), numpyDtype, false, str('xxxxxxxx'));
    const state = await stateOf(
      dict({
        device: call('torch.device', str('cuda'), 1),
        text: str('cuda:1'),
        xla: call(
          'torch._utils._rebuild_device_tensor_from_numpy',
          array,
          global('torch.float32'),
          str('cuda:1'),
          false,
        ),
        w: tensor('0', { device: 'cuda:1' }),
      }),
    );
    const after = apply(state, map({ 'cuda:1': 'cpu' }));
    expect(keys(after)).toEqual(["device = device(type='cpu')", "text = 'cuda:1'", 'xla', 'w']);
    expect(tensors(after).map((line) => line.split(' ')[2])).toEqual(['cpu', 'cpu']);
    expect(keys(apply(after, map({ cpu: 'cuda:3' })))[0]).toBe("device = device(type='cuda', index=3)");
  });

  test('a selection moves whole storages and nothing else', async () => {
    const state = await stateOf(
      dict({
        a: tensor('0', { device: 'cuda:1' }),
        tied: tensor('0', { device: 'cuda:1' }),
        b: tensor('1', { device: 'cuda:1' }),
        device: call('torch.device', str('cuda'), 1),
      }),
    );
    const after = apply(state, {
      kind: 'remapDevices',
      to: { kind: 'all', device: 'cpu' },
      selection: { paths: [['a']] },
    });
    expect(tensors(after).map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
      'a float32 cpu',
      'tied float32 cpu',
      'b float32 cuda:1',
    ]);
    expect(keys(after)[3]).toBe("device = device(type='cuda', index=1)");
  });

  test('devices that torch would refuse, and meta, are refused before anything changes', async () => {
    const state = await stateOf(model());
    expect(refusal(state, all('gpu:0'))).toMatchObject({ code: 'edit-invalid', reason: 'bad-device' });
    expect(refusal(state, all('cuda:-1'))).toMatchObject({ reason: 'bad-device' });
    expect(refusal(state, map({ 'cuda:1': 'cuda:01' }))).toMatchObject({ reason: 'bad-device' });
    expect(refusal(state, all('meta'))).toMatchObject({ code: 'edit-unsupported', reason: 'device-not-storable' });
  });

  test('the first id of a storage decides, all of them are moved', async () => {
    const pids = [storage('0', { device: 'cuda:0' }), storage('0', { device: 'cuda:1' })];
    const views = pids.map((pid) =>
      call('torch._utils._rebuild_tensor_v2', pid, 0, tuple(6), tuple(1), false, orderedDict({})),
    );
    const after = apply(await stateOf(dict({ a: views[0] ?? null, b: views[1] ?? null })), all('cpu'));
    const tags = after.checkpoint.container.sections[0]?.graph.persistents.map(({ id }) =>
      id instanceof PyTuple && id.items[3] instanceof PyStr ? id.items[3] : null,
    );
    expect(tags?.map((tag) => tag?.value)).toEqual(['cpu', 'cpu']);
    expect(tags?.[0]).not.toBe(tags?.[1]);
  });
});

describe('map_location as pasted', () => {
  const cpu: DeviceTarget = { kind: 'all', device: 'cpu' };
  test.each<[string, MapLocation]>([
    ['torch.device("cpu")', { form: 'device', target: cpu }],
    ["torch.device('cuda', 1)", { form: 'device', target: { kind: 'all', device: 'cuda:1' } }],
    ['torch.device(type="cuda", index=2)', { form: 'device', target: { kind: 'all', device: 'cuda:2' } }],
    ['lambda storage, loc: storage', { form: 'storage', target: cpu }],
    ['lambda s,l:s', { form: 'storage', target: cpu }],
    ['lambda storage, loc: storage.cpu()', { form: 'storage', target: cpu }],
    ['lambda storage, loc: storage.cuda(1)', { form: 'cuda', target: { kind: 'all', device: 'cuda:1' } }],
    ['lambda storage, loc: storage.cuda()', { form: 'cuda', target: { kind: 'all', device: 'cuda:0' } }],
    ['lambda storage, loc: storage.cuda("cuda:3")', { form: 'cuda', target: { kind: 'all', device: 'cuda:3' } }],
    ['{"cuda:1": "cuda:0"}', { form: 'dict', target: { kind: 'map', map: { 'cuda:1': 'cuda:0' } } }],
    [
      "{'cuda:1':'cpu','cpu':'cuda:0',}",
      { form: 'dict', target: { kind: 'map', map: { 'cuda:1': 'cpu', cpu: 'cuda:0' } } },
    ],
    ['"cuda:0"', { form: 'string', target: { kind: 'all', device: 'cuda:0' } }],
    ['cpu', { form: 'string', target: cpu }],
    ['None', { form: 'none', target: null }],
    ['', { form: 'none', target: null }],
    ['torch.load("net.pkl")', { form: 'none', target: null }],
    ['map_location=torch.device("cpu")', { form: 'device', target: cpu }],
    [
      'torch.load("f, g.pt", map_location={"cuda:1": "cuda:0"}, weights_only=True)',
      { form: 'dict', target: { kind: 'map', map: { 'cuda:1': 'cuda:0' } } },
    ],
    [
      'ckpt = torch.load(path, map_location=lambda storage, loc: storage.cuda(1))',
      { form: 'cuda', target: { kind: 'all', device: 'cuda:1' } },
    ],
    ['torch.load(\n    path,\n    map_location = lambda storage, loc: storage,\n)', { form: 'storage', target: cpu }],
  ])('%j', (pasted, meaning) => {
    expect(parseMapLocation(pasted)).toEqual(meaning);
  });

  test.each([
    'lambda storage, loc: loc',
    'lambda storage, loc: storage.cuda(x)',
    'lambda storage: storage',
    '__import__("os").system("ls")',
    '{"cuda:1": 0}',
    '{"cuda:1": "gpu"}',
    'torch.device("gpu")',
    'get_device()',
    '{',
  ])('%j is refused', (pasted) => {
    expect(() => parseMapLocation(pasted)).toThrow(expect.objectContaining({ code: 'edit-invalid' }) as Error);
  });

  test('is written in each form that can say it, and read back', () => {
    const targets: readonly (DeviceTarget | null)[] = [
      cpu,
      { kind: 'all', device: 'cuda:1' },
      { kind: 'map', map: { 'cuda:1': 'cuda:0' } },
      null,
    ];
    const forms = ['none', 'string', 'device', 'storage', 'cuda', 'dict'] as const;
    const written = targets.map((target) =>
      forms.flatMap((form) => {
        const text = writeMapLocation(form, target);
        if (text !== null) {
          expect(parseMapLocation(text)).toEqual({ form, target });
        }
        return text ?? [];
      }),
    );
    expect(written).toEqual([
      ['"cpu"', 'torch.device("cpu")', 'lambda storage, loc: storage'],
      ['"cuda:1"', 'torch.device("cuda:1")', 'lambda storage, loc: storage.cuda(1)'],
      ['{"cuda:1": "cuda:0"}'],
      ['None'],
    ]);
  });

  test('a dict with the key __proto__ is a dict', () => {
    const parsed = parseMapLocation('{"__proto__": "cpu"}');
    expect(parsed.target?.kind === 'map' ? Object.entries(parsed.target.map) : []).toEqual([['__proto__', 'cpu']]);
  });
});
