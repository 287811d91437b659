import * as vscode from 'vscode';
import { CheckpointError, type ErrorCode } from '../../core/errors';
import { errorText } from '../../wording/errors';
import { formatSize } from '../../wording/format';
import type { Translate } from '../../wording/translate';
import { RemoteFileTooLarge } from '../fileAccess';

/** What another name or folder would mend. */
const elsewhereHelps: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'save-no-space',
  'save-no-permission',
  'save-is-a-folder',
  'save-hard-links',
  'save-owner',
  'save-failed',
]);

/**
 * Says why a file was not saved, and offers what can be done. Returns at once: saving has ended.
 * @returns the error that VS Code is to be given: one that it does not report a second time.
 */
export function reportSaveError(error: unknown, fileName: string, t: Translate): Error {
  if (error instanceof CheckpointError && error.code === 'cancelled') {
    return new vscode.CancellationError();
  }
  const text = saveErrorText(error, t);
  if (text === null) {
    return error instanceof Error ? error : new Error(String(error));
  }
  const saveAs = t('Save As…');
  const actions = error instanceof CheckpointError && elsewhereHelps.has(error.code) ? [saveAs] : [];
  void vscode.window
    .showErrorMessage(t('{0} was not saved. {1}', fileName, text), ...actions)
    .then((chosen) => chosen === saveAs && vscode.commands.executeCommand('workbench.action.files.saveAs'));
  return new vscode.CancellationError();
}

/** Why a file was not saved, and what to do; null for what is no error of ours. */
export function saveErrorText(error: unknown, t: Translate): string | null {
  if (error instanceof RemoteFileTooLarge) {
    return t(
      'On “{0}:” files are written whole, up to {1}; this one would have {2}. Raise the limit in the settings, or save it to a disk.',
      error.scheme,
      formatSize(error.limit),
      formatSize(error.bytes),
    );
  }
  if (!(error instanceof CheckpointError)) {
    return null;
  }
  const { sentence, remedy } = errorText(error, t);
  return `${sentence} ${remedy}`;
}

/** The file on disk is no longer the one that was opened: only a person can say which is to stay. */
export async function mayOverwrite(fileName: string, t: Translate): Promise<boolean> {
  const overwrite = t('Overwrite');
  const chosen = await vscode.window.showWarningMessage(
    t('{0} has changed on disk. Overwrite it?', fileName),
    { modal: true, detail: t('The version on disk would be lost.') },
    overwrite,
  );
  return chosen === overwrite;
}

/** The same, where the version that the edits were made on is gone. */
export async function wantsEditsAgain(fileName: string, t: Translate): Promise<boolean> {
  const again = t('Make Edits Again');
  const chosen = await vscode.window.showWarningMessage(
    t('{0} was written over by another program. Make your edits on its new version?', fileName),
    { modal: true, detail: t('The version that you edited is gone and cannot be saved. Nothing is written yet.') },
    again,
  );
  return chosen === again;
}

/** Saving makes a ZIP of what is none. */
export async function mayConvert(fileName: string, t: Translate): Promise<boolean> {
  const convert = t('Save as ZIP');
  const chosen = await vscode.window.showWarningMessage(
    t('Save {0} as a ZIP checkpoint?', fileName),
    {
      modal: true,
      detail: t(
        'Its format is read here, and not written. torch.load of torch 1.6 and newer reads the ZIP; what reads the old format by itself, such as pickle.load or gzip, does not.',
      ),
    },
    convert,
  );
  return chosen === convert;
}
