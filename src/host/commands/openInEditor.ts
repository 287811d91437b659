import * as vscode from 'vscode';
import { anyViewType, checkpointViewType } from '../viewTypes';
import type { Command } from './command';

/** Opens the file of the menu, else that of the active editor, else asks for one. */
export const openInEditor: Command = async (_context, resource, selected) => {
  const uris = resources(resource, selected);
  for (const uri of uris.length > 0 ? uris : await askForFiles()) {
    await vscode.commands.executeCommand('vscode.openWith', uri, viewTypeFor(uri));
  }
};

/** Explorer menus pass the entry under the pointer and all selected ones. */
function resources(resource: unknown, selected: unknown): vscode.Uri[] {
  if (Array.isArray(selected) && selected.length > 0) {
    return selected.filter((item) => item instanceof vscode.Uri);
  }
  if (resource instanceof vscode.Uri) {
    return [resource];
  }
  const active = activeResource();
  return active === undefined ? [] : [active];
}

/** The file of the active tab, where it is shown by another editor than ours. */
function activeResource(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (input instanceof vscode.TabInputText && input.uri.scheme !== 'untitled') {
    return input.uri;
  }
  if (input instanceof vscode.TabInputCustom && !isOurs(input.viewType)) {
    return input.uri;
  }
  return undefined;
}

function isOurs(viewType: string): boolean {
  return viewType === checkpointViewType || viewType === anyViewType;
}

async function askForFiles(): Promise<readonly vscode.Uri[]> {
  const chosen = await vscode.window.showOpenDialog({
    canSelectMany: true,
    openLabel: vscode.l10n.t('Open'),
    title: vscode.l10n.t('Open in Checkpoint Editor'),
    filters: {
      [vscode.l10n.t('Checkpoints')]: ['pt', 'pth', 'tar', 'ckpt', 'pkl', 'ptl', 'bin', 'safetensors', 'jit', 'th'],
      [vscode.l10n.t('All Files')]: ['*'],
    },
  });
  return chosen ?? [];
}

/** The editor that VS Code would take by itself for these endings, so that a file is not opened in both. */
export function viewTypeFor(uri: vscode.Uri): string {
  return /\.(pt|pth|pth\.tar|ckpt|pkl|ptl)$/i.test(uri.path) ? checkpointViewType : anyViewType;
}
