// Bundles the extension, the command line and the webviews, and puts the Python scripts and the catalogue beside them.
//
//   node scripts/build.mjs [--watch] [--production] [--out dist]
//
// --production minifies and leaves the source maps out. The licences of what is bundled go to
// ThirdPartyNotices.txt beside the bundles.

import { context, build } from 'esbuild';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundledPackages, noticesText } from './support/notices.mjs';
import { root } from './support/paths.mjs';

const { values: flags } = parseArgs({
  options: {
    watch: { type: 'boolean', default: false },
    production: { type: 'boolean', default: false },
    out: { type: 'string', default: 'dist' },
  },
});

const out = resolve(root, flags.out);
const notices = join(out, 'ThirdPartyNotices.txt');

/** @type {import('esbuild').BuildOptions} */
const common = {
  absWorkingDir: root,
  bundle: true,
  minify: flags.production,
  sourcemap: flags.production ? false : 'linked',
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
};

/** @type {import('esbuild').Plugin} */
const hostApart = {
  name: 'host-apart',
  setup(plugins) {
    plugins.onResolve({ filter: /\/host\/main$/ }, () => ({ path: './host.js', external: true }));
  },
};

/** @type {import('esbuild').BuildOptions[]} */
const bundles = [
  {
    ...common,
    entryPoints: { extension: 'src/extension.ts', host: 'src/host/main.ts' },
    outdir: out,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['vscode'],
    // Activation reads extension.js alone; host.js is read when the first file opens.
    plugins: [hostApart],
    supported: { 'dynamic-import': false },
  },
  {
    ...common,
    entryPoints: { cli: 'src/cli/main.ts' },
    outdir: out,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    banner: { js: '#!/usr/bin/env node' },
  },
  {
    ...common,
    entryPoints: [
      { in: 'webview/editor/main.ts', out: 'editor' },
      { in: 'webview/editor/editor.css', out: 'editor' },
    ],
    outdir: join(out, 'webview'),
    platform: 'browser',
    // The Chromium of the oldest VS Code supported (1.100).
    target: 'chrome132',
    format: 'esm',
    loader: { '.ttf': 'file' },
    assetNames: '[name]',
  },
];

/**
 * What the user's own Python runs, as it is: its tracebacks name a file that is there.
 *
 * @returns {string[]} the copies
 */
function copyPythonScripts() {
  const scripts = readdirSync(resolve(root, 'src/python')).filter((name) => name.endsWith('.py'));
  mkdirSync(join(out, 'python'), { recursive: true });
  return scripts.map((name) => {
    const copy = join(out, 'python', name);
    copyFileSync(resolve(root, 'src/python', name), copy);
    return copy;
  });
}

/**
 * What is known of torchvision's models, read when it is first used.
 *
 * @returns {string} the copy
 */
function copyCatalogue() {
  const copy = join(out, 'catalogue.json');
  copyFileSync(resolve(root, 'src/core/catalogue/catalogue.json'), copy);
  return copy;
}

/**
 * Removes what an earlier build left: all but what this one wrote and the type checker's own output.
 *
 * @param {string[]} outputs paths relative to the project
 */
function removeStale(outputs) {
  const kept = new Set(outputs.map((path) => resolve(root, path)));
  for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !kept.has(path) && !path.startsWith(join(out, 'types'))) rmSync(path);
  }
}

async function buildOnce() {
  mkdirSync(out, { recursive: true });
  // A bundle that fails does not keep the others from being built; esbuild has printed why.
  const results = await Promise.allSettled(bundles.map((options) => build(options)));
  const metafiles = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.metafile] : []));
  const inputs = metafiles.flatMap((metafile) => Object.keys(metafile?.inputs ?? {}));
  writeFileSync(notices, noticesText(bundledPackages(inputs)));
  if (metafiles.length < results.length) {
    process.exitCode = 1;
    return;
  }
  removeStale([
    notices,
    ...copyPythonScripts(),
    copyCatalogue(),
    ...metafiles.flatMap((metafile) => Object.keys(metafile?.outputs ?? {})),
  ]);
  chmodSync(join(out, 'cli.js'), 0o755);
}

async function watch() {
  copyPythonScripts();
  copyCatalogue();
  for (const options of bundles) {
    const watcher = await context({ ...options, logLevel: 'info' });
    await watcher.watch();
  }
}

await (flags.watch ? watch() : buildOnce());
