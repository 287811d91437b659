import * as vscode from 'vscode';
import type { OpenState } from '../document';
import { rowTexts, type CopyForm } from '../rowTexts';
import type { Command } from './command';

/** A command that copies the selected rows of the active panel. */
export function copyCommand(form: CopyForm): Command {
  return async ({ open }) => {
    const session = open.active;
    if (session?.shown !== undefined) {
      await copyRows(session.shown, form, session.selection);
    }
  };
}

/** Puts rows on the clipboard, one a line, in the order of the file. */
export async function copyRows(shown: OpenState, form: CopyForm, rows: readonly number[]): Promise<void> {
  const text = rowTexts(shown, form, rows).join('\n');
  if (text !== '') {
    await vscode.env.clipboard.writeText(text);
  }
}
