import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { cli } from '../support/cli';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const read = (name: string): string => readFileSync(join(root, name), 'utf8');

interface Shown {
  readonly command: string;
  readonly output: string;
}

/** Every command behind a prompt, with the lines that it prints, without their indent; empty ones have none. */
function shownCommands(text: string): Shown[] {
  return [...text.matchAll(/^ {4}\$ ptckpt (.*)\n((?: {4}(?!\$).*\n|\n(?= {4}(?!\$)))+)/gm)].map(
    ([, command = '', output = '']) => ({
      command,
      output: output.replace(/^ {4}/gm, ''),
    }),
  );
}

/** Arguments of a command line that quotes with `'` alone. */
const argumentsOf = (command: string): string[] => command.split(' ').map((word) => word.replaceAll("'", ''));

const folder = mkdtempSync(join(tmpdir(), 'readme-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** What is shipped is where it is; what commands write goes to a folder of the test. */
function placed(word: string): string {
  return word.startsWith('media/') ? join(root, word) : /^[a-z]+\.(?:pt|py)$/.test(word) ? join(folder, word) : word;
}

describe.each(['README.md', 'README.zh-CN.md'])('%s', (name) => {
  const text = read(name);

  it('shows what the command line prints', async () => {
    const shown = shownCommands(text);
    expect(shown.map(({ command }) => command.split(' ', 1)[0])).toEqual([
      'inspect',
      'edit',
      'edit',
      'edit',
      'edit',
      'match',
      'plan',
    ]);
    for (const { command, output } of shown) {
      expect(await cli(argumentsOf(command).map(placed))).toEqual({ status: 0, stdout: output, stderr: '' });
    }
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
