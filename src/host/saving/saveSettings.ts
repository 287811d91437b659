import * as vscode from 'vscode';

export interface SaveSettings {
  /** `append`: where only the pickle changed, it is put behind the old bytes. */
  readonly mode: 'replace' | 'append';
  /** Keep the bytes that the file had when it was opened, for undo. */
  readonly keepPrevious: boolean;
}

export function saveSettings(uri: vscode.Uri): SaveSettings {
  const settings = vscode.workspace.getConfiguration('checkpointEditor', uri);
  return {
    mode: settings.get<string>('save.mode') === 'append' ? 'append' : 'replace',
    keepPrevious: settings.get('save.keepPrevious', true),
  };
}

/** VS Code saves by itself, after a while or when the focus goes elsewhere. */
export function autoSaves(uri: vscode.Uri): boolean {
  return vscode.workspace.getConfiguration('files', uri).get<string>('autoSave', 'off') !== 'off';
}

export async function turnOffAutoSave(): Promise<void> {
  const isFolder = vscode.workspace.workspaceFolders !== undefined;
  const target = isFolder ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
  await vscode.workspace.getConfiguration('files').update('autoSave', 'off', target);
}
