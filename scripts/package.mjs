// Packs the extension into a platform-specific VSIX.
//
//   npm run package [-- --target win32-x64] [--out FILE]

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './support/paths.mjs';
import { stageExtension, vsce, vsceSwitches } from './support/stage.mjs';

const { values: flags } = parseArgs({
  options: {
    target: { type: 'string', default: `${process.platform}-${process.arch}` },
    out: { type: 'string' },
  },
});
const out = resolve(root, flags.out ?? `pytorch-checkpoint-editor-${flags.target}.vsix`);

const stage = mkdtempSync(join(tmpdir(), 'vsix-'));
try {
  stageExtension(stage);
  mkdirSync(dirname(out), { recursive: true });
  const args = ['package', '--target', flags.target, '--out', out, ...vsceSwitches];
  execFileSync(process.execPath, [vsce, ...args], { cwd: stage, stdio: 'inherit' });
} finally {
  rmSync(stage, { recursive: true, force: true });
}
console.log(`${out}: ${(statSync(out).size / 1000).toFixed(0)} kB`);
