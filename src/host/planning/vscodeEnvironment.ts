import * as vscode from 'vscode';
import { loadCatalogue } from '../../core/catalogue/loadCatalogue';
import type { CheckpointDocument } from '../document';
import { isVersion } from '../fileAccess';
import { withArguments } from '../matching/vscodeEnvironment';
import { openFactories } from '../python/factories';
import type { PlanEnvironment, PlanFile } from './environment';

/** Bytes of a file of plans: 50 plans of a large network, each layer named, are about a tenth. */
const mostBytes = 32 * 1024 * 1024;

/** Files, dialogs and editors as VS Code has them, seen from one document. */
export function vscodeEnvironment({ uri, fileName }: CheckpointDocument): PlanEnvironment {
  const beside = uri.with({ path: `${uri.path}.plan.json` });
  return {
    fileName,
    catalogue: loadCatalogue,
    // A version that Git keeps has nothing beside it.
    readBeside: () => (isVersion(uri) ? Promise.resolve(null) : readBeside(beside)),
    askForFile: () => askForFile(beside),
    write: (text) => write(beside, text),
    factories: () =>
      openFactories().map(({ text, required }) => ({
        text: withArguments(text, required),
        secondary: required.join(', '),
      })),
    copy: async (text) => {
      await vscode.env.clipboard.writeText(text);
    },
    openPython: async (content) => {
      const document = await vscode.workspace.openTextDocument({ language: 'python', content });
      await vscode.window.showTextDocument(document);
    },
  };
}

async function readBeside(uri: vscode.Uri): Promise<PlanFile | null> {
  try {
    return await read(uri);
  } catch (error) {
    if (error instanceof vscode.FileSystemError) {
      return null;
    }
    throw error;
  }
}

async function read(uri: vscode.Uri): Promise<PlanFile | null> {
  const { size } = await vscode.workspace.fs.stat(uri);
  const bytes = size > mostBytes ? new Uint8Array() : await vscode.workspace.fs.readFile(uri);
  return { name: nameOf(uri), text: new TextDecoder().decode(bytes) };
}

async function askForFile(beside: vscode.Uri): Promise<PlanFile | null> {
  const [uri] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Open Plans'),
      openLabel: vscode.l10n.t('Open'),
      defaultUri: vscode.Uri.joinPath(beside, '..'),
      filters: { JSON: ['json'] },
    })) ?? [];
  return uri === undefined ? null : read(uri);
}

async function write(beside: vscode.Uri, text: string): Promise<string | null> {
  const target = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Save Plan'),
    defaultUri: beside,
    filters: { JSON: ['json'] },
  });
  if (target === undefined) {
    return null;
  }
  try {
    await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
    return nameOf(target);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(vscode.l10n.t('The plan could not be written: {0}', reason));
    return null;
  }
}

function nameOf({ path }: vscode.Uri): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
