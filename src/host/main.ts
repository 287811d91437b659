import type * as vscode from 'vscode';
import { commands } from './commands';
import type { CommandName } from './commands/names';
import { CheckpointDocument } from './document';
import { OpenDocuments } from './openDocuments';
import { PanelSession } from './panelSession';
import { testApi, type TestApi } from './testApi';

/**
 * Everything behind what `extension.ts` registers. Read-only as yet: VS Code itself copies the file for Save As, and asks
 * for neither save, revert nor backup.
 */
export class Host implements vscode.Disposable {
  readonly #open = new OpenDocuments();

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** Called when the first panel for a file opens. Returns at once: the panel shows the progress of reading. */
  openDocument(uri: vscode.Uri): CheckpointDocument {
    const document = new CheckpointDocument(uri, this.log);
    void document.load();
    return document;
  }

  /** Called for every panel, also when the window is restored. */
  showDocument(document: CheckpointDocument, panel: vscode.WebviewPanel): void {
    this.#open.add(new PanelSession(document, panel, { extensionUri: this.extensionUri, log: this.log }));
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
