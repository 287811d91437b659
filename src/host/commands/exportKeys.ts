import * as vscode from 'vscode';
import { exportFormatOf, exportRows } from '../../core/export/exportRows';
import type { CheckpointDocument, OpenState } from '../document';
import type { Command } from './command';

/** Writes all entries of the file, without values, as a table. */
export const exportKeys: Command = async ({ open, log }) => {
  const session = open.active;
  if (session?.shown === undefined) {
    return;
  }
  const { shown } = session;
  const target = await askForTarget(session.document);
  if (target === undefined) {
    return;
  }
  try {
    await writeEntries(shown, target);
  } catch (error) {
    log.error(`exporting to ${target.toString()} failed`, error);
    const reason = error instanceof Error ? error.message : String(error);
    await vscode.window.showErrorMessage(vscode.l10n.t('The keys could not be written: {0}', reason));
    return;
  }
  await offerToOpen(target, shown.checkpoint.entries.length);
};

async function askForTarget(document: CheckpointDocument): Promise<vscode.Uri | undefined> {
  return vscode.window.showSaveDialog({
    defaultUri: document.uri.with({ path: `${document.uri.path}.csv` }),
    filters: { CSV: ['csv'], JSON: ['json'], Markdown: ['md'] },
    title: vscode.l10n.t('Export Keys'),
  });
}

async function writeEntries({ checkpoint }: OpenState, target: vscode.Uri): Promise<void> {
  const chunks = [...exportRows(checkpoint.entries, exportFormatOf(target.path) ?? 'csv')];
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(chunks.join('')));
}

async function offerToOpen(target: vscode.Uri, count: number): Promise<void> {
  const open = vscode.l10n.t('Open');
  const answer = await vscode.window.showInformationMessage(vscode.l10n.t('{0} keys exported.', count), open);
  if (answer === open) {
    await vscode.commands.executeCommand('vscode.open', target);
  }
}
