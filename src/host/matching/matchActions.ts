import * as vscode from 'vscode';
import { apply } from '../../core/edit/apply';
import type { Operation } from '../../core/edit/operations';
import type { EditState } from '../../core/edit/state';
import { CheckpointError } from '../../core/errors';
import { matchPython } from '../../core/match/matchPython';
import { askForFile, saveCopy } from '../commands/edit/saveCopy';
import { problemOf, problemText } from '../editing/problems';
import { translate } from '../l10n';
import type { PanelSession } from '../panelSession';
import type { MatchActions } from './matchPanel';
import { filtered, updated } from './outcome';

/** What the buttons of the pane do to the document of a panel, and beside it. */
export function matchActions(session: PanelSession): MatchActions {
  const { document } = session;
  const after = (operations: readonly Operation[]): EditState | undefined =>
    operations.reduce<EditState | undefined>(
      (state, operation) => state && apply(state, operation, document.resources),
      document.history?.current,
    );
  const write = async (operations: readonly Operation[], title: string, suffix: string): Promise<void> => {
    try {
      const state = after(operations);
      const target =
        state === undefined
          ? undefined
          : await askForFile({ session }, { title, suffix, formats: ['zip', 'safetensors'] });
      if (state !== undefined && target !== undefined) {
        const format = target.path.endsWith('.safetensors') ? 'safetensors' : 'zip';
        await saveCopy({ session }, target, { state, format });
      }
    } catch (error) {
      if (!(error instanceof CheckpointError)) {
        throw error;
      }
      void vscode.window.showWarningMessage(problemText(error, translate));
    }
  };
  return {
    apply: (computed) => {
      const operations = filtered(computed, true);
      return problemOf(() => {
        if (document.readOnly !== null) {
          throw document.readOnly;
        }
        // All of them, or none.
        after(operations);
        for (const operation of operations) {
          document.apply(operation);
        }
      }, translate);
    },
    writeFiltered: (computed) => write(filtered(computed, false), vscode.l10n.t('Write Filtered File'), '_filtered'),
    writeUpdated: (computed) => write(updated(computed), vscode.l10n.t('Write Updated State Dict'), '_updated'),
    copy: async (text) => {
      await vscode.env.clipboard.writeText(text);
    },
    python: ({ result, model }) => {
      const checkpoint = document.history?.current.checkpoint;
      return checkpoint === undefined
        ? ''
        : matchPython(checkpoint, result, { fileName: document.fileName, ...(model && { model }) });
    },
  };
}
