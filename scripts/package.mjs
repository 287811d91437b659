// Packs the extension into a platform-specific VSIX.
//
//   npm run package [-- --target win32-x64] [--out FILE]

import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { run } from './support/install.mjs';
import { inProject, root } from './support/paths.mjs';

const { values: flags } = parseArgs({
  options: {
    target: { type: 'string', default: `${process.platform}-${process.arch}` },
    out: { type: 'string' },
  },
});
const out = resolve(root, flags.out ?? `pytorch-checkpoint-editor-${flags.target}.vsix`);

run(process.execPath, ['scripts/build.mjs', '--production']);
mkdirSync(dirname(out), { recursive: true });
run(process.execPath, [
  inProject('node_modules', '@vscode', 'vsce', 'vsce'),
  'package',
  ...['--target', flags.target, '--out', out],
  // Everything is bundled, so node_modules stays out; there is no public repository to link to yet.
  ...['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links'],
]);
console.log(`${out}: ${(statSync(out).size / 1000).toFixed(0)} kB`);
