import { join } from 'node:path';
import type * as vscode from 'vscode';
import { commands } from './commands';
import type { CommandName } from './commands/names';
import { CheckpointDocument, type DocumentEvent } from './document';
import { OpenDocuments } from './openDocuments';
import { PanelSession } from './panelSession';
import { KeptFiles } from './saving/keptFiles';
import { testApi, type TestApi } from './testApi';

/** Everything behind what `extension.ts` registers. */
export class Host implements vscode.Disposable {
  readonly #open = new OpenDocuments();
  /** What Save As has written and VS Code is about to open. */
  readonly #savedAs = new Set<string>();

  readonly #keptFiles: KeptFiles;

  constructor(
    private readonly context: Pick<vscode.ExtensionContext, 'extensionUri' | 'globalStorageUri' | 'workspaceState'>,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.#keptFiles = new KeptFiles(join(context.globalStorageUri.fsPath, 'kept'));
  }

  /** Called when the first panel for a file opens. Returns at once: the panel shows the progress of reading. */
  openDocument(
    uri: vscode.Uri,
    { backupId }: vscode.CustomDocumentOpenContext,
    edited: (event: DocumentEvent) => void,
  ): CheckpointDocument {
    const document = new CheckpointDocument(uri, this.log, this.#keptFiles, this.#savedAs.delete(uri.toString()));
    document.onDidEdit(edited);
    if (backupId === undefined) {
      void document.load();
    } else {
      void document.restore(backupId);
    }
    return document;
  }

  /** VS Code opens what was written in place of the document. */
  async saveAs(
    document: CheckpointDocument,
    destination: vscode.Uri,
    cancellation: vscode.CancellationToken,
  ): Promise<void> {
    await document.saving.saveAs(destination, cancellation);
    if ((document.history?.all.length ?? 0) > 1) {
      this.#savedAs.add(destination.toString());
    }
  }

  /** Called for every panel, also when the window is restored. */
  showDocument(document: CheckpointDocument, panel: vscode.WebviewPanel): void {
    const { extensionUri, workspaceState } = this.context;
    this.#open.add(new PanelSession(document, panel, { extensionUri, workspaceState, log: this.log }));
  }

  async runCommand(name: CommandName, parameters: readonly unknown[]): Promise<void> {
    await commands[name]({ open: this.#open, log: this.log }, ...parameters);
  }

  testApi(): TestApi {
    return testApi(this.#open);
  }

  dispose(): void {
    this.#open.dispose();
  }
}
