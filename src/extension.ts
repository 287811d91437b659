import * as vscode from 'vscode';
import { commandNames } from './host/commands/names';
import type { CheckpointDocument } from './host/document';
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
      const loaded = new Host(context.extensionUri, log);
      context.subscriptions.push(loaded);
      return loaded;
    }));
  context.subscriptions.push(log, registerEditors(host), registerCommands(host));
  return context.extensionMode === vscode.ExtensionMode.Test ? (await host()).testApi() : undefined;
}

function registerEditors(host: () => Promise<Host>): vscode.Disposable {
  const provider: vscode.CustomReadonlyEditorProvider<CheckpointDocument> = {
    openCustomDocument: async (uri) => (await host()).openDocument(uri),
    resolveCustomEditor: async (document, panel) => {
      (await host()).showDocument(document, panel);
    },
  };
  return vscode.Disposable.from(
    ...[checkpointViewType, anyViewType].map((viewType) =>
      vscode.window.registerCustomEditorProvider(viewType, provider, {
        supportsMultipleEditorsPerDocument: true,
        webviewOptions: { retainContextWhenHidden: false, enableFindWidget: false },
      }),
    ),
  );
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
