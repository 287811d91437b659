import * as vscode from 'vscode';
import type { Command, CommandContext } from './command';
import { copyCommands } from './copy';
import { exportKeys } from './exportKeys';
import { openInEditor } from './openInEditor';
import { viewCommands } from './view';

const commands: readonly Command[] = [openInEditor, exportKeys, ...copyCommands, ...viewCommands];

export function registerCommands(context: CommandContext): vscode.Disposable {
  return vscode.Disposable.from(
    ...commands.map((command) =>
      vscode.commands.registerCommand(`checkpointEditor.${command.name}`, (...parameters: unknown[]) =>
        command.run(context, ...parameters),
      ),
    ),
  );
}
