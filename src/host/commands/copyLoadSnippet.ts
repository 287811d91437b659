import { basename } from 'node:path';
import * as vscode from 'vscode';
import { loadCatalogue } from '../../core/catalogue/loadCatalogue';
import type { Checkpoint } from '../../core/checkpoint/checkpoint';
import { knownModelIn } from '../../core/snippets/knownModel';
import type { SnippetOptions } from '../../core/snippets/snippets';
import { translate } from '../l10n';
import { devicesFor, snippetChoices, takesDevice, type SnippetChoice } from '../snippets/snippetChoices';
import type { Command } from './command';
import { choose } from './edit/editCommand';

/** Python for exactly the file that is shown: chosen from a list, then on the clipboard. */
export const copyLoadSnippet: Command = async ({ open }) => {
  const session = open.active;
  if (session?.shown === undefined) {
    return;
  }
  const { checkpoint } = session.shown;
  const model = knownModelIn(await loadCatalogue(), checkpoint);
  const options = { fileName: basename(session.document.uri.path), ...(model !== null && { model }) };
  const chosen = await chooseSnippet(checkpoint, options);
  if (chosen !== null) {
    await copy(chosen);
  }
};

/** The code that was chosen; null where none was. */
async function chooseSnippet(checkpoint: Checkpoint, options: SnippetOptions): Promise<string | null> {
  const title = vscode.l10n.t('Copy Load Snippet');
  const chosen = await choose(itemsOf(snippetChoices(checkpoint, options, translate)), {
    title,
    placeHolder: vscode.l10n.t('Python for {0}', options.fileName),
  });
  if (chosen === undefined || !takesDevice(chosen.kind)) {
    return chosen?.code ?? null;
  }
  const codes = devicesFor(checkpoint).flatMap((device) => {
    const found = snippetChoices(checkpoint, { ...options, device }, translate).find(
      ({ kind }) => kind === chosen.kind,
    );
    return found === undefined || found.code === null
      ? []
      : [{ label: device, detail: found.detail, choice: found.code }];
  });
  return (await choose(codes, { title: `${title}: ${chosen.label}`, placeHolder: vscode.l10n.t('Device') })) ?? null;
}

/** Those that the file cannot have are listed with the reason; choosing one copies nothing. */
function itemsOf(choices: readonly SnippetChoice[]): (vscode.QuickPickItem & { readonly choice: SnippetChoice })[] {
  return choices.map((choice) => ({
    label: choice.label,
    detail: choice.code === null ? vscode.l10n.t('Not for this file: {0}', choice.detail) : choice.detail,
    iconPath: new vscode.ThemeIcon(choice.code === null ? 'circle-slash' : 'code'),
    choice,
  }));
}

async function copy(code: string): Promise<void> {
  await vscode.env.clipboard.writeText(code);
  const show = vscode.l10n.t('Show');
  const answer = await vscode.window.showInformationMessage(vscode.l10n.t('Python copied.'), show);
  if (answer === show) {
    await vscode.window.showTextDocument(
      await vscode.workspace.openTextDocument({ language: 'python', content: code }),
    );
  }
}
