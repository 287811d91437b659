import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

describe('installing', () => {
  it.each(['package-lock.json', 'test/rig/package-lock.json'])('%s names no registry', (lock) => {
    expect(read(lock)).not.toMatch(/"resolved"|https?:\/\/[^"]*registry/);
  });

  it.each(['.npmrc', 'test/rig/.npmrc'])('%s runs no scripts of packages', (file) => {
    const lines = read(file).split('\n');
    expect(lines).toContain('ignore-scripts=true');
    expect(lines).toContain('omit-lockfile-registry-resolved=true');
  });

  it('ships no dependency that is not bundled, and has no script that ignore-scripts would skip', () => {
    const manifest: unknown = JSON.parse(read('package.json'));
    expect(manifest).not.toHaveProperty('dependencies');
    expect(manifest).toHaveProperty('scripts', expect.not.objectContaining({ prestart: expect.anything() as unknown }));
    expect(Object.keys((manifest as { scripts: object }).scripts).filter((name) => /^(pre|post)/.test(name))).toEqual(
      [],
    );
  });
});

describe('the committed files', () => {
  // Spelled in pieces, so that this file does not find itself.
  const machinePaths = ['/wo' + 'rk/', '/ro' + 'ot/', '/home/' + 'user'];

  it('name no folder of the machine that they were written on', () => {
    const list = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: root, encoding: 'utf8' });
    const texts = list
      .split('\0')
      .filter((path) => /\.(ts|mjs|cjs|json|md|yml|css|py|svg)$/.test(path) && !path.startsWith('test/fixtures/'))
      .filter((path) => existsSync(join(root, path)));
    const found = texts.filter((path) => machinePaths.some((part) => read(path).includes(part)));
    expect(texts.length).toBeGreaterThan(100);
    expect(found).toEqual([]);
  });
});

describe('continuous integration', () => {
  it('runs the suites on the three desktops', () => {
    const workflow = read('.github/workflows/ci.yml');
    expect(workflow).toMatch(/os: \[ubuntu-latest, windows-latest, macos-latest\]/);
    expect(workflow).toContain('npm run check');
    expect(workflow).toContain('npm test');
  });
});
