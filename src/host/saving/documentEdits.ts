import { basename } from 'node:path';
import type * as vscode from 'vscode';
import type { Resources } from '../../core/edit/apply';
import { EditError } from '../../core/edit/editError';
import { History, type HistoryStep } from '../../core/edit/history';
import type { Operation } from '../../core/edit/operations';
import type { EditState } from '../../core/edit/state';
import { operationText } from '../../wording/edits';
import type { Conflict } from '../documentState';
import { translate } from '../l10n';
import { backupIdentity, type Backup } from './backup';
import { BaseFile } from './baseFile';
import type { DocumentBackups } from './documentBackups';
import { EditEvents, type EditedDocument } from './editEvents';
import type { Backed } from './openBacked';
import { ResourceFiles } from './resourceFiles';
import type { OpenedFile, Saved } from './writeFile';

/** The edits of a document: one opened version of its file, the states that were made of it, and what VS Code knows of them. */
export class DocumentEdits {
  readonly events: EditEvents;
  readonly resources = new ResourceFiles();
  #file: OpenedFile | null = null;
  #unapplied: readonly Operation[] = [];

  constructor(
    /** The document's path; null where it is on no local disk. */
    private readonly path: string | null,
    private readonly backups: DocumentBackups,
    private readonly log: vscode.LogOutputChannel,
    edited: Omit<EditedDocument, 'history'>,
  ) {
    this.events = new EditEvents({ ...edited, history: () => this.history });
  }

  /** null while there is no tree. */
  get file(): OpenedFile | null {
    return this.#file;
  }

  get history(): History | null {
    return this.#file?.history ?? null;
  }

  /** Edits to a version of the file that is gone, not made again yet. */
  get unapplied(): readonly Operation[] {
    return this.#unapplied;
  }

  /** What can be done where another version is on the disk. */
  get conflict(): Conflict {
    if (this.#unapplied.length > 0) {
      return 'unapplied';
    }
    return this.#file?.base.isFile === true ? 'rewritten' : 'overwritable';
  }

  /** The edits between what the file holds and what is shown; all of them where the file holds none of these states. */
  get unsavedSteps(): readonly HistoryStep[] {
    const { history } = this;
    return history?.all.slice(Math.max(history.savedIndex, 0) + 1, history.index + 1) ?? [];
  }

  /** @throws EditError when it cannot be done; nothing changes then. */
  apply(operation: Operation, resources: Resources = this.resources.all): HistoryStep {
    const { history } = this;
    if (history === null) {
      throw new Error('the file is not open');
    }
    return history.apply(operation, resources);
  }

  announce(step: HistoryStep): void {
    if (step.operation !== null) {
      this.events.announce(step, operationText(step.operation, translate));
    }
  }

  /**
   * Begins with another version of the file.
   * @param steps Edits that VS Code knows of, to be made again.
   */
  async begin(backed: Backed, start: EditState, steps: readonly HistoryStep[]): Promise<void> {
    const closing = this.close();
    const history = new History(start);
    const base = new BaseFile(backed.source, this.path, backed.at);
    this.#file = { base, history, identity: backed.identity };
    this.#replaceSteps(history, steps);
    this.makeAgain(backed.operations);
    this.#unapplied = [...this.#unapplied, ...backed.unapplied];
    const saved = backed.saved === null ? undefined : history.all[backed.saved];
    history.markSaved(saved ?? { state: start, operation: null });
    await closing;
  }

  /** Makes edits of a backup, which VS Code does not know of. */
  makeAgain(operations: readonly Operation[]): void {
    this.#unapplied = this.#tryEach(operations, (operation) => {
      this.announce(this.apply(operation));
    });
  }

  /** They are not wanted any more. */
  dropUnapplied(): void {
    this.#unapplied = [];
  }

  /** The file holds that step. */
  saved(step: HistoryStep, { identity }: Saved): void {
    if (this.#file !== null) {
      this.#file.history.markSaved(step);
      this.#file.identity = identity;
      this.#unapplied = [];
    }
  }

  makeBackup(): Backup | null {
    if (this.#file === null) {
      return null;
    }
    const { base, history, identity } = this.#file;
    const { savedIndex, index } = history;
    return {
      version: 1,
      operations: history.operations,
      saved: savedIndex === -1 || savedIndex > index ? null : savedIndex,
      base: {
        kept: base.kept === null ? null : basename(base.kept),
        size: base.source.size,
        identity: backupIdentity(base.identity),
      },
      disk: backupIdentity(identity),
    };
  }

  /** Closes the file; its kept bytes go unless a backup needs them. */
  async close(): Promise<void> {
    const base = this.#file?.base;
    this.#file = null;
    this.#unapplied = [];
    const kept = base === undefined ? null : await base.close();
    if (kept !== null) {
      await this.backups.leave(kept);
    }
  }

  async dispose(): Promise<void> {
    this.events.dispose();
    await Promise.all([this.close(), this.resources.close()]);
  }

  #replaceSteps(history: History, steps: readonly HistoryStep[]): void {
    const made = new Map<HistoryStep, HistoryStep>();
    this.#unapplied = this.#tryEach(
      steps.flatMap(({ operation }) => operation ?? []),
      (operation, at) => {
        const [step, now] = [steps[at], history.apply(operation, this.resources.all)];
        if (step !== undefined) {
          made.set(step, now);
        }
      },
    );
    this.events.replace(made);
  }

  /** @returns those that cannot be done, from the first one on. */
  #tryEach(operations: readonly Operation[], make: (operation: Operation, at: number) => void): readonly Operation[] {
    for (const [at, operation] of operations.entries()) {
      try {
        make(operation, at);
      } catch (error) {
        if (!(error instanceof EditError)) {
          throw error;
        }
        this.log.warn('an edit could not be made again', error);
        return operations.slice(at);
      }
    }
    return [];
  }
}
