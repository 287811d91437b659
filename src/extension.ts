import * as vscode from 'vscode';
import { commandNames } from './host/commands/names';
import type { CheckpointDocument, DocumentEvent } from './host/document';
import type { Host } from './host/main';
import type { TestApi } from './host/testApi';
import { anyViewType, checkpointViewType } from './host/viewTypes';

/**
 * Registers, nothing else. What opens files is a bundle of its own (`dist/host.js`), read when the first file or command
 * needs it, so that activation costs next to nothing.
 */
export async function activate(context: vscode.ExtensionContext): Promise<TestApi | undefined> {
  const log = vscode.window.createOutputChannel('Checkpoint Editor', { log: true });
  let started: Promise<Host> | undefined;
  const host = (): Promise<Host> =>
    (started ??= import('./host/main').then(({ Host }) => {
      const loaded = new Host(context, log);
      context.subscriptions.push(loaded);
      return loaded;
    }));
  context.subscriptions.push(log, registerEditors(host), registerCommands(host));
  return context.extensionMode === vscode.ExtensionMode.Test ? (await host()).testApi() : undefined;
}

function registerEditors(host: () => Promise<Host>): vscode.Disposable {
  return vscode.Disposable.from(...[checkpointViewType, anyViewType].map((viewType) => registerEditor(viewType, host)));
}

/** A provider of its own for each view type: VS Code looks up the documents of its events among those of the type. */
function registerEditor(viewType: string, host: () => Promise<Host>): vscode.Disposable {
  const edited = new vscode.EventEmitter<DocumentEvent>();
  const provider: vscode.CustomEditorProvider<CheckpointDocument> = {
    onDidChangeCustomDocument: edited.event,
    openCustomDocument: async (uri, context) =>
      (await host()).openDocument(uri, context, (event) => {
        edited.fire(event);
      }),
    resolveCustomEditor: async (document, panel) => {
      (await host()).showDocument(document, panel);
    },
    saveCustomDocument: (document, cancellation) => document.saving.save(cancellation),
    saveCustomDocumentAs: async (document, destination, cancellation) =>
      (await host()).saveAs(document, destination, cancellation),
    revertCustomDocument: (document) => document.revert(),
    backupCustomDocument: (document, { destination }, cancellation) => document.backup(destination, cancellation),
  };
  const registration = vscode.window.registerCustomEditorProvider(viewType, provider, {
    supportsMultipleEditorsPerDocument: true,
    webviewOptions: { retainContextWhenHidden: false, enableFindWidget: false },
  });
  return vscode.Disposable.from(registration, edited);
}

function registerCommands(host: () => Promise<Host>): vscode.Disposable {
  return vscode.Disposable.from(
    ...commandNames.map((name) =>
      vscode.commands.registerCommand(`checkpointEditor.${name}`, async (...parameters: unknown[]) => {
        await (await host()).runCommand(name, parameters);
      }),
    ),
  );
}
