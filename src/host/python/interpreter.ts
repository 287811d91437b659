import { homedir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { PythonError } from '../../core/python/pythonError';
import { activeInterpreter, environmentsOf } from './pythonExtension';
import { findOnPath, interpreterNames } from './searchPath';

export interface Interpreter {
  readonly path: string;
  readonly source: 'setting' | 'python-extension' | 'search-path';
}

/** Milliseconds for the Python extension to start and to answer; it may look through environments first. */
const extensionPatience = 15_000;

/**
 * The interpreter of the setting; else the one chosen in the Python extension, where that is installed; else the first of the
 * search path.
 * @param resource a file or folder: each workspace folder may have an environment of its own
 * @throws PythonError `untrusted`, `no-interpreter`
 */
export async function findInterpreter(
  resource: vscode.Uri | undefined,
  log: vscode.LogOutputChannel,
): Promise<Interpreter> {
  if (!vscode.workspace.isTrusted) {
    throw new PythonError({ kind: 'untrusted' });
  }
  const setting = vscode.workspace.getConfiguration('checkpointEditor').get<string>('python.interpreter', '').trim();
  if (setting !== '') {
    return { path: setting.replace(/^~(?=[\\/])/, homedir()), source: 'setting' };
  }
  const chosen = await chosenInExtension(resource, log);
  if (chosen !== null) {
    return { path: chosen, source: 'python-extension' };
  }
  const found = await findOnPath(interpreterNames, process.env['PATH'] ?? '');
  if (found === null) {
    throw new PythonError({ kind: 'no-interpreter', looked: interpreterNames });
  }
  return { path: found, source: 'search-path' };
}

/** Another extension's failure is no reason to go without Python. */
async function chosenInExtension(
  resource: vscode.Uri | undefined,
  log: vscode.LogOutputChannel,
): Promise<string | null> {
  const extension = vscode.extensions.getExtension<unknown>('ms-python.python');
  if (extension === undefined) {
    return null;
  }
  const ask = async (): Promise<string | null> => {
    const environments = environmentsOf(await extension.activate());
    return environments === null ? null : await activeInterpreter(environments, resource);
  };
  try {
    return await Promise.race([ask(), delay(extensionPatience, null, { ref: false })]);
  } catch (error) {
    log.warn('The Python extension did not tell its interpreter:', error);
    return null;
  }
}
