import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadCatalogue } from '../../src/core/catalogue/loadCatalogue';
import { cli } from '../support/cli';
import { python, runPython, withTorch } from '../support/torch';
import { expandedFile, type Named } from '../core/match/support';
import { sample } from './editSupport';

const folder = mkdtempSync(join(tmpdir(), '匹配 -'));
beforeAll(async () => {
  if (python() !== null) {
    await runPython('match_commands.py', ['make', folder]);
  }
}, 120_000);
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const at = (name: string): string => join(folder, name);

interface Document {
  readonly prefix: { readonly strip: string; readonly add: string } | null;
  readonly summary: Readonly<Record<string, number>>;
  readonly matched: readonly { readonly source: string; readonly target: string }[];
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  readonly mismatched: readonly unknown[];
}

async function matched(status: number, ...args: string[]): Promise<Document> {
  const result = await cli(['match', ...args, '--json']);
  expect(result).toMatchObject({ status, stderr: '' });
  return JSON.parse(result.stdout) as Document;
}

async function refusal(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await cli(['match', ...args]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(/^ptckpt: [^\n]*\n$/);
  return stderr.trimEnd();
}

const shapeHead = [
  { key: '5.weight', source: [1000, 6], target: [2, 6] },
  { key: '5.bias', source: [1000], target: [2] },
];

describe('what people do by hand', () => {
  withTorch(
    'seed.S7 what fits is taken, the model’s own dict is updated, load_state_dict takes all of it',
    async () => {
      const files = [at('pretrained.pt'), at('own.pt')];
      // A prefix too many, and nothing loads: without a word in torch.
      const before = await matched(1, ...files);
      expect(before).toMatchObject({
        prefix: { strip: 'module.', add: '' },
        summary: { matched: 0, mismatched: 0, coverage: 0 },
      });
      const after = await matched(0, ...files, '--apply-prefix');
      expect(after).toMatchObject({
        summary: { matched: 8, missing: 0, unexpected: 0, mismatched: 2 },
        missing: [],
        unexpected: [],
        mismatched: shapeHead,
      });
      expect(after.matched[0]).toEqual({ source: 'module.0.weight', target: '0.weight' });
      const write = async (output: string, ...options: string[]): Promise<void> => {
        const result = await cli(['match', ...files, '--apply-prefix', '-o', at(output), ...options]);
        expect(result).toMatchObject({ status: 0, stderr: '' });
        expect(result.stdout).toMatch(/^8 of 10 keys load · .*\n[^]*\nState dict · ZIP · /);
      };
      await write('filtered.pt');
      await write('updated.pt', '--update');
      const keys = ['match', at('pretrained.pt'), at('keys.json'), '--apply-prefix', '--update', '--seed', '5'];
      expect(await cli([...keys, '-o', at('afresh.pt')])).toMatchObject({ status: 0, stderr: '' });
      expect(await runPython('match_commands.py', ['check', folder])).toEqual([]);
    },
  );

  withTorch('the error that torch raised, pasted into a file, says the same', async () => {
    expect(
      await matched(0, `${at('pretrained.pt')}#model_state_dict`, at('error.txt'), '--apply-prefix'),
    ).toMatchObject({
      missing: [],
      mismatched: [],
    });
    const { stdout } = await cli(['match', at('own.pt'), at('error.txt')]);
    expect(stdout).toContain('10 of 10 keys load');
  });
});

describe('a model of torchvision', () => {
  test('other classes are other shapes, and the rest loads', async () => {
    const keys = (await loadCatalogue()).architecture('resnet18')?.keys ?? [];
    const named = keys.map(({ key, shape }): Named => [`backbone.${key}`, ...shape]);
    writeFileSync(at('resnet18.pt'), expandedFile(named));
    const options = ['torchvision:resnet18', '--num-classes', '7'];
    expect(await matched(1, at('resnet18.pt'), ...options)).toMatchObject({ prefix: { strip: 'backbone.', add: '' } });
    const document = await matched(0, at('resnet18.pt'), ...options, '--apply-prefix');
    expect(document).toMatchObject({
      summary: { matched: 120, missing: 0, unexpected: 0, mismatched: 2 },
      mismatched: [
        { key: 'fc.weight', source: [1000, 512], target: [7, 512] },
        { key: 'fc.bias', source: [1000], target: [7] },
      ],
    });
    expect(document.summary['coverage']).toBeCloseTo(11_186_132 / 11_189_723, 3);
    const { stdout } = await cli(['match', at('resnet18.pt'), ...options]);
    expect(stdout).toMatch(
      /^Nothing loads · 0 of 11\.2 M parameters · coverage 0\.0 %\nStrip prefix backbone\. \(certain\): 122 keys/,
    );
  });

  test('a network around it: the names that are proposed are applied at once, when asked', async () => {
    const keys = (await loadCatalogue()).architecture('resnet18')?.keys ?? [];
    writeFileSync(at('wrapped.pt'), expandedFile(keys.map(({ key, shape }): Named => [`module.${key}`, ...shape])));
    const own = keys.map(
      ({ key, shape }) => [key.replace(/^(?!fc)/, 'backbone.').replace(/^fc/, 'head'), shape] as const,
    );
    const wanted = own.map(([key, shape]) => [key, key.startsWith('head') ? [7, ...shape.slice(1)] : shape]);
    writeFileSync(at('own.json'), JSON.stringify(Object.fromEntries(wanted)));
    const proposed = {
      proposals: [{ kind: 'swap', from: 'module.', to: 'backbone.', applied: false }, { to: 'head' }],
    };
    expect(await matched(1, at('wrapped.pt'), at('own.json'), '--apply-prefix')).toMatchObject(proposed);
    expect(await matched(0, at('wrapped.pt'), at('own.json'), '--apply-names')).toMatchObject({
      summary: { matched: 120, missing: 0, unexpected: 0, mismatched: 2 },
      proposals: [{ applied: true }, { applied: true }],
    });
  });

  test('nothing loads: nothing is written, which would be fresh numbers alone', async () => {
    const keys = (await loadCatalogue()).architecture('resnet18')?.keys ?? [];
    writeFileSync(at('prefixed.pt'), expandedFile(keys.map(({ key, shape }): Named => [`module.${key}`, ...shape])));
    for (const update of [[], ['--update']]) {
      const files = [at('prefixed.pt'), 'torchvision:resnet18'];
      const { status, stdout, stderr } = await cli(['match', ...files, ...update, '-o', at('unwritten.pt')]);
      expect(status).toBe(1);
      expect(stdout).toMatch(/^Nothing loads/);
      expect(stderr).toBe(`ptckpt: ${at('unwritten.pt')} was not written: nothing loads\n`);
      expect(existsSync(at('unwritten.pt'))).toBe(false);
    }
  });

  test('none of that name: the nearest are named', async () => {
    expect(await refusal(sample, 'torchvision:resnet1')).toMatch(/no model called resnet1; take one of resnet101, /);
  });
});

describe('what cannot be matched', () => {
  test('a list of keys that is none', async () => {
    writeFileSync(at('text.json'), 'fc.weight');
    writeFileSync(at('list.json'), '["fc.weight"]');
    writeFileSync(at('shape.json'), '{"fc.weight": [10, "5"]}');
    writeFileSync(at('empty.txt'), 'Killed');
    expect(await refusal(sample, at('text.json'))).toMatch(/text\.json: the list of keys is no JSON; write it as /);
    expect(await refusal(sample, at('list.json'))).toMatch(/this JSON is no list of keys with their shapes/);
    expect(await refusal(sample, at('shape.json'))).toMatch(/the shape of “fc\.weight” is no list of sizes/);
    expect(await refusal(sample, at('empty.txt'))).toMatch(/names no keys/);
    expect(await refusal(sample, at('missing.json'))).toMatch(
      /missing\.json: cannot be read \(ENOENT\); check the path/,
    );
  });

  test('arguments that go with something else', async () => {
    expect(await refusal(sample)).toMatch(/match takes a file and a target/);
    expect(await refusal(sample, 'python:a:b')).toMatch(/needs --python EXE/);
    expect(await refusal(sample, sample, '--num-classes', '3')).toMatch(/goes with torchvision/);
    expect(await refusal(sample, sample, '--update')).toMatch(/go with -o OUT/);
    expect(await refusal(sample, 'torchvision:resnet18', '--num-classes', 'ten')).toMatch(/takes a whole number: ten/);
  });
});
