// `npm run bench [-- ROW…]`: measures this program beside its peers in one run, and writes bench/results.md.
// Data and tools are made once, in bench/data. Linux; needs Python 3, and torch for the rows that compare with it.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bundles = join(root, 'bench', 'data', 'bundles');
mkdirSync(bundles, { recursive: true });

/** @type {import('esbuild').BuildOptions} */
const common = {
  absWorkingDir: root,
  outdir: bundles,
  bundle: true,
  platform: 'node',
  target: 'node20',
  minify: true,
  logLevel: 'warning',
};
// As scripts/build.mjs packs it.
await build({ ...common, entryPoints: { cli: 'src/cli/main.ts' }, format: 'cjs', outExtension: { '.js': '.cjs' } });
await build({
  ...common,
  minify: false,
  entryPoints: ['bench/main.ts', 'bench/ours/*.ts', 'bench/peers/*.ts'],
  outbase: 'bench',
  format: 'esm',
  // The rig loads it from its own place.
  external: ['playwright-core'],
  outExtension: { '.js': '.mjs' },
});
const run = spawnSync(process.execPath, [join(bundles, 'main.mjs'), root, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exitCode = run.status ?? 1;
