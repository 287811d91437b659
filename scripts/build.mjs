// Bundles the extension, the command line and the webviews into dist/.
//
//   node scripts/build.mjs [--watch] [--production]
//
// --production minifies and leaves the source maps out. Packages that get bundled are named in dist/ThirdPartyNotices.txt.

import { context, build } from 'esbuild';
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundledPackages, noticesText } from './support/notices.mjs';
import { inProject, root } from './support/paths.mjs';

const { values: flags } = parseArgs({
  options: { watch: { type: 'boolean', default: false }, production: { type: 'boolean', default: false } },
});

const notices = 'dist/ThirdPartyNotices.txt';

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

/** @type {import('esbuild').BuildOptions[]} */
const bundles = [
  {
    ...common,
    entryPoints: { extension: 'src/extension.ts' },
    outdir: 'dist',
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['vscode'],
  },
  {
    ...common,
    entryPoints: { cli: 'src/cli/main.ts' },
    outdir: 'dist',
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
    outdir: 'dist/webview',
    platform: 'browser',
    // The Chromium of the oldest VS Code supported (1.100).
    target: 'chrome132',
    format: 'esm',
    loader: { '.ttf': 'file' },
    assetNames: '[name]',
  },
];

/** Leaves out what is not written yet. @param {import('esbuild').BuildOptions} options */
function withoutMissing(options) {
  const entries = options.entryPoints ?? {};
  const kept = Array.isArray(entries)
    ? entries.filter((entry) => existsSync(inProject(typeof entry === 'string' ? entry : entry.in)))
    : Object.fromEntries(Object.entries(entries).filter(([, path]) => existsSync(inProject(path))));
  return { ...options, entryPoints: kept };
}

/**
 * Removes what an earlier build left: all but what this one wrote and the type checker's own output.
 *
 * @param {string[]} outputs paths relative to the project
 */
function removeStale(outputs) {
  const kept = new Set(outputs.map((path) => inProject(path)));
  for (const entry of readdirSync(inProject('dist'), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !kept.has(path) && !path.startsWith(inProject('dist', 'types'))) rmSync(path);
  }
}

async function buildOnce() {
  mkdirSync(inProject('dist'), { recursive: true });
  // A bundle that fails does not keep the others from being built; esbuild has printed why.
  const results = await Promise.allSettled(bundles.map((options) => build(withoutMissing(options))));
  const metafiles = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.metafile] : []));
  const inputs = metafiles.flatMap((metafile) => Object.keys(metafile?.inputs ?? {}));
  writeFileSync(inProject(notices), noticesText(bundledPackages(inputs)));
  if (metafiles.length < results.length) {
    process.exitCode = 1;
    return;
  }
  removeStale([notices, ...metafiles.flatMap((metafile) => Object.keys(metafile?.outputs ?? {}))]);
  if (existsSync(inProject('dist', 'cli.js'))) chmodSync(inProject('dist', 'cli.js'), 0o755);
}

async function watch() {
  for (const options of bundles) {
    const watcher = await context({ ...withoutMissing(options), logLevel: 'info' });
    await watcher.watch();
  }
}

await (flags.watch ? watch() : buildOnce());
