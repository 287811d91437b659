import { linkSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dict } from '../core/checkpoint/builders';
import { cli } from '../support/cli';
import { at, copied, edit, listing, pickled, refused, sample, useFolder, values } from './editSupport';

useFolder();

describe('what ptckpt edit refuses, and says on one line', () => {
  const plain = dict({ a: 1, b: dict({ c: 2 }), 'b.c': 3 });
  const out = (): string[] => ['-o', at('out.pt')];

  it.each<readonly [readonly string[], string]>([
    [['--drop', 'x*'], 'ptckpt: --drop x*: no key matches “x*”; check the keys or the pattern'],
    [
      ['--set', 'a=1 +'],
      "ptckpt: --set a=1 +: “1 +” is no Python literal (character 2); write it as 17, 0.1, 'text', True, None, [1, 2]",
    ],
    [
      ['--drop', '*'],
      'ptckpt: --drop *: the edit would remove everything that the file holds; keep at least one entry',
    ],
    [
      ['--duplicate', 'a=b'],
      'ptckpt: --duplicate a=b: more than one entry would be called “b”; choose another name, or remove one of them first',
    ],
    [['--extract', 'nope'], 'ptckpt: --extract nope: no entry is called nope; take a key that ptckpt inspect shows'],
    [
      ['--extract', '["a", "z"]'],
      'ptckpt: --extract ["a", "z"]: no entry is called ["a", "z"]; take a key that ptckpt inspect shows',
    ],
    [['--set', 'b.c=4'], 'ptckpt: --set b.c=4: b.c names two entries, ["b","c"] and ["b.c"]; give one of these paths'],
    [
      ['--in', '[]', '--rename', '(=x'],
      'ptckpt: --rename (=x: “(” is no regular expression; put a backslash before a sign that is meant as it is',
    ],
    [['--move', 'a=3'], 'ptckpt: --move a=3: there is no place 3 for “a”: there are 3; count the places from 0'],
    [['--move', 'a=first'], 'ptckpt: --move a=first: not a place among siblings: first; see ptckpt --help'],
    [
      ['--cast', 'float17'],
      'ptckpt: --cast float17: “float17” is no dtype that can be cast to; take float64, float32, float16, bfloat16, or one of the float8 kinds',
    ],
    [
      ['--map-location', 'lambda s, l: open("x")'],
      "ptckpt: --map-location lambda s, l: open(\"x\"): “lambda s, l: open(\"x\")” is no map_location that can be read without running it; write it as 'cpu', torch.device('cpu'), {'cuda:1': 'cuda:0'}, lambda storage, loc: storage, lambda storage, loc: storage.cuda(1)",
    ],
    [
      ['--remap', 'cpu=gpu'],
      'ptckpt: --remap cpu=gpu: “gpu” is no device that torch knows; write it as cpu, cuda:0, mps',
    ],
    [
      ['--optimizer', 'drop'],
      'ptckpt: --optimizer drop: there is no optimizer in this file; leave the optimizer as it is',
    ],
    [
      ['--plain-values'],
      'ptckpt: --plain-values: there is no value that weights_only refuses and that has a plain form; extract the state dict if torch still refuses the file',
    ],
    [
      ['--eval', '[]'],
      'ptckpt: --eval []: the whole file has no module whose mode would change; choose a pickled module in the other mode; a state dict has none',
    ],
    [
      ['--add', 'c=nowhere.pt#x'],
      'ptckpt: --add c=nowhere.pt#x: there is no such file; check the path; it may have been moved or deleted',
    ],
  ])('%j', async (options, message) => {
    expect(await refused(pickled(plain), ...out(), ...options)).toBe(message);
  });

  it('the second of two operations: nothing of the first is written', async () => {
    expect(await refused(copied('torch-2.14.1/train.pt'), '--in-place', '--set', 'epoch=4', '--drop', 'x')).toBe(
      'ptckpt: --drop x: no key matches “x”; check the keys or the pattern',
    );
  });

  it('files that are no checkpoint, or only shown', async () => {
    expect(await refused(copied('torch-2.14.1/script.pt'), '--in-place', '--drop', 'fc*')).toMatch(
      /^ptckpt: --drop fc\*: a TorchScript file holds code, and is shown only; edit the checkpoint that it was made from$/,
    );
    writeFileSync(at('page.pt'), '<!DOCTYPE html>');
    expect(await refused(at('page.pt'), '--in-place', '--drop', 'a')).toMatch(/^ptckpt: .*page of the server/);
    for (const missing of [at('none.pt'), at('')]) {
      const { status, stderr } = await edit(missing, '--in-place', '--drop', 'a');
      expect({ status, lines: stderr.split('\n').length }).toEqual({ status: 2, lines: 2 });
    }
  });

  it('places that cannot be written to, by their own names', async () => {
    const file = copied('torch-2.14.1/train.pt');
    mkdirSync(at('folder'));
    const message = async (output: string): Promise<string> =>
      (await edit(file, '-o', output, '--set', 'epoch=4')).stderr;
    expect(await message(at('folder'))).toBe(
      `ptckpt: ${at('folder')}: there is a folder at this path, and a file cannot replace it; choose another name\n`,
    );
    const nowhere = at(join('no', 'where.pt'));
    expect(await message(nowhere)).toBe(
      `ptckpt: ${nowhere}: there is no such folder to save in; make the folder first, or save in another one\n`,
    );
    linkSync(file, at('also.pt'));
    expect(await refused(file, '--in-place', '--set', 'epoch=4')).toMatch(
      /^ptckpt: further hard links lead to this file/,
    );
    expect(readdirSync(at('')).sort()).toEqual(['a.pt', 'also.pt', 'folder']);
  });
});

describe('ptckpt edit --in-place', () => {
  it('replaces the file, also when -o leads to it, and leaves links links', async () => {
    const file = copied('torch-2.14.1/train.pt');
    symlinkSync(file, at('link.pt'));
    await edit(file, '--in-place', '--keep', 'model', '--keep', 'epoch');
    await edit(file, '-o', at('link.pt'), '--set', 'epoch=4');
    await edit(at('link.pt'), '-o', join(at(''), '..', basename(at('')), 'a.pt'), '--drop', '*.bias');
    expect(await values(file)).toContain('["epoch"] = 4');
    expect((await listing(file)).tensors).toHaveLength(6);
    expect(readFileSync(at('link.pt')).equals(readFileSync(file))).toBe(true);
    expect(readdirSync(at('')).sort()).toEqual(['a.pt', 'link.pt']);
  });

  it('--append puts the pickle behind the old bytes, and --compact takes out what is dead', async () => {
    const file = copied('torch-2.14.1/train.pt');
    const before = readFileSync(file);
    const result = await edit(file, '--in-place', '--append', '--drop', 'optimizer', '--remap', 'cpu=cuda:0');
    expect(result).toMatchObject({ status: 0, stderr: '' });
    const after = readFileSync(file);
    expect(after.subarray(0, before.length).equals(before)).toBe(true);
    expect((await listing(file)).findings.map(({ code }) => code)).toContain('dead-bytes');
    expect((await listing(file)).tensors).toHaveLength(9);
    expect(await edit(file, '--in-place', '--compact')).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(file).length).toBeLessThan(before.length);
    expect((await listing(file)).findings).toEqual([]);
    expect(await refused(file, '--in-place', '--compact')).toBe(
      'ptckpt: --compact: every storage is used whole: there is nothing to leave out; save the file as it is',
    );
    expect(readdirSync(at(''))).toEqual(['a.pt']);
  });

  it.each([
    ['torch-2.14.1/train.pt', '--cast', 'float16'],
    ['torch-2.14.1/train.pt', '--drop', 'epoch', '--to', 'legacy'],
    ['torch-2.14.1/train.pt', '--drop', 'rng', '--compact'],
    ['torch-1.7.1/legacy.pt', '--add-prefix', 'x.'],
  ])('--append is refused where more would change: %s', async (name, ...options) => {
    expect(await refused(copied(name), '--in-place', '--append', ...options)).toBe(
      'ptckpt: more would change than a pickle that can be put behind the file; leave out --append',
    );
  });
});

describe('the format that ptckpt edit writes', () => {
  it.each([
    ['torch-2.14.1/sd.pt', 'out.pt', 'zip'],
    ['torch-2.14.1/sd.pt', 'out.safetensors', 'safetensors'],
    ['torch-1.7.1/legacy.pt', 'out.pt', 'legacy'],
    ['torch-1.7.1/legacy.pt', 'out.pt', 'zip', '--to', 'zip'],
    ['torch-2.14.1/sd.pt', 'out', 'legacy', '--to', 'legacy'],
    ['torch-2.14.1/plain_p4.pkl', 'out.pkl', 'zip'],
    ['torch-2.14.1/x.safetensors', 'out.safetensors', 'safetensors'],
    ['torch-2.14.1/x.safetensors', 'out.pth', 'zip'],
    ['torch-2.14.1/x.safetensors', 'out', 'safetensors'],
  ])('%s to %s is %s', async (name, output, container, ...options) => {
    const file = copied(name, name.split('/').at(-1));
    const { tensors } = await listing(file);
    const { status } = await edit(file, '-o', at(output), '--duplicate', `${tensors[0]?.key ?? ''}=again`, ...options);
    if (container === 'safetensors' && name.endsWith('.pt')) {
      // The copy shares its memory: that format has nothing for it.
      expect(status).toBe(2);
      expect(await edit(file, '-o', at(output), '--move', `${tensors[0]?.key ?? ''}=1`)).toMatchObject({ status: 0 });
    } else if (container === 'safetensors') {
      expect(status).toBe(2);
      expect(await edit(file, '-o', at(output), '--set', '.metadata.note="x"')).toMatchObject({ status: 0 });
    } else {
      expect(status).toBe(0);
    }
    expect((await listing(at(output))).container).toBe(container);
  });

  it('says before it writes what another format has no place for', async () => {
    const kept = ['--extract', 'model_state_dict', '--drop', 'head'];
    const { status, stderr } = await edit(sample, '-o', at('x.safetensors'), ...kept);
    expect({ status, stderr: stderr.split('\n') }).toEqual({
      status: 0,
      stderr: [
        `ptckpt: ${sample}: warning: the format records no devices. Lost: cuda:1`,
        `ptckpt: ${sample}: warning: the format has no place for _metadata. Lost: the version numbers of the modules`,
        '',
      ],
    });
    expect((await edit(at('x.safetensors'), '-o', at('y.safetensors'), '--set', '.metadata.by="me"')).stderr).toBe('');
    expect((await edit(at('y.safetensors'), '-o', at('y.pt'), '--add-prefix', 'm.')).stderr).toBe(
      `ptckpt: ${at('y.safetensors')}: warning: the format has no place for __metadata__. Lost: by\n`,
    );
  });

  it('refuses what a .safetensors cannot hold: nested dicts, values, tied weights', async () => {
    const line = async (...options: string[]): Promise<string> =>
      await refused(sample, '-o', at('x.safetensors'), ...options);
    expect(await line('--drop', 'rng_state')).toBe(
      'ptckpt: the format to save in cannot hold “model_state_dict.conv1.weight”; ' +
        'save in another format, extract one state dict, or remove what it cannot hold',
    );
    expect(await line('--extract', 'model_state_dict')).toBe(
      'ptckpt: “fc.weight” and “head.weight” share memory, and a .safetensors holds each tensor by itself; ' +
        'remove one of them; a model that ties its weights ties them again when it is loaded',
    );
    expect(await line('--extract', 'model_state_dict', '--drop', 'head', '--set', 'n=1')).toMatch(
      /^ptckpt: the format to save in cannot hold “n”;/,
    );
    const flat = copied('torch-2.14.1/x.safetensors', 'x.safetensors');
    expect(await refused(flat, '--in-place', '--wrap', 'model')).toBe(
      'ptckpt: --wrap model: a .safetensors file holds named tensors side by side, and nothing else; ' +
        'save it as a .pt file first, and edit that one',
    );
    expect(await refused(flat, '--in-place', '--remap', 'cpu=cuda:0')).toMatch(/records no devices/);
  });
});

it('what it reads and writes is shown where somebody looks', async () => {
  const shown: string[] = [];
  const file = copied('torch-2.14.1/train.pt');
  await cli(['edit', file, '--in-place', '--set', 'epoch=4'], { onProgress: (text) => shown.push(text) });
  expect(shown).toContain('writing 100.0 %');
  expect(shown.find((text) => text !== '')).toMatch(/^reading/);
  // It is taken away before the line that tells what was written.
  expect(shown.at(-1)).toBe('');
});

describe('a cancelled edit', () => {
  it('says so, and leaves the old file and nothing beside it', async () => {
    const file = copied('torch-2.14.1/train.pt');
    const before = readFileSync(file);
    let stopped = 0;
    // At each moment at which something is shown of the work.
    for (let moment = 0, reached = true; reached; moment++) {
      const cancellation = new AbortController();
      let seen = 0;
      reached = false;
      const onProgress = (): void => {
        if (seen++ === moment) {
          reached = true;
          cancellation.abort();
        }
      };
      const result = await cli(['edit', file, '--in-place', '--set', 'epoch=4'], {
        onProgress,
        signal: cancellation.signal,
      });
      if (result.status === 130) {
        stopped++;
        expect(result).toEqual({ status: 130, stdout: '', stderr: 'ptckpt: cancelled\n' });
        expect(readFileSync(file).equals(before)).toBe(true);
      }
      expect(readdirSync(at(''))).toEqual(['a.pt']);
      expect(moment).toBeLessThan(100);
    }
    expect(stopped).toBeGreaterThan(2);
    expect(await values(file)).toContain('["epoch"] = 4');
  });
});
