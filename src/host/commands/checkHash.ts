import { basename } from 'node:path';
import * as vscode from 'vscode';
import { openFile } from '../../core/bytes/fileSource';
import type { Catalogue, Weights } from '../../core/catalogue/catalogue';
import { sha256Of } from '../../core/catalogue/hubCache';
import { CheckpointError } from '../../core/errors';
import { hashCheck, weightsTold } from '../../wording/pretrained';
import { translate } from '../l10n';

/**
 * Reads a file of weights whole, and says whether it is what its name says.
 * @throws CheckpointError when it cannot be read.
 */
export async function checkHash(catalogue: Catalogue, weights: Weights, path: string): Promise<void> {
  const sha256 = await hashWithProgress(path);
  if (sha256 === null) {
    return;
  }
  const { matches, text } = hashCheck({ weights, sha256, really: catalogue.weightsWithHash(sha256) }, translate);
  void (matches ? vscode.window.showInformationMessage(text) : vscode.window.showWarningMessage(text));
}

/**
 * Reads a file whole, and says which published weights it is, whatever it is called.
 * @throws CheckpointError when it cannot be read.
 */
export async function tellWeights(catalogue: Catalogue, path: string): Promise<void> {
  const sha256 = await hashWithProgress(path);
  if (sha256 !== null) {
    const text = weightsTold(
      { fileName: basename(path), sha256, really: catalogue.weightsWithHash(sha256) },
      translate,
    );
    void vscode.window.showInformationMessage(text);
  }
}

/** null when it was cancelled. */
async function hashWithProgress(path: string): Promise<string | null> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t('Hashing {0}', basename(path)),
    cancellable: true,
  };
  return vscode.window.withProgress(options, async (notification, cancellation) => {
    const controller = new AbortController();
    const subscription = cancellation.onCancellationRequested(() => {
      controller.abort();
    });
    let percent = 0;
    const progress = (bytesDone: number, bytesTotal: number): void => {
      const now = Math.floor((100 * bytesDone) / bytesTotal);
      notification.report({ increment: now - percent, message: `${now} %` });
      percent = now;
    };
    const source = await openFile(path);
    try {
      return await sha256Of(source, { signal: controller.signal, progress });
    } catch (error) {
      if (error instanceof CheckpointError && error.code === 'cancelled') {
        return null;
      }
      throw error;
    } finally {
      subscription.dispose();
      await source.close();
    }
  });
}
