import type * as vscode from 'vscode';
import type { OpenDocuments } from '../openDocuments';

export interface CommandContext {
  readonly open: OpenDocuments;
  readonly log: vscode.LogOutputChannel;
}

/** One entry of `contributes.commands`. */
export interface Command {
  /** Without `checkpointEditor.`. */
  readonly name: string;
  /** `parameters` come from VS Code (menus) or from other extensions, and may be anything. */
  run(context: CommandContext, ...parameters: unknown[]): void | Promise<void>;
}
