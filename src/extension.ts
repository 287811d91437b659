import * as vscode from 'vscode';
import { registerCommands } from './host/commands';
import { registerEditors } from './host/editorProvider';
import { OpenDocuments } from './host/openDocuments';
import { testApi, type TestApi } from './host/testApi';

/** Registers, nothing else: `core` is loaded when the first file opens. */
export function activate(context: vscode.ExtensionContext): TestApi | undefined {
  const log = vscode.window.createOutputChannel('Checkpoint Editor', { log: true });
  const open = new OpenDocuments();
  context.subscriptions.push(
    log,
    open,
    registerEditors(open, { extensionUri: context.extensionUri, log }),
    registerCommands({ open, log }),
  );
  return context.extensionMode === vscode.ExtensionMode.Test ? testApi(open) : undefined;
}
