import { describe, expect, test } from 'vitest';
import type { Value } from '../../../src/core/pickle/values';
import { devicesView } from '../../../src/host/editing/devicesView';
import { mapLocationView } from '../../../src/host/editing/mapLocationView';
import { prefixViews, stripOperation } from '../../../src/host/editing/prefixes';
import { preview as previewOf } from '../../../src/host/editing/previews';
import { pythonLines } from '../../../src/host/editing/remapPreview';
import { english } from '../../../src/wording/translate';
import { call, dict, list, object, orderedDict, str, tensor } from '../../core/checkpoint/builders';
import { rowOf, rowsOf, shownFile } from './support';
import type { ShownState } from '../../../src/host/editing/editPanel';
import type { EditIntent } from '../../../src/protocol/edits';

const preview = (shown: ShownState, intent: EditIntent, t: typeof english) => previewOf(shown, intent, 'net.pt', t);

const records = { 0: 24, 1: 24, 2: 24, 3: 24 };

function onDevices(): Value {
  const shared = tensor('0', { device: 'cuda:1' });
  return dict({
    model: orderedDict({ a: shared, tied: shared, b: tensor('1', { device: 'cuda:1' }), c: tensor('2') }),
    device: call('torch.device', str('cuda'), 1),
    args: object('argparse.Namespace', dict({ device: str('cuda:1'), mode: str('meta'), gpu: 1 })),
  });
}

describe('devices', () => {
  test('each with its tensors, and the bytes of its storages once', async () => {
    const view = devicesView(await shownFile(onDevices(), records), null, english);
    expect(view.devices).toEqual([
      { device: 'cuda:1', tensors: 3, bytes: 48 },
      { device: 'cpu', tensors: 1, bytes: 24 },
    ]);
    expect(view.targets).toEqual(['cuda:1', 'cpu', 'cuda:0', 'mps']);
  });

  test('of rows: their tensors alone', async () => {
    const shown = await shownFile(onDevices(), records);
    expect(devicesView(shown, rowsOf(shown, 'model.b'), english).devices).toEqual([
      { device: 'cuda:1', tensors: 1, bytes: 24 },
    ]);
  });

  test('every other place that names one, and what becomes of it', async () => {
    const shown = await shownFile(onDevices(), records);
    const elsewhere = [
      { key: 'device', value: "device(type='cuda', index=1)", fate: 'follows' },
      { key: 'args..device', value: "'cuda:1'", fate: 'text, left as it is' },
    ];
    const view = devicesView(shown, null, english);
    expect(view.elsewhere).toEqual(elsewhere.map((place) => ({ ...place, row: rowOf(shown, place.key) })));
    expect(view.elsewhereCount).toBe(2);
    expect(devicesView(shown, rowsOf(shown, 'model'), english).elsewhere[0]?.fate).toBe('left as it is');
  });
});

describe('a pasted map_location', () => {
  const mapOf = async (text: string) =>
    mapLocationView(text, (await shownFile(onDevices(), records)).checkpoint, english);

  test.each([
    ['torch.device("cpu")', 'cpu'],
    ["'cuda:0'", 'cuda:0'],
    ['lambda storage, loc: storage', 'cpu'],
    ['lambda storage, loc: storage.cuda(1)', 'cuda:1'],
    ['torch.load("f.pt", map_location="mps", weights_only=True)', 'mps'],
  ])('%s sends every device there', async (text, device) => {
    expect(await mapOf(text)).toEqual({ map: { 'cuda:1': device, cpu: device }, problem: '' });
  });

  test('a dict sends those that it names; none leaves all', async () => {
    expect(await mapOf('{"cuda:1": "cuda:0"}')).toEqual({ map: { 'cuda:1': 'cuda:0' }, problem: '' });
    expect(await mapOf('torch.load("f.pt")')).toEqual({ map: {}, problem: '' });
  });

  test('anything else is refused with the forms that are read', async () => {
    const { map, problem } = await mapOf('open("x").read()');
    expect(map).toEqual({});
    expect(problem).toContain("torch.device('cpu')");
  });
});

describe('remap', () => {
  test('says how many tensors move where, and what follows', async () => {
    const shown = await shownFile(onDevices(), records);
    const view = preview(shown, { kind: 'remap', map: { 'cuda:1': 'cuda:0', cpu: 'cpu' }, rows: null }, english);
    expect(view).toMatchObject({
      sentence: '3 tensors move from cuda:1 to cuda:0.',
      notes: ['1 torch.device value follows.', 'Weights are not rewritten; only their device tags change.'],
      problem: '',
      python: 'map_location={"cuda:1": "cuda:0"}',
    });
  });

  test('of rows: a storage moves with all that lies in it, values stay', async () => {
    const shown = await shownFile(onDevices(), records);
    const view = preview(
      shown,
      { kind: 'remap', map: { 'cuda:1': 'cpu' }, rows: rowsOf(shown, 'model.tied') },
      english,
    );
    expect(view.sentence).toBe('2 tensors move from cuda:1 to cpu.');
    expect(view.notes[0]).toBe('torch.device values stay as they are: they belong to no tensor.');
  });

  test('a device that torch does not know is refused', async () => {
    const shown = await shownFile(onDevices(), records);
    const view = preview(shown, { kind: 'remap', map: { 'cuda:1': 'gpu' }, rows: null }, english);
    expect(view.problem).toContain('“gpu” is no device that torch knows.');
  });

  test('every form of map_location that says the same is written', () => {
    expect(pythonLines({ kind: 'all', device: 'cpu' })).toEqual([
      'map_location="cpu"',
      '# or: map_location=torch.device("cpu")',
      '# or: map_location=lambda storage, loc: storage',
    ]);
    expect(pythonLines({ kind: 'all', device: 'cuda:1' })).toContain(
      '# or: map_location=lambda storage, loc: storage.cuda(1)',
    );
  });
});

describe('rename', () => {
  const keys = (): Value =>
    dict({ net: orderedDict({ 'a.w': tensor('0'), 'a.b': tensor('1'), 'c.w': tensor('2') }), other: 1 });
  const renaming = (pattern: string, text: string) =>
    ({ kind: 'renameKeys', form: { how: 'pattern', pattern, text, ignoreCase: false }, rows: null }) as const;

  test('lists every key that changes, with its row', async () => {
    const shown = await shownFile(keys());
    const view = preview(shown, renaming('^a\\.', 'head.'), english);
    expect(view).toMatchObject({ sentence: '2 keys change.', problem: '', changeCount: 2 });
    expect(view.changes).toEqual([
      { row: rowOf(shown, 'net.a.w'), from: 'a.w', to: 'head.w', collides: false },
      { row: rowOf(shown, 'net.a.b'), from: 'a.b', to: 'head.b', collides: false },
    ]);
  });

  test('shows collisions first and refuses them', async () => {
    const shown = await shownFile(keys());
    const view = preview(shown, renaming('^[ac]\\.', ''), english);
    expect(view.changes.map(({ from, collides }) => [from, collides])).toEqual([
      ['a.w', true],
      ['c.w', true],
      ['a.b', false],
    ]);
    expect(view.problem).toContain('More than one entry would be called “net.w”.');
  });

  test('says what is wrong with a pattern, and that nothing matches', async () => {
    const shown = await shownFile(keys());
    expect(preview(shown, renaming('(', ''), english).problem).toContain('“(” is no regular expression.');
    expect(preview(shown, renaming('zzz', ''), english).problem).toContain('No key of a state dict would change.');
  });
});

describe('cast', () => {
  test('says how the bytes change', async () => {
    const shown = await shownFile(onDevices(), records);
    const cast = { kind: 'cast', dtype: 'float16', integers: false, rows: null } as const;
    expect(preview(shown, cast, english)).toMatchObject({
      sentence: '4 tensors become float16: 72 B → 36 B.',
      problem: '',
    });
    expect(preview(shown, { ...cast, dtype: 'float32' }, english).problem).toContain(
      'No floating tensor of another dtype',
    );
  });

  test('names what lies in the same storage, and what stays', async () => {
    const root = dict({
      all: tensor('0', { shape: [6] }),
      part: tensor('0', { shape: [2], elements: 6 }),
      whole: tensor('1', { shape: [6] }),
    });
    const shown = await shownFile(root);
    const view = preview(
      shown,
      { kind: 'cast', dtype: 'float16', integers: false, rows: rowsOf(shown, 'part') },
      english,
    );
    expect(view.sentence).toBe('2 tensors become float16: 24 B → 12 B.');
    expect(view.notes).toContain('1 of them was not chosen: it lies in the same storage.');
  });
});

describe('keep and remove', () => {
  test('say what is left', async () => {
    const shown = await shownFile(onDevices(), records);
    expect(preview(shown, { kind: 'remove', rows: rowsOf(shown, 'model.c') }, english).sentence).toBe(
      '3 of 4 tensors stay, 48 B of 72 B.',
    );
    expect(preview(shown, { kind: 'keep', rows: [] }, english).problem).not.toBe('');
  });
});

describe('prefixes', () => {
  const withKeys = (...keys: string[]) => orderedDict(Object.fromEntries(keys.map((key) => [key, tensor('0')])));

  test('of wrappers at any depth, and the one that all keys share', async () => {
    const root = dict({
      model: withKeys('module.encoder._orig_mod.w', 'module.encoder._orig_mod.b', 'module.head.w'),
      ema: withKeys('net.w', 'net.b'),
      mixed: withKeys('x.w', 'y.w'),
      history: list(1),
    });
    const { checkpoint } = await shownFile(root);
    expect(prefixViews(checkpoint)).toEqual([
      { prefix: 'module.', keys: 3 },
      { prefix: '_orig_mod.', keys: 2 },
      { prefix: 'net.', keys: 2 },
    ]);
  });

  test('a wrapper inside of keys is taken out where it stands; any other prefix from the beginning alone', async () => {
    const { checkpoint } = await shownFile(
      dict({ model: withKeys('_orig_mod.a._orig_mod.w', 'a.module.w', 'module.w') }),
    );
    const strip = stripOperation(checkpoint, '_orig_mod.');
    expect(strip).toMatchObject({ kind: 'rename', text: '' });
    const pattern = strip.kind === 'rename' ? new RegExp(strip.pattern, 'gu') : /$^/;
    expect('_orig_mod.a._orig_mod.w'.replace(pattern, '')).toBe('a.w');
    expect('my_orig_mod.w'.replace(pattern, '')).toBe('my_orig_mod.w');
    expect(stripOperation(checkpoint, 'module.')).toEqual({ kind: 'stripPrefix', prefix: 'module.' });
  });
});
