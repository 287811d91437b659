import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli } from '../support/cli';
import { loadFile } from '../support/checkpoint';

const folder = mkdtempSync(join(tmpdir(), 'plan-cli-'));
const at = (name: string): string => join(folder, name);
const shapes = {
  'stem.weight': [8, 3, 3, 3],
  'stem.bias': [8],
  'stage.weight': [8, 8, 3, 3],
  'head.weight': [10, 8],
  'head.bias': [10],
};

beforeAll(() => {
  writeFileSync(at('net.safetensors'), safetensors(shapes));
  writeFileSync(at('vector.safetensors'), safetensors({ scale: [4] }));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Float32 tensors of zeros. */
function safetensors(tensors: Readonly<Record<string, readonly number[]>>): Uint8Array {
  let end = 0;
  const fields = Object.entries(tensors).map(([key, shape]) => {
    const start = end;
    end += 4 * shape.reduce((product, size) => product * size, 1);
    return [key, { dtype: 'F32', shape, data_offsets: [start, end] }];
  });
  const header = Buffer.from(JSON.stringify(Object.fromEntries(fields)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.alloc(end)]);
}

const little = ['--data', 'little', '--similar', 'no'];

describe('ptckpt plan', () => {
  it('is explained', async () => {
    const help = await cli(['plan', '--help']);
    expect(help).toEqual(await cli(['help', 'plan']));
    expect(help.stdout.split('\n').every((line) => line.length <= 120)).toBe(true);
    expect(new Set(help.stdout.match(/--[a-z-]+/g))).toEqual(
      new Set('--data --similar --k --classes --seed --script --output --json --help'.split(' ')),
    );
  });

  it.each([
    [['--data', 'little', '--similar', 'no'], 'plan takes one file'],
    [['a.pt', '--similar', 'no'], 'plan takes --data little or much'],
    [['a.pt', '--data', 'some', '--similar', 'no'], 'plan takes --data little or much'],
    [['a.pt', '--data', 'much'], 'plan takes --similar yes or no'],
    [['a.pt', ...little, '--k', '1', '--k', '2'], '--k is given twice'],
    [['a.pt', ...little, '--k', 'two'], '--k takes a number: two'],
    [['a.pt', ...little, '--classes', '0'], '--classes takes a number of classes'],
    [
      ['a.pt', '--data', 'little', '--similar', 'yes', '--k', '1'],
      '--k goes with --data little --similar no, and with --data much --similar yes',
    ],
  ])('%j are refused', async (args, message) => {
    const stderr = `ptckpt: ${message}; see ptckpt --help\n`;
    expect(await cli(['plan', ...args])).toEqual({ status: 2, stdout: '', stderr });
  });

  it('says what cannot be: more groups than there are, classes without a head', async () => {
    const file = at('net.safetensors');
    expect(await cli(['plan', file, ...little, '--k', '3'])).toMatchObject({
      status: 2,
      stderr: `ptckpt: ${file}: --k 3: the network has 2 groups before its head; see ptckpt --help\n`,
    });
    const vector = at('vector.safetensors');
    expect(await cli(['plan', vector, ...little, '--classes', '2'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('the network ends in no layer that is known to tell classes apart') as string,
    });
    expect(await cli(['plan', at('missing.pt'), ...little, '--json'])).toMatchObject({
      status: 2,
      stdout: expect.stringContaining('"error":{"code":"file-missing"') as string,
    });
  });

  it('prints the plan as cli.md has it', async () => {
    const { status, stdout } = await cli(['plan', at('net.safetensors'), ...little, '--classes', '2', '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      schema: 1,
      file: at('net.safetensors'),
      situation: 'S2',
      groups: [
        { name: 'stem', tensors: 2, parameters: 224, action: 'freeze' },
        { name: 'stage', tensors: 1, parameters: 576, action: 'keep' },
        { name: 'head', tensors: 2, parameters: 18, action: 'initialise' },
      ],
      trainable: 594,
      frozen: 224,
    });
  });

  it('prints it as a table, and writes the file that it begins with and its Python', async () => {
    const outputs = ['-o', at('out.safetensors'), '--script', at('plan.py'), '--classes', '2'];
    const { status, stdout } = await cli(['plan', at('net.safetensors'), ...little, ...outputs]);
    expect(status).toBe(0);
    expect(stdout.split('\n').slice(0, 5)).toEqual([
      'Freeze the first layers',
      '  stem            224  Freeze        Conv2d 3 → 8, 3×3',
      '  stage           576  Train         Conv2d 8 → 8, 3×3',
      '  head             18  Re-initialise Linear 8 → 10, for 2 classes',
      '594 parameters are trained, 224 are frozen',
    ]);
    const { checkpoint } = await loadFile(at('out.safetensors'));
    const written = checkpoint.entries.map((entry) => [entry.path[0], entry.kind === 'tensor' ? entry.shape : null]);
    expect(Object.fromEntries(written)).toMatchObject({ ...shapes, 'head.weight': [2, 8], 'head.bias': [2] });
    const script = readFileSync(at('plan.py'), 'utf8');
    expect(script).toContain('state_dict = load_file("net.safetensors", device="cpu")');
    expect(script).toContain('model.head = nn.Linear(8, 2)');
  });
});

describe('ptckpt snippet', () => {
  it('is explained', async () => {
    const help = await cli(['snippet', '--help']);
    expect(help).toEqual(await cli(['help', 'snippet']));
    expect(help.stdout.split('\n').every((line) => line.length <= 120)).toBe(true);
  });

  it.each([
    [['a.pt'], 'snippet takes one file, and one --kind KIND'],
    [['--kind', 'list'], 'snippet takes one file, and one --kind KIND'],
    [['a.pt', '--kind', 'load'], 'no kind of snippet is called load: --kind list names them'],
    [['a.pt', '--kind', 'cuda', '--device', 'gpu'], 'not a device that torch has: gpu'],
  ])('%j are refused', async (args, message) => {
    const stderr = `ptckpt: ${message}; see ptckpt --help\n`;
    expect(await cli(['snippet', ...args])).toEqual({ status: 2, stdout: '', stderr });
  });

  it('lists its kinds, a line each, with the reason where the file cannot have one', async () => {
    const { status, stdout } = await cli(['snippet', at('net.safetensors'), '--kind', 'list']);
    const lines = stdout.trimEnd().split('\n');
    expect(status).toBe(0);
    expect(lines).toHaveLength(17);
    expect(lines[0]).toBe('load-state-dict      Load the state dict into the model: recommended');
    expect(lines.find((line) => line.startsWith('load-model'))).toBe(
      'load-model           Load the whole pickled model (not for this file: The file holds no whole model.)',
    );
  });

  it('prints the Python of one, with the file’s own name and the device that is asked for', async () => {
    const { status, stdout } = await cli(['snippet', at('net.safetensors'), '--kind', 'cuda', '--device', 'cuda:1']);
    expect(status).toBe(0);
    expect(stdout).toContain('state_dict = load_file("net.safetensors", device="cpu")');
    expect(stdout).toContain('    model.cuda(1)\n');
    const file = at('net.safetensors');
    expect(await cli(['snippet', file, '--kind', 'load-model'])).toEqual({
      status: 2,
      stdout: '',
      stderr: `ptckpt: ${file}: --kind load-model: The file holds no whole model; --kind list says what can be had\n`,
    });
  });
});
