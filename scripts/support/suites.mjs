// The suites of `npm test`, each run to an outcome that can be summed.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rigSupported } from '../../test/rig/install.mjs';
import { baseSettings, freePort, testSettings } from '../../test/rig/server.mjs';
import { findPython } from '../findPython.mjs';
import { desktopCode } from './desktop.mjs';
import { inProject, root } from './paths.mjs';

/**
 * @typedef {object} Outcome
 * @property {number} passed
 * @property {number} failed
 * @property {string[]} skipped names of tests, with the reason where it is known
 */

const results = inProject('test-results');
const skippedList = join(results, 'skipped.txt');

/**
 * Runs one vitest project.
 *
 * @param {string} project name in vitest.config.mjs
 * @returns {Outcome}
 */
export function vitest(project) {
  mkdirSync(results, { recursive: true });
  const output = join(results, `${project}.json`);
  rmSync(output, { force: true });
  rmSync(skippedList, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${output}`];
  const vitestScript = inProject('node_modules', 'vitest', 'vitest.mjs');
  const { status } = spawnSync(process.execPath, [vitestScript, 'run', '--project', project, ...reporters], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PTCKPT_SKIPPED: skippedList },
  });
  const outcome = existsSync(output) ? vitestOutcome(output) : { passed: 0, failed: 0, skipped: [] };
  // An error outside any test, or no test at all, must not read as a pass.
  if (status !== 0 && outcome.failed === 0) outcome.failed = 1;
  return outcome;
}

/**
 * @param {string} file vitest's JSON report
 * @returns {Outcome}
 */
function vitestOutcome(file) {
  /** @type {{ testResults: { name: string, status: string, assertionResults: { status: string, title: string, fullName: string }[] }[] }} */
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const reasons = existsSync(skippedList) ? readFileSync(skippedList, 'utf8').split('\n') : [];
  /** @type {Outcome} */
  const outcome = { passed: 0, failed: 0, skipped: [] };
  for (const { status, assertionResults } of report.testResults) {
    const failed = assertionResults.filter((test) => test.status === 'failed').length;
    outcome.passed += assertionResults.filter((test) => test.status === 'passed').length;
    // A file that cannot be loaded has no tests, and fails as one.
    outcome.failed += status === 'failed' ? Math.max(failed, 1) : failed;
    for (const { status, title, fullName } of assertionResults) {
      if (status === 'passed' || status === 'failed') continue;
      const reason = reasons.find((line) => line.startsWith(`${title} (`));
      outcome.skipped.push(reason === undefined ? fullName : `${fullName}${reason.slice(title.length)}`);
    }
  }
  return outcome;
}

/**
 * Runs test/vscode inside the extension host of a desktop VS Code, or of the served one where there is none.
 *
 * @returns {Promise<Outcome>}
 */
export async function extensionHost() {
  const desktop = await desktopCode();
  if (desktop === null && !rigSupported()) {
    return { passed: 0, failed: 0, skipped: ['test/vscode (needs desktop VS Code, or Linux x64 for the served one)'] };
  }
  const suite = await bundleTests();
  const { runTests } = await import('@vscode/test-electron');
  const output = join(results, 'vscode.json');
  const torchFiles = writtenByTorch();
  // Short, for macOS allows a socket's path, which lies in the data folder, 103 characters.
  const temporary = mkdtempSync(join(tmpdir(), 'ptckpt-'));
  const [workspace, userData] = [join(temporary, 'workspace'), join(temporary, 'user')];
  mkdirSync(workspace);
  mkdirSync(join(userData, 'User'), { recursive: true });
  writeFileSync(join(userData, 'User', 'settings.json'), JSON.stringify({ ...baseSettings, ...testSettings }));
  // The tests press keys and read the webview from within the extension host, by the protocol of Chromium's debugger.
  const port = await freePort();
  rmSync(output, { force: true });
  try {
    await runTests({
      vscodeExecutablePath: desktop ?? inProject('test', 'rig', 'code.mjs'),
      extensionDevelopmentPath: root,
      extensionTestsPath: join(suite, 'index.js'),
      launchArgs: [workspace, '--disable-extensions', `--remote-debugging-port=${port}`, `--user-data-dir=${userData}`],
      extensionTestsEnv: {
        PTCKPT_RESULTS: output,
        PTCKPT_BROWSER_PORT: String(port),
        PTCKPT_ROOT: root,
        ...torchFiles,
      },
    });
  } catch (error) {
    // The outcome tells what failed; without one it was VS Code itself.
    console.error(error instanceof Error ? error.message : error);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return existsSync(output) ? parseOutcome(output) : { passed: 0, failed: 1, skipped: [] };
}

/** @param {string} file @returns {Outcome} */
function parseOutcome(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/**
 * Has real torch write the files that some tests open: an extension host that waits for `import torch` counts as hung.
 *
 * @returns {{ PTCKPT_TORCH_FILES?: string, PTCKPT_TORCH_PYTHON?: string }} nothing where there is no torch
 */
function writtenByTorch() {
  const python = findPython(root);
  if (python === null) return {};
  const folder = inProject('.vscode-test', 'torch');
  mkdirSync(folder, { recursive: true });
  const script = inProject('test', 'torch', 'editor_files.py');
  const { status } = spawnSync(python.executable, [script, folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error('test/torch/editor_files.py failed');
  return { PTCKPT_TORCH_FILES: folder, PTCKPT_TORCH_PYTHON: python.executable };
}

/** VS Code loads the tests as CommonJS; vscode and mocha are found where they run. */
async function bundleTests() {
  const { build } = await import('esbuild');
  const outdir = inProject('.vscode-test', 'suite');
  mkdirSync(results, { recursive: true });
  rmSync(outdir, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: ['test/vscode/index.ts', 'test/vscode/*.test.ts'],
    outdir,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['vscode', 'mocha', 'playwright-core'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return outdir;
}
