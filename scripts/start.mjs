// `npm start`: the sample checkpoint in a VS Code that runs this extension. Works on a fresh clone: only Node's own modules
// are used until the dependencies are there.

import { spawn } from 'node:child_process';
import { installRig, rigSupported } from '../test/rig/install.mjs';
import { reopenExtension, startServer } from '../test/rig/server.mjs';
import { desktopCode, hasCodeCommand, hasDisplay } from './support/desktop.mjs';
import { installDependencies, run } from './support/install.mjs';
import { inProject, root } from './support/paths.mjs';

const sampleFolder = inProject('media', 'sample');
const sample = inProject('media', 'sample', 'resnet_flowers.pt');

installDependencies();
console.log('Building …');
run(process.execPath, ['scripts/build.mjs']);

if (hasDisplay() && hasCodeCommand()) {
  console.log('Opening the sample in VS Code …');
  await inDesktop('code', process.platform === 'win32');
} else {
  const code = await desktopCode();
  if (code !== null) {
    console.log('Opening the sample in the downloaded VS Code …');
    await inDesktop(code, false);
  } else if (rigSupported()) {
    await served();
  } else {
    console.error(
      'There is no VS Code to open: the command `code` was not found, no desktop one could be downloaded, and the served one ' +
        'runs on Linux x64 only. Install VS Code and its `code` command, then run npm start again.',
    );
    process.exitCode = 1;
  }
}

/**
 * @param {string} executable
 * @param {boolean} shell
 * @returns {Promise<void>}
 */
function inDesktop(executable, shell) {
  // VS Code may open the sample before it knows this extension; the second one then opens it again.
  const development = [root, reopenExtension].map((folder) => `--extensionDevelopmentPath=${folder}`);
  const args = ['--new-window', ...development, sampleFolder, sample];
  return new Promise((resolve, reject) => {
    const child = spawn(executable, shell ? args.map((arg) => `"${arg}"`) : args, {
      stdio: 'ignore',
      shell,
      detached: process.platform !== 'win32',
    });
    child.once('error', reject);
    child.once('spawn', () => {
      child.unref();
      resolve();
    });
  });
}

/** Runs until Ctrl+C; the server ends and its data folder goes with this process. */
async function served() {
  await installRig(console.log);
  const server = await startServer();
  console.log('\nNo desktop VS Code can be shown here, so one is served to a browser on this machine:\n');
  console.log(`  ${server.url({ folder: sampleFolder, file: sample, extension: root })}\n`);
  console.log('Open the address in a browser. Ctrl+C ends it.');
}
