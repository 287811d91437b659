// Finds a desktop VS Code: the one installed here, or one downloaded by @vscode/test-electron.

import { spawnSync } from 'node:child_process';

/** How long the download may take to answer before it is given up. */
const answerMilliseconds = 10_000;

/** Whether a window can be shown. */
export function hasDisplay() {
  if (process.platform === 'win32' || process.platform === 'darwin') return true;
  return Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);
}

/** Whether `code` is on the PATH, or an editor's own terminal in which it opens a tab of that editor. */
export function hasCodeCommand() {
  const shell = process.platform === 'win32';
  return spawnSync('code', ['--version'], { shell, timeout: answerMilliseconds }).status === 0;
}

/** Whether the service that @vscode/test-electron downloads from answers in time. */
export async function downloadAnswers() {
  try {
    const response = await fetch('https://update.code.visualstudio.com/api/releases/stable', {
      signal: AbortSignal.timeout(answerMilliseconds),
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    // Offline, blocked or too slow are one answer: no.
    return false;
  }
}

/**
 * A desktop VS Code to run the extension in, downloaded once into .vscode-test; null where none can be had.
 *
 * @returns {Promise<string | null>} path of the executable
 */
export async function desktopCode() {
  if (!hasDisplay() || !(await downloadAnswers())) return null;
  const { downloadAndUnzipVSCode } = await import('@vscode/test-electron');
  console.log('Downloading desktop VS Code into .vscode-test (about 150 MB, once) …');
  return downloadAndUnzipVSCode({ version: 'stable' });
}
