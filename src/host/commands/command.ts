import type * as vscode from 'vscode';
import type { OpenDocuments } from '../openDocuments';

export interface CommandContext {
  readonly open: OpenDocuments;
  readonly log: vscode.LogOutputChannel;
}

/** `parameters` come from VS Code (menus) or from other extensions, and may be anything. */
export type Command = (context: CommandContext, ...parameters: unknown[]) => void | Promise<void>;
