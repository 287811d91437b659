import * as vscode from 'vscode';
import { CheckpointDocument } from './document';
import type { OpenDocuments } from './openDocuments';
import { PanelSession, type SessionContext } from './panelSession';
import { anyViewType, checkpointViewType } from './viewTypes';

/**
 * Opens files for VS Code. Read-only as yet: VS Code itself then copies the file for Save As, and asks for neither save,
 * revert nor backup.
 */
export class CheckpointEditorProvider implements vscode.CustomReadonlyEditorProvider<CheckpointDocument> {
  constructor(
    private readonly open: OpenDocuments,
    private readonly context: SessionContext,
  ) {}

  /** Called when the first panel for a file opens. Returns at once: the panel shows the progress of reading. */
  openCustomDocument(uri: vscode.Uri): CheckpointDocument {
    const document = new CheckpointDocument(uri, this.context.log);
    void document.load();
    return document;
  }

  /** Called for every panel, also when the window is restored. */
  resolveCustomEditor(document: CheckpointDocument, panel: vscode.WebviewPanel): void {
    this.open.add(new PanelSession(document, panel, this.context));
  }
}

export function registerEditors(open: OpenDocuments, context: SessionContext): vscode.Disposable {
  const provider = new CheckpointEditorProvider(open, context);
  return vscode.Disposable.from(
    ...[checkpointViewType, anyViewType].map((viewType) =>
      vscode.window.registerCustomEditorProvider(viewType, provider, {
        supportsMultipleEditorsPerDocument: true,
        webviewOptions: { retainContextWhenHidden: false, enableFindWidget: false },
      }),
    ),
  );
}
