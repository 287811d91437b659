#!/usr/bin/env node
// Stands in for desktop VS Code where @vscode/test-electron's runTests() starts an executable: takes the desktop's
// switches, serves VS Code, opens it in Chromium, and ends with the exit code of the tests in its extension host.

import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { launchChromium } from './browser.mjs';
import { startServer, testSettings } from './server.mjs';
import { openWorkbench } from './workbench.mjs';

/** Tests that have not ended by then never will; the picture tells what VS Code showed. */
const timeoutMilliseconds = 15 * 60 * 1000;

const { values, positionals } = parseArgs({
  strict: false,
  allowPositionals: true,
  options: {
    extensionTestsPath: { type: 'string' },
    extensionDevelopmentPath: { type: 'string' },
    'disable-workspace-trust': { type: 'boolean' },
    // The desktop's own switch: tests in the extension host press keys and read the webview through it.
    'remote-debugging-port': { type: 'string' },
  },
});

/** VS Code's native modules (its log files, its watchdog) are not built here; that they are missing says nothing of a test. */
const missingNativeModules = /Could not locate the bindings file|build\/Release\/watchdog/;

/** @param {string} type @param {string} text */
function passOn(type, text) {
  if (missingNativeModules.test(text)) return;
  (type === 'error' ? process.stderr : process.stdout).write(`${text}\n`);
}

/** @param {unknown} value */
function optionalPath(value) {
  return typeof value === 'string' ? resolve(value) : undefined;
}

const server = await startServer({
  trusted: values['disable-workspace-trust'] === true,
  settings: testSettings,
});
const debuggingPort = values['remote-debugging-port'];
const browser = await launchChromium(
  typeof debuggingPort === 'string' ? [`--remote-debugging-port=${debuggingPort}`] : [],
);

/** @type {(code: number) => void} */
let ended = () => undefined;
/** @type {Promise<number>} */
const exitCode = new Promise((settle) => (ended = settle));

const page = await openWorkbench(
  browser,
  server.url({
    folder: optionalPath(positionals[0]),
    extension: optionalPath(values.extensionDevelopmentPath),
    tests: optionalPath(values.extensionTestsPath),
  }),
  { onLog: passOn, onExit: ended },
);
const deadline = setTimeout(() => {
  const folder = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'test-results');
  mkdirSync(folder, { recursive: true });
  process.stderr.write(
    `The tests did not end within ${timeoutMilliseconds / 60_000} minutes: see test-results/hung.png\n`,
  );
  void page.screenshot({ path: join(folder, 'hung.png') }).finally(() => {
    ended(1);
  });
}, timeoutMilliseconds);
process.exitCode = await exitCode;
clearTimeout(deadline);
await browser.close();
await server.close();
