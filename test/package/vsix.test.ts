import { unzipSync } from 'fflate';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stageExtension, vsce } from '../../scripts/support/stage.mjs';
import { launchChromium } from '../rig/browser.mjs';
import { startServer } from '../rig/server.mjs';
import { activeWebview, openWorkbench, runFromPalette } from '../rig/workbench.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Everything that is shipped; a new file belongs here and into .vscodeignore. */
const shipped = [
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'README.zh-CN.md',
  'dist/ThirdPartyNotices.txt',
  'dist/catalogue.json',
  'dist/cli.js',
  'dist/extension.js',
  'dist/host.js',
  'dist/python/factory.py',
  'dist/webview/codicon.ttf',
  'dist/webview/editor.css',
  'dist/webview/editor.js',
  'l10n/bundle.l10n.zh-cn.json',
  'media/icon.png',
  'media/walkthrough/audit.svg',
  'media/walkthrough/filter.svg',
  'media/walkthrough/open.svg',
  'package.json',
  'package.nls.json',
  'package.nls.zh-cn.json',
];

/** The whole VSIX is some 600 kB: something that does not belong there has slipped in when it is this large. */
const largestVsixBytes = 2_000_000;

/** vsce renames these while packing. */
const renamed: Readonly<Record<string, string>> = {
  'CHANGELOG.md': 'changelog.md',
  LICENSE: 'LICENSE.txt',
  'README.md': 'readme.md',
};

let folder: string;
let vsix: string;
let entries: Record<string, Uint8Array>;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'packed-'));
  vsix = join(folder, 'extension.vsix');
  execFileSync(process.execPath, ['scripts/package.mjs', '--target', 'linux-x64', '--out', vsix], { cwd: root });
  entries = unzipSync(readFileSync(vsix));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function text(entry: string): string {
  return new TextDecoder().decode(entries[entry]);
}

describe('the packed extension', () => {
  it('holds what it needs and nothing else', () => {
    const stage = join(folder, 'stage');
    mkdirSync(stage);
    stageExtension(stage);
    const list = [vsce, 'ls', '--no-dependencies'];
    const listed = execFileSync(process.execPath, list, { cwd: stage, encoding: 'utf8' });
    expect(listed.trim().split('\n').sort()).toEqual(shipped);
    const packed = shipped.map((name) => `extension/${renamed[name] ?? name}`);
    expect(Object.keys(entries).sort()).toEqual(['[Content_Types].xml', 'extension.vsixmanifest', ...packed].sort());
  });

  it('is small, for one platform, and carries the licences of what it bundles', () => {
    expect(statSync(vsix).size).toBeLessThan(largestVsixBytes);
    expect(text('extension.vsixmanifest')).toContain('TargetPlatform="linux-x64"');
    for (const name of ['fflate', 'lit', '@vscode/webview-ui-toolkit', '@vscode/codicons']) {
      expect(text('extension/dist/ThirdPartyNotices.txt')).toMatch(new RegExp(`^${name} \\d`, 'm'));
    }
  });

  it('ships no source map, and names no folder of the machine that built it', () => {
    for (const name of ['extension.js', 'host.js', 'cli.js', 'webview/editor.js'].map(
      (file) => `extension/dist/${file}`,
    )) {
      expect(text(name)).not.toContain('sourceMappingURL');
      expect(text(name)).not.toContain(root);
    }
  });

  it('opens a checkpoint when it runs from where it was unpacked', async () => {
    const workspace = join(folder, 'workspace');
    mkdirSync(workspace);
    const file = join(workspace, 'train.pt');
    copyFileSync(join(root, 'test', 'fixtures', 'corpus', 'torch-2.14.1', 'train.pt'), file);
    // The list of running extensions draws what is visible: a tall window, and an editor instead of a dialog, for all of it.
    const server = await startServer({ settings: { 'workbench.editor.useModal': 'off' } });
    const browser = await launchChromium();
    try {
      const url = server.url({ folder: workspace, file, extension: unpack() });
      const page = await openWorkbench(browser, url, { height: 2400 });
      const rows = activeWebview(page).locator('[role=treegrid] [role=row][aria-level]');
      await rows.first().waitFor({ timeout: 60_000 });
      expect(await rows.count()).toBeGreaterThan(1);
      console.log(`VSIX: ${statSync(vsix).size} bytes; activation: ${await activationTime(page)}`);
    } finally {
      await browser.close();
      await server.close();
    }
  });

  it('finds the Python script that it ships', () => {
    const unpacked = unpack();
    const file = join(root, 'test', 'fixtures', 'corpus', 'torch-2.14.1', 'train.pt');
    // Node is no Python, and says in which file it has seen that.
    const args = ['match', file, 'python:models:build', '--python', process.execPath];
    const { stderr } = spawnSync(process.execPath, [join(unpacked, 'dist', 'cli.js'), ...args], { encoding: 'utf8' });
    expect(stderr).toContain(`${join(unpacked, 'dist', 'python', 'factory.py')}:1\n`);
    expect(stderr).toContain('SyntaxError');
  });
});

/** Lays the extension out as VS Code installs it. */
function unpack(): string {
  const target = join(folder, 'unpacked');
  for (const [name, bytes] of Object.entries(entries)) {
    if (name.startsWith('extension/')) {
      const path = join(target, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes);
    }
  }
  return join(target, 'extension');
}

/** As VS Code itself measured it: `12ms`. */
async function activationTime(page: Page): Promise<string> {
  await runFromPalette(page, 'Developer: Show Running Extensions');
  const row = page.locator('.runtime-extensions-editor .monaco-list-row', { hasText: /checkpoint.editor/i });
  await row.waitFor();
  return (await row.locator('.activation-time').innerText()).replace(/^.*: /, '');
}
