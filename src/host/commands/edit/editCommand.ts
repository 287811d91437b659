import * as vscode from 'vscode';
import { apply, type Resources } from '../../../core/edit/apply';
import type { Operation } from '../../../core/edit/operations';
import { CheckpointError } from '../../../core/errors';
import type { OpenState } from '../../document';
import { problemOf, problemText } from '../../editing/problems';
import { translate } from '../../l10n';
import type { PanelSession } from '../../panelSession';
import type { Command, CommandContext } from '../command';

/** The panel that an edit works on, and what it showed when the command was given. */
export interface Editing extends CommandContext {
  readonly session: PanelSession;
  readonly shown: OpenState;
}

/** A command that edits the active checkpoint. Why it cannot be done is said in a message. */
export function editCommand(run: (editing: Editing, ...parameters: unknown[]) => void | Promise<void>): Command {
  return async (context, ...parameters) => {
    const session = context.open.active;
    if (session?.shown === undefined) {
      return;
    }
    try {
      const { readOnly } = session.document;
      if (readOnly !== null) {
        throw readOnly;
      }
      await run({ ...context, session, shown: session.shown }, ...parameters);
    } catch (error) {
      if (!(error instanceof CheckpointError)) {
        throw error;
      }
      void vscode.window.showWarningMessage(problemText(error, translate));
    }
  };
}

/** Why an edit of what is shown now cannot be done; '' when it can. Nothing is changed. */
export function trial({ session }: Editing, operation: Operation, resources?: Resources): string {
  const { history } = session.document;
  return problemOf(() => {
    if (history !== null) {
      apply(history.current, operation, resources);
    }
  }, translate);
}

export interface Question {
  readonly title: string;
  readonly prompt: string;
  readonly value?: string;
  readonly placeHolder?: string;
  /** Why an answer cannot be taken; '' when it can. */
  readonly check: (text: string) => string;
}

/** Asks for a text; what is wrong with it is said while it is typed. */
export async function ask({ check, ...question }: Question): Promise<string | undefined> {
  return vscode.window.showInputBox({
    ...question,
    ignoreFocusOut: true,
    validateInput: (text) => {
      const problem = check(text);
      return problem === '' ? undefined : problem;
    },
  });
}

export interface Choice<Value> extends vscode.QuickPickItem {
  readonly choice: Value;
}

/** Asks for one of several. */
export async function choose<Value>(
  items: readonly Choice<Value>[],
  options: { readonly title: string; readonly placeHolder?: string; readonly ignoreFocusOut?: boolean },
): Promise<Value | undefined> {
  const chosen = await vscode.window.showQuickPick(items, {
    ...options,
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return chosen?.choice;
}
