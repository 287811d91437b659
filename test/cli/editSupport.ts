import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect } from 'vitest';
import type { Value } from '../../src/core/pickle/values';
import { writePickle } from '../../src/core/pickle/writer';
import { cli, type CliResult } from '../support/cli';
import { corpusFolder } from '../support/corpus';

// A folder of its own for each test, and what tests of `ptckpt edit` do in it.

let folder = '';

/** To be called where the tests of a file begin. */
export function useFolder(): void {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'edit -'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
}

export const at = (name: string): string => join(folder, name);

/** A file of the corpus, in the folder. */
export function copied(name: string, as = 'a.pt'): string {
  copyFileSync(join(corpusFolder, name), at(as));
  return at(as);
}

/** A pickle of plain values, in the folder. */
export function pickled(root: Value, as = 'a.pkl'): string {
  writeFileSync(at(as), writePickle(root));
  return at(as);
}

export const sample = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'media', 'sample', 'resnet_flowers.pt');

export const edit = (file: string, ...options: string[]): Promise<CliResult> => cli(['edit', file, ...options]);

export interface Listing {
  readonly container: string;
  readonly tensors: readonly { readonly key: string; readonly device: string; readonly dtype: string }[];
  readonly values: readonly { readonly path: readonly unknown[]; readonly repr: string }[];
  readonly findings: readonly { readonly code: string }[];
}

export async function listing(file: string): Promise<Listing> {
  return JSON.parse((await cli(['inspect', file, '--json'])).stdout) as Listing;
}

/** `path = repr` of each value. */
export async function values(file: string): Promise<string[]> {
  return (await listing(file)).values.map(({ path, repr }) => `${JSON.stringify(path)} = ${repr}`);
}

/** What is said of every plain pickle. */
export const noPickleLoad =
  'warning: the file was a plain pickle; what is written is read by torch.load, and no longer by pickle.load';

/** What the edit of a file of plain values gives. */
export async function edited(root: Value, ...options: string[]): Promise<string[]> {
  const file = pickled(root);
  const { status, stderr } = await edit(file, '-o', at('out.pt'), ...options);
  expect({ status, stderr }).toEqual({ status: 0, stderr: `ptckpt: ${file}: ${noPickleLoad}\n` });
  return await values(at('out.pt'));
}

/** The one line that says what is wrong, without the file's name. Nothing is written then. */
export async function refused(file: string, ...options: string[]): Promise<string> {
  const before = readdirSync(folder);
  const bytes = readFileSync(file);
  const { status, stdout, stderr } = await edit(file, ...options);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(readdirSync(folder)).toEqual(before);
  expect(readFileSync(file).equals(bytes)).toBe(true);
  expect(stderr).toMatch(/^ptckpt: [^\n]*\n$/);
  return stderr.replace(`${file}: `, '').trimEnd();
}
