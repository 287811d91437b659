import * as vscode from 'vscode';
import { editsAsPython } from '../../editing/editsAsPython';
import { translate } from '../../l10n';
import type { Command } from '../command';

/** Puts Python on the clipboard that does the edits of the active checkpoint. */
export const copyEditsAsPython: Command = async ({ open }) => {
  if (open.active !== undefined) {
    await vscode.env.clipboard.writeText(editsAsPython(open.active.document, translate));
  }
};
