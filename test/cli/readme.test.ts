import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { cli } from '../support/cli';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const read = (name: string): string => readFileSync(join(root, name), 'utf8');

/** The lines of the one block that begins with this prompt, without their indent. */
function shownBlock(text: string): { readonly command: string; readonly output: string } {
  const [, command = '', output = ''] = /^ {4}\$ ptckpt (.*)\n((?: {4}.*\n)+)/m.exec(text) ?? [];
  return { command, output: output.replace(/^ {4}/gm, '') };
}

/** Arguments of a command line that quotes with `'` alone. */
const argumentsOf = (command: string): string[] => command.split(' ').map((word) => word.replaceAll("'", ''));

describe.each(['README.md', 'README.zh-CN.md'])('%s', (name) => {
  const text = read(name);

  it('shows what the command line prints', async () => {
    const { command, output } = shownBlock(text);
    const [verb = '', file = '', ...options] = argumentsOf(command);
    expect(await cli([verb, join(root, file), ...options])).toEqual({ status: 0, stdout: output, stderr: '' });
  });

  it('links to files that are there', () => {
    const targets = [...text.matchAll(/\]\(([^)#:]+)\)/g)].map(([, target = '']) => target);
    expect(targets.length).toBeGreaterThan(5);
    expect(targets.filter((target) => !existsSync(join(root, target)))).toEqual([]);
  });
});

it('both READMEs have the same parts', () => {
  const shape = (name: string) =>
    read(name)
      .split('\n')
      .filter((line) => /^(#|\||!\[| {4}|- )/.test(line))
      .map((line) => /^(#+|\||!\[| {4}|- )/.exec(line)?.[0]);
  expect(shape('README.zh-CN.md')).toEqual(shape('README.md'));
});
