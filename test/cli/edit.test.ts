import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dict, float, list, str, tuple } from '../core/checkpoint/builders';
import { cli } from '../support/cli';
import { at, copied, edit, edited, listing, pickled, sample, useFolder } from './editSupport';

useFolder();

describe('the arguments of ptckpt edit', () => {
  it('are explained', async () => {
    const help = await cli(['edit', '--help']);
    expect(help).toEqual(await cli(['help', 'edit']));
    expect(help.stdout).toMatch(/^usage: ptckpt edit FILE/);
    // Every option that is understood is there.
    for (const line of help.stdout.split('\n')) {
      expect(line.length).toBeLessThanOrEqual(120);
    }
    expect(new Set(help.stdout.match(/--[a-z-]+/g))).toEqual(
      new Set(
        (
          '--output --in-place --append --keep --drop --rename --strip-prefix --add-prefix --in --duplicate --move ' +
          '--remap --map-location --cast --set --requires-grad --train --eval --plain-values --extract --wrap --add ' +
          '--replace --resize --seed --init --optimizer --compact --to --help'
        ).split(' '),
      ),
    );
  });

  it.each([
    [['-o', 'b.pt', '--drop', 'x'], 'edit takes one file'],
    [['a.pt', 'b.pt', '-o', 'b.pt', '--drop', 'x'], 'edit takes one file'],
    [['a.pt', '-o', 'b.pt'], 'edit takes at least one operation'],
    [['a.pt', '--drop', 'x'], 'edit takes either -o OUT or --in-place'],
    [['a.pt', '--drop', 'x', '-o', 'b.pt', '--in-place'], 'edit takes either -o OUT or --in-place'],
    [['a.pt', '--drop', 'x', '-o', 'b.pt', '-o', 'c.pt'], 'edit takes either -o OUT or --in-place'],
    [['a.pt', '--drop', 'x', '-o', 'b.pt', '--append'], '--append goes with --in-place'],
    [['a.pt', '--in-place', '--to', 'onnx'], '--to takes one of zip, legacy, safetensors'],
    [['a.pt', '--in-place', '--to', 'zip', '--to', 'legacy'], '--to takes one of zip, legacy, safetensors'],
    [['a.pt', '--in-place', '--optimizer', 'sgd'], '--optimizer takes one of reset, renumber, drop'],
    [['a.pt', '--in-place', '--rename', 'fc'], 'not REGEX=TEXT: fc'],
    [['a.pt', '--in-place', '--set', '["a=1"]'], 'not PATH=LITERAL: ["a=1"]'],
    [['a.pt', '--in-place', '--duplicate', 'a'], 'not PATH=NEWKEY: a'],
    [['a.pt', '--in-place', '--remap', 'cpu'], 'not FROM=TO: cpu'],
    [['a.pt', '--in-place', '--wrap', 'a,b'], 'not KEY,NAME=LITERAL: b'],
    [['a.pt', '--in-place', '--add', 'a'], 'not KEY=FILE: a'],
    [['a.pt', '--in-place', '--requires-grad', 'a=yes'], 'neither True nor False: yes'],
    [['a.pt', '--in-place', '--replace', '["fc"]'], 'not LAYER=CALL: ["fc"]'],
    [['a.pt', '--in-place', '--resize', 'fc=wide'], 'not a shape: wide'],
    [['a.pt', '--in-place', '--resize', 'fc'], 'not KEY=SHAPE: fc'],
    [['a.pt', '--in-place', '--seed', 'x', '--resize', 'fc=1'], '--seed takes a whole number, not x'],
    [
      ['a.pt', '--in-place', '--init', 'he', '--resize', 'fc=1'],
      '--init takes one of default, zeros, xavier_uniform, xavier_normal, kaiming_uniform, kaiming_normal, normal, trunc_normal, orthogonal, overlap',
    ],
  ])('%j are refused', async (args, message) => {
    const stderr = `ptckpt: ${message}; see ptckpt --help\n`;
    expect(await cli(['edit', ...args])).toEqual({ status: 2, stdout: '', stderr });
  });
});

describe('ptckpt edit', () => {
  const plain = dict({ a: 1, b: dict({ c: 2, d: list(3, 4) }), e: str('x') });

  it('says what it has written', async () => {
    const file = copied('torch-2.14.1/train.pt');
    expect(await edit(file, '-o', at('out.pt'), '--keep', 'model', '--keep', 'epoch')).toEqual({
      status: 0,
      stdout: 'Training checkpoint · ZIP · 8 tensors · 18 parameters · 3.19 KB (was 11.9 KB)\n',
      stderr: '',
    });
    expect(readFileSync(at('out.pt')).length).toBe(3_265);
  });

  it('warns of a cast that an optimizer cannot go on counting in', async () => {
    const file = copied('torch-2.14.1/train.pt');
    const whole = await edit(file, '-o', at('cast.pt'), '--cast', 'bfloat16');
    expect(whole.status).toBe(0);
    expect(whole.stderr).toContain('optimizer.state.0.step counts steps, and bfloat16 cannot count beyond 256');
    expect((await edit(file, '-o', at('cast.pt'), '--cast', 'bfloat16=model*')).stderr).toBe('');
    expect((await edit(file, '-o', at('cast.pt'), '--cast', 'float64')).stderr).toBe('');
  });

  it('takes another format for an operation, also as the suffix of OUT says it', async () => {
    const file = copied('torch-2.14.1/basic.pt');
    expect(await edit(file, '-o', at('converted.safetensors'))).toMatchObject({ status: 0 });
    expect(readFileSync(at('converted.safetensors')).subarray(8, 9).toString()).toBe('{');
  });

  it('does one thing after the other', async () => {
    expect(await edited(plain, '--duplicate', 'a=f', '--set', 'f=9', '--drop', 'a', '--move', 'f=2')).toEqual([
      '["b","c"] = 2',
      '["b","d",0] = 3',
      '["b","d",1] = 4',
      '["e"] = \'x\'',
      '["f"] = 9',
    ]);
  });

  it('keeps what any --keep names, in the place of the first', async () => {
    expect(await edited(plain, '--keep', 'a', '--set', 'new=0', '--keep', 'b.d')).toEqual([
      '["a"] = 1',
      '["b","d",0] = 3',
      '["b","d",1] = 4',
      '["new"] = 0',
    ]);
  });

  it('takes patterns over whole keys, keys with all that is below them, and signs as they are', async () => {
    const root = dict({ 'a*': 1, ab: 2, 'a.b': 3, g: dict({ 'h.i': 4, 'h.j': 5 }), 'x[0]': 6 });
    expect(await edited(root, '--drop', 'a\\*', '--drop', 'g.h', '--drop', 'x[?]')).toEqual([
      '["ab"] = 2',
      '["a.b"] = 3',
    ]);
    expect(await edited(root, '--keep', 'a?b', '--keep', 'g')).toEqual([
      '["a.b"] = 3',
      '["g","h.i"] = 4',
      '["g","h.j"] = 5',
    ]);
  });

  it('a container that loses its last entry goes with it', async () => {
    expect(await edited(plain, '--drop', 'b.d.*')).toEqual(['["a"] = 1', '["b","c"] = 2', '["e"] = \'x\'']);
    expect(await edited(plain, '--drop', 'b.*')).toEqual(['["a"] = 1', '["e"] = \'x\'']);
  });

  it('names entries by path where a key will not do', async () => {
    const root = dict([
      [str('a=b'), 1],
      [str('a]='), 2],
      [float(1.5), 3],
      [7, dict({ k: 4 })],
      [tuple(1, 2), 5],
    ]);
    const options = ['["a=b"]=10', '["a]="]=20', '[{"repr": "1.5"}]=30', '[7, "k"]=40', '(1, 2)=50'];
    expect(await edited(root, ...options.flatMap((option) => ['--set', option]))).toEqual([
      '["a=b"] = 10',
      '["a]="] = 20',
      '[{"repr":"1.5"}] = 30',
      '[7,"k"] = 40',
      '[{"repr":"(1, 2)"}] = 50',
    ]);
  });

  it('sets what is there and adds what is not, where its key says', async () => {
    const root = dict({ a: 1, m: dict({ n: dict({ x: 1 }) }), l: list(1, 2), s: dict([[0, 5]]) });
    const added = ['a=2', 'new=None', 'm.n.y=[1, (2,)]', 'm.z.y=3', 'l.2=4', 's.1=6', '["m", "q.r"]=\'é\'', 'u.v=True'];
    expect(await edited(root, ...added.flatMap((option) => ['--set', option]))).toEqual([
      '["a"] = 2',
      '["m","n","x"] = 1',
      '["m","n","y",0] = 1',
      '["m","n","y",1,0] = 2',
      '["m","z.y"] = 3',
      '["m","q.r"] = \'é\'',
      '["l",0] = 1',
      '["l",1] = 2',
      '["l",2] = 4',
      '["s",0] = 5',
      '["s",1] = 6',
      '["new"] = None',
      '["u.v"] = True',
    ]);
  });

  it('looks for keys to rename in state dicts, or where --in says, until the next --in', async () => {
    const file = copied('torch-2.14.1/train.pt');
    const renamed = ['--add-prefix', 'net.', '--in', 'scheduler', '--rename', '_=', '--in', '[]', '--rename', 'l$=l2'];
    await edit(file, '-o', at('out.pt'), '--keep', 'model.fc', '--keep', 'scheduler.*step*', ...renamed);
    const { tensors, values: found } = await listing(at('out.pt'));
    expect(tensors.map(({ key }) => key)).toEqual(['model2.net.fc.weight', 'model2.net.fc.bias']);
    expect(found.map(({ path }) => path).filter(([first]) => first === 'scheduler')).toEqual([
      ['scheduler', 'stepsize'],
      ['scheduler', 'stepcount'],
      ['scheduler', 'getlrcalledwithinstep'],
    ]);
  });

  it('moves devices as one map, so that a swap works', async () => {
    const file = sample;
    const swap = ['--remap', 'cuda:1=cuda:0', '--set', 'note=1', '--remap', 'cuda:0=cuda:1', '--remap', 'mps=cpu'];
    expect(await edit(file, '-o', at('out.pt'), ...swap)).toMatchObject({ status: 0, stderr: '' });
    const [before, after] = [await listing(file), await listing(at('out.pt'))];
    const swapped: Readonly<Record<string, string>> = { 'cuda:0': 'cuda:1', 'cuda:1': 'cuda:0' };
    expect(after.tensors.map(({ device }) => device)).toEqual(
      before.tensors.map(({ device }) => swapped[device] ?? device),
    );
  });

  it('casts what a pattern means, and the whole of what shares its storage', async () => {
    await edit(copied('torch-2.14.1/train.pt'), '-o', at('out.pt'), '--cast', 'bfloat16=model.fc.*');
    const { tensors } = await listing(at('out.pt'));
    expect(tensors.filter(({ dtype }) => dtype === 'bfloat16').map(({ key }) => key)).toEqual([
      'model.fc.weight',
      'model.fc.bias',
    ]);
  });

  it('wraps with values whose literals hold commas', async () => {
    expect(await edited(dict({ a: 1 }), '--wrap', 'old, b=[1, 2],c="x, y",d={"k": (1, 2)}')).toEqual([
      '["old","a"] = 1',
      '["b",0] = 1',
      '["b",1] = 2',
      '["c"] = \'x, y\'',
      '["d","k",0] = 1',
      '["d","k",1] = 2',
    ]);
  });

  it('takes from other files, whatever their names are', async () => {
    const odd = pickled(dict({ k: dict({ 'x#y': 1 }), z: 2 }), '第 #2#.pkl');
    const root = dict({ a: 0 });
    expect(await edited(root, '--add', `b=${odd}#k`, '--add', `c=${odd}`, '--add', `d=${odd}#["k"]`)).toEqual([
      '["a"] = 0',
      '["b","x#y"] = 1',
      '["c","k","x#y"] = 1',
      '["c","z"] = 2',
      '["d","x#y"] = 1',
    ]);
  });

  it('what is duplicated or taken twice is not one object: an edit of one leaves the other', async () => {
    const root = dict({ m: dict({ a: 1, b: list(2) }) });
    const other = pickled(dict({ k: dict({ x: 1 }) }), 'other.pkl');
    const added = ['--add', `p=${other}#k`, '--add', `q=${other}#k`, '--set', 'p.x=7'];
    expect(await edited(root, '--duplicate', 'm=n', '--set', 'm.a=9', '--set', 'n.b.0=8', ...added)).toEqual([
      '["m","a"] = 9',
      '["m","b",0] = 2',
      '["n","a"] = 1',
      '["n","b",0] = 8',
      '["p","x"] = 7',
      '["q","x"] = 1',
    ]);
  });
});
