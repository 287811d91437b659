import * as vscode from 'vscode';
import type { EditState } from '../../../core/edit/state';
import type { SaveOptions } from '../../../core/write/planSave';
import type { SaveTarget } from '../../../core/write/saveTarget';
import { viewTypeFor } from '../openInEditor';
import type { Editing } from './editCommand';

export interface Copy extends SaveOptions {
  readonly state: EditState;
  readonly format: SaveTarget;
}

/** Endings of a format, the usual one first. */
export function endingsOf(format: SaveTarget): string[] {
  return format === 'safetensors' ? ['safetensors'] : ['pt', 'pth', 'ckpt', 'pkl', 'bin'];
}

export function formatName(format: SaveTarget): string {
  switch (format) {
    case 'zip':
      return vscode.l10n.t('PyTorch checkpoint');
    case 'legacy':
      return vscode.l10n.t('PyTorch checkpoint before torch 1.6');
    case 'safetensors':
      return 'safetensors';
  }
}

/** Asks where a file goes that is made from this one. @param suffix Put behind the name: `_state_dict`. */
export async function askForFile(
  { session }: Pick<Editing, 'session'>,
  options: { readonly title: string; readonly suffix: string; readonly formats: readonly SaveTarget[] },
): Promise<vscode.Uri | undefined> {
  const { uri } = session.document;
  const stem = uri.path.replace(/(\.pth\.tar|\.[^./]*)$/, '');
  const [first = 'zip'] = options.formats;
  const ending = first !== 'safetensors' && /\.(pt|pth|ckpt|pkl)$/.exec(uri.path)?.[1];
  return vscode.window.showSaveDialog({
    title: options.title,
    defaultUri: uri.with({ path: `${stem}${options.suffix}.${ending || (endingsOf(first)[0] ?? 'pt')}` }),
    filters: Object.fromEntries(options.formats.map((format) => [formatName(format), endingsOf(format)])),
  });
}

/** Writes a file beside the document, and offers to open it. */
export async function saveCopy({ session }: Pick<Editing, 'session'>, target: vscode.Uri, copy: Copy): Promise<void> {
  const { state, format, ...options } = copy;
  try {
    await session.document.saveTo(target, format, options, state);
  } catch (error) {
    // Why nothing was written has been said.
    if (error instanceof vscode.CancellationError) {
      return;
    }
    throw error;
  }
  await offerToOpen(target);
}

async function offerToOpen(target: vscode.Uri): Promise<void> {
  const open = vscode.l10n.t('Open');
  const name = target.path.slice(target.path.lastIndexOf('/') + 1);
  const answer = await vscode.window.showInformationMessage(vscode.l10n.t('{0} was written.', name), open);
  if (answer === open) {
    await vscode.commands.executeCommand('vscode.openWith', target, viewTypeFor(target));
  }
}
