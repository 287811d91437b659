import * as vscode from 'vscode';
import type { HostMethods } from '../../protocol/messages';
import type { OpenState } from '../document';
import type { Command } from './command';

export type CopyForm = Parameters<HostMethods['copy']>[0];

const formOf: Readonly<Record<string, CopyForm>> = {
  copyKey: 'key',
  copyPythonExpression: 'python',
  copyPath: 'path',
  copyRow: 'row',
};

export const copyCommands: readonly Command[] = Object.entries(formOf).map(([name, form]) => ({
  name,
  async run({ open }) {
    const session = open.active;
    if (session?.shown !== undefined) {
      await copyRows(session.shown, form, session.selection);
    }
  },
}));

/** Puts the rows on the clipboard, one a line, in the order of the file. */
export async function copyRows(shown: OpenState, form: CopyForm, rows: readonly number[]): Promise<void> {
  const { rowTexts } = await import('../rowTexts');
  const text = rowTexts(shown, form, rows).join('\n');
  if (text !== '') {
    await vscode.env.clipboard.writeText(text);
  }
}
