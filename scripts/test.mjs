// `npm test`: installs what is missing, builds, runs every suite and sums up. On a fresh clone only Node's own modules are
// used until the dependencies are there.
//
//   npm test [-- SUITE…]     unit, webview, vscode, workbench, package
//
// Skipped tests are named above the last line; in CI they fail the run, save for suites that this platform cannot run.

import { installRig, rigSupported } from '../test/rig/install.mjs';
import { installDependencies, run } from './support/install.mjs';
import { prepareTorch } from './support/torch.mjs';

const allSuites = ['unit', 'webview', 'vscode', 'workbench', 'package'];
/** Suites that drive the served VS Code, which runs on Linux x64 alone. */
const servedSuites = ['workbench', 'package'];

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !allSuites.includes(name));
if (unknown !== undefined) {
  console.error(`There is no suite ${unknown}: ${allSuites.join(', ')}`);
  process.exit(2);
}
const chosen = asked.length === 0 ? allSuites : allSuites.filter((name) => asked.includes(name));

installDependencies();
if (rigSupported() && chosen.some((name) => name !== 'unit')) await installRig(console.log);
if (chosen.includes('unit')) prepareTorch();
console.log('Building …');
run(process.execPath, ['scripts/build.mjs']);

const { extensionHost, vitest } = await import('./support/suites.mjs');
/** @type {import('./support/suites.mjs').Outcome} */
const total = { passed: 0, failed: 0, skipped: [] };
/** @type {string[]} */
const impossible = [];
for (const name of chosen) {
  if (servedSuites.includes(name) && !rigSupported()) {
    impossible.push(`test/${name} (the served VS Code runs on Linux x64 only)`);
    continue;
  }
  console.log(`\n── ${name} ──`);
  const outcome = name === 'vscode' ? await extensionHost() : vitest(name);
  total.passed += outcome.passed;
  total.failed += outcome.failed;
  total.skipped.push(...outcome.skipped);
}

console.log('');
for (const name of [...impossible, ...total.skipped]) console.log(`skipped: ${name}`);
const strict = Boolean(process.env['CI']) || process.env['PTCKPT_REQUIRE_TORCH'] === '1';
if (strict && total.skipped.length > 0) console.log(`In CI each of these ${total.skipped.length} is a failure.`);
const failed = total.failed + (strict ? total.skipped.length : 0);
console.log(`${total.passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || total.passed === 0 ? 1 : 0;
