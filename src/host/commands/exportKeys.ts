import * as vscode from 'vscode';
import type { ExportFormat } from '../../core/export/exportRows';
import type { CheckpointDocument, OpenState } from '../document';
import type { Command } from './command';

/** Writes the rows of the tree, without values, as a table; all of them, or those that are selected. */
export const exportKeys: Command = {
  name: 'exportKeys',
  async run({ open }, ...parameters) {
    const session = open.active;
    if (session?.shown === undefined) {
      return;
    }
    const [given] = parameters;
    const target = given instanceof vscode.Uri ? given : await askForTarget(session.document);
    if (target === undefined) {
      return;
    }
    await writeRows(session.shown, target);
    const openFile = vscode.l10n.t('Open');
    const count = session.shown.checkpoint.entries.length;
    const answer = await vscode.window.showInformationMessage(vscode.l10n.t('{0} keys exported.', count), openFile);
    if (answer === openFile) {
      await vscode.commands.executeCommand('vscode.open', target);
    }
  },
};

async function askForTarget(document: CheckpointDocument): Promise<vscode.Uri | undefined> {
  return vscode.window.showSaveDialog({
    defaultUri: document.uri.with({ path: `${document.uri.path}.csv` }),
    filters: { CSV: ['csv'], JSON: ['json'], Markdown: ['md'] },
    title: vscode.l10n.t('Export Keys'),
  });
}

async function writeRows({ checkpoint }: OpenState, target: vscode.Uri): Promise<void> {
  const { exportFormatOf, exportRows } = await import('../../core/export/exportRows');
  const format: ExportFormat = exportFormatOf(target.path) ?? 'csv';
  const chunks = [...exportRows(checkpoint.entries, format)];
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(chunks.join('')));
}
