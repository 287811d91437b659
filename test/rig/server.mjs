// A VS Code served on 127.0.0.1: the same workbench, extension host and custom editors as on the desktop.
// Node's own modules only: `npm start` uses it.

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rigPaths } from './install.mjs';

/** Needed beside the extension under development, or a file named in the address may show as text. */
export const reopenExtension = join(dirname(fileURLToPath(import.meta.url)), 'reopen');

/** What every VS Code of the rig is set to; a caller's own settings come after these. */
export const baseSettings = {
  'chat.disableAIFeatures': true,
  'extensions.ignoreRecommendations': true,
  // The web build saves after a delay unless told not to, which would make a dirty editor clean by itself.
  'files.autoSave': 'off',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'window.commandCenter': false,
  'window.autoDetectColorScheme': false,
  'workbench.layoutControl.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
};

/**
 * What tests are run with besides: on a loaded machine an editor that was just opened takes the focus late, which would
 * close a question that has been asked meanwhile.
 */
export const testSettings = { 'workbench.quickOpen.closeOnFocusLost': false };

/**
 * @typedef {object} ServerOptions
 * @property {Record<string, unknown>} [settings] user settings
 * @property {boolean} [trusted] whether workspaces are trusted without asking; true unless given
 * @property {string} [dataFolder] kept after the end; without one a temporary folder is made and removed
 * @property {string} [locale] display language of extensions: `zh-cn`; English unless given
 * @property {string} [vsix] extension to install instead of one under development
 * @property {boolean} [verbose] passes the server's own output on
 */

/**
 * @typedef {object} PageOptions
 * @property {string | undefined} [folder] workspace to open
 * @property {string | undefined} [file] file to open
 * @property {string | undefined} [extension] folder of the extension under development
 * @property {string | undefined} [tests] module whose `run()` is called in the extension host
 */

/**
 * @typedef {object} Server
 * @property {number} pid
 * @property {string} dataFolder
 * @property {(page: PageOptions) => string} url address of a page, with the connection token
 * @property {() => Promise<void>} close ends the server and removes what it left
 */

/**
 * Starts a VS Code of its own: a free port, a random token, a data folder of its own. It ends with the process that
 * started it, also on SIGINT and SIGTERM.
 *
 * @param {ServerOptions} [options]
 * @returns {Promise<Server>}
 */
export async function startServer(options = {}) {
  const dataFolder = options.dataFolder ?? mkdtempSync(join(tmpdir(), 'served-vscode-'));
  writeSettings(dataFolder, options);
  cpSync(reopenExtension, join(dataFolder, 'extensions', 'rig.reopen-1.0.0'), { recursive: true });
  if (options.locale !== undefined && options.locale !== 'en') writeLanguagePack(dataFolder, options.locale);
  const port = await freePort();
  const token = randomBytes(24).toString('hex');
  const child = spawnServer(['--port', String(port), '--connection-token', token], dataFolder, options);
  const close = closing(child, options.dataFolder === undefined ? dataFolder : null);
  try {
    await listening(child, options.verbose ?? false);
  } catch (error) {
    await close();
    throw error;
  }
  const url = (/** @type {PageOptions} */ page) => pageUrl(port, token, withLinkedExtension(page, dataFolder));
  return { pid: child.pid ?? 0, dataFolder, url, close };
}

/** @param {string} dataFolder @param {ServerOptions} options */
function writeSettings(dataFolder, options) {
  const settings = {
    ...baseSettings,
    'security.workspace.trust.enabled': options.trusted === false,
    ...options.settings,
  };
  for (const scope of ['User', 'Machine']) {
    mkdirSync(join(dataFolder, 'data', scope), { recursive: true });
    writeFileSync(join(dataFolder, 'data', scope, 'settings.json'), JSON.stringify(settings, null, 2));
  }
}

/**
 * VS Code speaks a language for which it has a pack. This one is empty: VS Code's own texts stay English, an extension's are
 * read from its own files.
 *
 * @param {string} dataFolder
 * @param {string} locale
 */
function writeLanguagePack(dataFolder, locale) {
  const texts = join(dataFolder, 'data', 'main.i18n.json');
  writeFileSync(texts, JSON.stringify({ contents: {} }));
  const extensions = [{ extensionIdentifier: { id: `rig.language-${locale}` }, version: '1.0.0' }];
  const packs = { [locale]: { hash: 'empty', label: locale, extensions, translations: { vscode: texts } } };
  writeFileSync(join(dataFolder, 'data', 'languagepacks.json'), JSON.stringify(packs));
}

/** @param {string[]} args @param {string} dataFolder @param {ServerOptions} options */
function spawnServer(args, dataFolder, options) {
  const fixed = [
    '--accept-server-license-terms',
    // Without it the page ignores the extension under development.
    '--enable-smoke-test-driver',
    '--host',
    '127.0.0.1',
    '--server-data-dir',
    dataFolder,
    '--extensions-dir',
    join(dataFolder, 'extensions'),
    ...['--locale', options.locale ?? 'en'],
  ];
  const install = options.vsix === undefined ? [] : ['--install-extension', options.vsix, '--start-server'];
  return spawn(rigPaths.node, [rigPaths.server, ...fixed, ...install, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, so that its extension hosts end with it.
    detached: true,
  });
}

/**
 * Resolves once the server takes connections.
 *
 * @param {import('node:child_process').ChildProcessByStdio<null, import('node:stream').Readable, import('node:stream').Readable>} child
 * @param {boolean} verbose
 * @returns {Promise<void>}
 */
function listening(child, verbose) {
  return new Promise((resolve, reject) => {
    let output = '';
    const take = (/** @type {Buffer} */ chunk) => {
      if (verbose) process.stderr.write(chunk);
      if (output.length < 100_000) output += chunk.toString();
      if (output.includes('Extension host agent listening')) resolve();
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('error', reject);
    child.once('exit', (code) => {
      reject(new Error(`The served VS Code ended with ${String(code)}:\n${output.slice(-4000)}`));
    });
  });
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {string | null} temporaryFolder
 */
function closing(child, temporaryFolder) {
  const removeFolder = () => {
    if (temporaryFolder !== null) rmSync(temporaryFolder, { recursive: true, force: true, maxRetries: 5 });
  };
  const onExit = () => {
    killGroup(child, 'SIGKILL');
    removeFolder();
  };
  process.once('exit', onExit);
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    // A handler of ours replaces the default end of the process: the exit handler above then cleans up.
    if (process.listenerCount(signal) === 0) process.once(signal, () => process.exit(130));
  }
  return async () => {
    process.removeListener('exit', onExit);
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      const hard = setTimeout(() => {
        killGroup(child, 'SIGKILL');
      }, 3000);
      killGroup(child, 'SIGTERM');
      await ended;
      clearTimeout(hard);
    }
    removeFolder();
  };
}

/** @param {import('node:child_process').ChildProcess} child @param {NodeJS.Signals} signal */
function killGroup(child, signal) {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // The whole group has ended by itself.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** A port of 127.0.0.1 that nothing listens on now. @returns {Promise<number>} */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no free port'));
        else resolve(address.port);
      });
    });
  });
}

/**
 * VS Code takes themes below the folder of the extension under development for that extension's own and applies one of
 * them. This rig, with VS Code's built-in themes, lies below ours: so the folder goes by another name.
 *
 * @param {PageOptions} page
 * @param {string} dataFolder
 * @returns {PageOptions}
 */
function withLinkedExtension(page, dataFolder) {
  if (page.extension === undefined) return page;
  const link = join(dataFolder, 'development');
  rmSync(link, { force: true });
  symlinkSync(page.extension, link, 'dir');
  return { ...page, extension: link };
}

/** @param {number} port @param {string} token @param {PageOptions} page */
function pageUrl(port, token, page) {
  const remote = (/** @type {string} */ path) => `vscode-remote://127.0.0.1:${port}${encodeURI(path)}`;
  const payload = [['skipWelcome', 'true']];
  if (page.extension !== undefined) payload.push(['extensionDevelopmentPath', remote(page.extension)]);
  if (page.tests !== undefined) payload.push(['extensionTestsPath', remote(page.tests)]);
  if (page.file !== undefined) payload.push(['openFile', remote(page.file)]);
  const query = new URLSearchParams({ tkn: token, payload: JSON.stringify(payload) });
  if (page.folder !== undefined) query.set('folder', page.folder);
  else query.set('ew', 'true');
  return `http://127.0.0.1:${port}/?${query.toString()}`;
}
