// Lays what may go into a VSIX into a folder of its own. vsce walks everything below the folder that it packs, and in the
// project's own that is a gigabyte of test rig and Python.

import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './install.mjs';
import { inProject, root } from './paths.mjs';

const folders = ['l10n', 'media'];
/** Switches under which vsce packs: everything is bundled, and there is no public repository to link to yet. */
export const vsceSwitches = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links'];

/** Path of vsce's script. */
export const vsce = inProject('node_modules', '@vscode', 'vsce', 'vsce');

/**
 * Builds for production into `target` and copies beside it what else .vscodeignore chooses from.
 *
 * @param {string} target an empty folder
 */
export function stageExtension(target) {
  for (const entry of readdirSync(root, { withFileTypes: true })) {
    if (entry.isFile()) cpSync(inProject(entry.name), join(target, entry.name));
  }
  for (const folder of folders) cpSync(inProject(folder), join(target, folder), { recursive: true });
  run(process.execPath, ['scripts/build.mjs', '--production', '--out', join(target, 'dist')]);
}
