import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { cli } from '../support/cli';
import { corpusFolder, readOracle } from '../support/corpus';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const sample = join(root, 'media', 'sample', 'resnet_flowers.pt');
const train = join(corpusFolder, 'torch-2.14.1', 'train.pt');
const folder = mkdtempSync(join(tmpdir(), 'commands-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const json = async (...args: string[]) => JSON.parse((await cli(args)).stdout) as Record<string, unknown>;

describe('ptckpt', () => {
  it.each([[['--help']], [['-h']], [['help']]])('%j tells what there is', async (args) => {
    const { status, stdout, stderr } = await cli(args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/ptckpt inspect FILE[^]*ptckpt export FILE[^]*exit status/);
  });

  it.each(['inspect', 'export'])('%s tells what it does, by --help, -h and help', async (command) => {
    const [help, short, named] = await Promise.all([
      cli([command, '--help']),
      cli([command, '-h']),
      cli(['help', command]),
    ]);
    expect(help).toEqual({
      status: 0,
      stdout: expect.stringContaining(`usage: ptckpt ${command} FILE`) as unknown,
      stderr: '',
    });
    expect([short, named]).toEqual([help, help]);
  });

  it.each([
    [[], 'no command given'],
    [['edit', 'a.pt'], 'edit takes at least one operation'],
    [['\u001b[2J'], 'no such command: \\x1b[2J'],
    [['inspect'], 'inspect takes one file'],
    [['inspect', 'a.pt', 'b.pt'], 'inspect takes one file'],
    [['inspect', 'a.pt', '--nope'], "unknown option '--nope'"],
    [['inspect', 'a.pt', '--keys'], "option '--keys <value>' argument missing"],
    [['export', 'a.pt'], 'export takes a file, and one -o OUT'],
    [['export', 'a.pt', '-o', 'a.csv', '-o', 'b.csv'], 'export takes a file, and one -o OUT'],
    [['export', 'a.pt', '-o', 'a.xlsx'], 'no export to a.xlsx: the suffix is one of .csv, .json and .md'],
    [['export', 'a.pt', '-o', 'a'], 'no export to a: the suffix is one of .csv, .json and .md'],
  ])('%j: status 2 and one line', async (args, message) => {
    const line = `ptckpt: ${message}; see ptckpt --help\n`;
    expect(await cli(args)).toEqual({ status: 2, stdout: '', stderr: line });
  });

  it('reports wrong arguments as JSON too when that was asked for', async () => {
    expect(await json('inspect', '--json')).toEqual({
      schema: 1,
      file: null,
      container: 'unknown',
      error: { code: 'usage', message: 'inspect takes one file', remedy: 'see ptckpt --help', offset: null },
    });
  });
});

describe('ptckpt inspect', () => {
  it.each([
    ['torch-2.14.1/train.pt'],
    ['torch-1.7.1/module_legacy.pt'],
    ['torch-1.13.1/proto0.pt'],
    ['torch-2.6.0/nocrc.pt', '--digest'],
  ])('%s prints what it always printed', async (name, ...options) => {
    const { status, stdout } = await cli(['inspect', join(corpusFolder, name), ...options]);
    expect(status).toBe(0);
    const golden = join(root, 'test', 'fixtures', 'cli', `${name.replace('/', '-')}.txt`);
    expect(stdout).toBe(readFileSync(golden, 'utf8'));
  });

  it('lists what matches any of the globs, and sums up the whole file', async () => {
    const all = await json('inspect', train, '--json');
    const some = await json('inspect', train, '--json', '--keys', '*.bias', '--keys', 'epoch');
    expect(some).toMatchObject({
      tensors: [{ key: 'model.fc.bias' }, { key: 'model.bn.bias' }],
      values: [{ path: ['epoch'], type: 'int', repr: '3' }],
      summary: all['summary'],
      imports: all['imports'],
    });
    expect((await cli(['inspect', train, '--keys', 'nothing'])).stdout.split('\n')).toHaveLength(3);
  });

  it('knows the shipped sample', async () => {
    const { tensors, ...rest } = await json('inspect', sample, '--json');
    expect(rest).toMatchObject({
      container: 'zip',
      kind: 'training-checkpoint',
      weightsOnly: { loads: false, blockers: [{ reason: 'global', name: 'argparse.Namespace', paths: [['args']] }] },
      findings: [],
      summary: { tensors: 127, devices: { 'cuda:1': 123, 'cuda:0': 3, cpu: 1 } },
    });
    // The head is the same storage as the last layer, and the optimizer's state belongs to a parameter.
    const byKey = new Map(
      (Array.isArray(tensors) ? tensors : []).map((one: { key: string; storage: object; parameter: string }) => [
        one.key,
        one,
      ]),
    );
    expect(byKey.get('model_state_dict.head.weight')?.storage).toEqual(
      byKey.get('model_state_dict.fc.weight')?.storage,
    );
    expect(byKey.get('optimizer_state_dict.state.0.momentum_buffer')?.parameter).toBe('conv1.weight');
  });

  it('digests do not depend on the order of the tensors, and see every change', async () => {
    const whole = async (name: string, ...keys: string[]) =>
      (await json('inspect', join(corpusFolder, name), '--json', '--digest', ...keys))['digest'];
    // torch 1.13 stores the records of the same state dict in another order than torch 2.14.
    const [old, recent] = [await whole('torch-1.13.1/many.pt'), await whole('torch-2.14.1/many.pt')];
    expect(old).toMatch(/^[0-9a-f]{64}$/);
    expect(recent).toBe(old);
    expect(await whole('torch-2.14.1/many.pt', '--keys', '*1*')).not.toBe(old);
    expect(await whole('torch-2.14.1/sd.pt')).not.toBe(old);
  });

  it('has the digest that the documentation defines', async () => {
    const { tensors, digest } = JSON.parse((await cli(['inspect', train, '--json', '--digest'])).stdout) as {
      readonly tensors: readonly { path: unknown; dtype: string; shape: number[]; sha256: string }[];
      readonly digest: string;
    };
    const lines = tensors.map(({ path, dtype, shape, sha256 }) =>
      [JSON.stringify(path), dtype, JSON.stringify(shape), `${sha256}\n`].join('\t'),
    );
    expect(digest).toBe(createHash('sha256').update(lines.sort().join('')).digest('hex'));
  });

  it('says what stands in its way, on one line and as JSON', async () => {
    const pointer = join(folder, 'resnet50.pth');
    writeFileSync(
      pointer,
      `version https://git-lfs.github.com/spec/v1\noid sha256:${'4d7a'.repeat(16)}\nsize 102540417\n`,
    );
    const { status, stdout, stderr } = await cli(['inspect', pointer, '--json']);
    expect(status).toBe(2);
    expect(stderr).toBe(
      `ptckpt: ${pointer}: this file is a Git LFS pointer. The checkpoint itself (97.8 MB) has not been downloaded; ` +
        'run “git lfs pull” in its repository; outside of one, download the file itself\n',
    );
    expect(JSON.parse(stdout)).toEqual({
      schema: 1,
      file: pointer,
      container: 'unknown',
      error: {
        code: 'not-a-checkpoint',
        message: 'This file is a Git LFS pointer. The checkpoint itself (97.8 MB) has not been downloaded.',
        remedy: 'Run “git lfs pull” in its repository; outside of one, download the file itself.',
        offset: null,
      },
    });
  });

  it.each([
    ['empty.pt', '', 'truncated'],
    ['page.pt', '<!doctype html><title>Sign in</title>', 'not-a-checkpoint'],
    ['missing.pt', null, 'file-missing'],
    ['folder', undefined, 'is-a-folder'],
  ])('%s yields nothing', async (name, content, code) => {
    const path = join(folder, name);
    if (content === undefined) {
      mkdirSync(path);
    } else if (content !== null) {
      writeFileSync(path, content);
    }
    const { status, stdout, stderr } = await cli(['inspect', path, '--json']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^ptckpt: .*: [^\n]+; [^\n]+\n$/);
    expect(JSON.parse(stdout)).toMatchObject({ file: path, error: { code } });
    expect((await cli(['inspect', path])).stdout).toBe('');
  });

  it('stops when cancelled, before anything is printed', async () => {
    const ended = await cli(['inspect', train, '--digest'], { signal: AbortSignal.abort() });
    expect(ended).toEqual({ status: 130, stdout: '', stderr: 'ptckpt: cancelled\n' });
  });

  it('never prints a stack trace, whatever part of a file is there', async () => {
    const whole = readFileSync(train);
    const path = join(folder, 'cut.pt');
    for (let length = 0; length < whole.length; length += 397) {
      writeFileSync(path, whole.subarray(0, length));
      const { status, stdout, stderr } = await cli(['inspect', path, '--json', '--digest']);
      expect([0, 2]).toContain(status);
      expect(stderr).toMatch(status === 2 ? /^ptckpt: [^\n]+\n$/ : /^$/);
      expect(stderr).not.toContain('internal error');
      const document: unknown = JSON.parse(stdout);
      const severe = { findings: expect.arrayContaining([expect.objectContaining({ severity: 'error' })]) as unknown };
      expect(document).toMatchObject(status === 2 ? { error: { code: expect.any(String) as unknown } } : severe);
    }
  });
});

describe('ptckpt export', () => {
  it.each(['csv', 'json', 'md'])('writes every entry to a .%s', async (suffix) => {
    const out = join(folder, `train.${suffix}`);
    expect(await cli(['export', train, '-o', out])).toEqual({ status: 0, stdout: '', stderr: '' });
    const { tensors, values } = await json('inspect', train, '--json');
    const count = [tensors, values].flat().length;
    const text = readFileSync(out, 'utf8');
    expect(text).toContain('model.fc.weight');
    const rows =
      suffix === 'json'
        ? (JSON.parse(text) as unknown[]).length
        : text.trimEnd().split('\n').length - (suffix === 'md' ? 2 : 1);
    expect(rows).toBe(count);
  });

  it('writes only the entries that are named, with what is below them', async () => {
    const out = join(folder, 'some.json');
    await cli(['export', train, 'model.bn', '["epoch"]', '-o', out]);
    const rows = JSON.parse(readFileSync(out, 'utf8')) as { key: string }[];
    expect(rows.map(({ key }) => key)).toEqual([
      'epoch',
      ...['weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked'].map((name) => `model.bn.${name}`),
    ]);
  });

  it.each([
    [['no.such.key'], 'no-such-entry'],
    [['[1.5, null]'], 'usage'],
  ])('%j: says so, and writes nothing', async (keys, code) => {
    const out = join(folder, 'nothing.csv');
    const { status, stdout } = await cli(['export', train, ...keys, '-o', out, '--json']);
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ file: train, error: { code } });
    expect(() => readFileSync(out)).toThrow(/ENOENT/);
  });

  it('says when it cannot write', async () => {
    const out = join(folder, 'no', 'such', 'folder.csv');
    const { status, stderr } = await cli(['export', train, '-o', out]);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: `ptckpt: ${train}: cannot write ${out} (ENOENT); make its folder first\n`,
    });
  });
});

it('every file of the corpus gives one document, and one status that fits it', async () => {
  for (const name of readOracle().keys()) {
    const { status, stdout, stderr } = await cli(['inspect', join(corpusFolder, name), '--json']);
    const document = JSON.parse(stdout) as Record<string, unknown>;
    expect({ name, status, failed: 'error' in document, quiet: stderr === '' }).toEqual(
      'error' in document
        ? { name, status: 2, failed: true, quiet: false }
        : { name, status: 0, failed: false, quiet: true },
    );
  }
});
