import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';

/** The project's folder: the tests are bundled elsewhere. */
const root = process.env['PTCKPT_ROOT'] ?? '';
const corpus = join(root, 'test', 'fixtures', 'corpus');

/** Path of a file in the workspace that the runner opened. */
export function inWorkspace(path: string): string {
  const folder = vscode.workspace.workspaceFolders?.[0];
  if (folder === undefined) {
    throw new Error('no workspace');
  }
  return join(folder.uri.fsPath, path);
}

export function write(path: string, content: string | Uint8Array): vscode.Uri {
  const target = inWorkspace(path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, content);
  return vscode.Uri.file(target);
}

/** Copies a file of the corpus into the workspace. */
export function fromCorpus(name: string, path = name.replaceAll('/', '-')): vscode.Uri {
  return copied(join(corpus, name), path);
}

/** Copies a file that real torch has written for these tests; undefined where there is no torch. */
export function fromTorch(name: string): vscode.Uri | undefined {
  const folder = process.env['PTCKPT_TORCH_FILES'];
  return folder === undefined ? undefined : copied(join(folder, name), join('torch', name));
}

function copied(source: string, path: string): vscode.Uri {
  const target = inWorkspace(path);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(source, target);
  return vscode.Uri.file(target);
}
