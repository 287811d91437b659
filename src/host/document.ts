import * as vscode from 'vscode';
import type { SourceIdentity } from '../core/bytes/byteSource';
import type { Resources } from '../core/edit/apply';
import { editError, type EditError } from '../core/edit/editError';
import type { History, HistoryStep } from '../core/edit/history';
import type { Operation } from '../core/edit/operations';
import { readOnlyReason, type EditState } from '../core/edit/state';
import type { SaveOptions } from '../core/write/planSave';
import type { SaveTarget } from '../core/write/saveTarget';
import { describeIn } from '../wording/description';
import { watchFile, type DiskChange, type DiskWatch } from './diskWatch';
import { DocumentReader, type ReadVersion } from './documentReader';
import type { Conflict, DiskState, DocumentState } from './documentState';
import { fileAccess, type FileAccess } from './fileAccess';
import { translate } from './l10n';
import { showEdit } from './load';
import type { Backup } from './saving/backup';
import { DocumentBackups } from './saving/documentBackups';
import { DocumentEdits } from './saving/documentEdits';
import { DocumentSaving, type SavedDocument } from './saving/documentSaving';
import type { DocumentEvent } from './saving/editEvents';
import type { KeptFiles } from './saving/keptFiles';
import type { ResourceFiles } from './saving/resourceFiles';
import type { OpenedFile, Saved } from './saving/writeFile';

export { entryAt } from './documentState';
export type { BrokenState, DiskState, DocumentState, LoadingState, OpenState } from './documentState';
export type { DocumentEvent } from './saving/editEvents';

/** What a read of the file starts from. */
interface ReadOptions {
  readonly backup?: Backup | null;
  /** Edits of the version before, to be made again on the new one. */
  readonly steps?: readonly HistoryStep[];
  readonly failed: (error: unknown, fileBytes: number | null) => void;
}

/**
 * One file, what is known of it and what was edited; any number of panels show it. VS Code makes one per URI, asks the
 * provider for it when the first panel opens and disposes it after the last has closed.
 */
export class CheckpointDocument implements vscode.CustomDocument, SavedDocument {
  readonly #changed = new vscode.EventEmitter<void>();
  /** `state` or `disk` has changed. */
  readonly onDidChange = this.#changed.event;
  readonly #edited = new vscode.EventEmitter<DocumentEvent>();
  /** What VS Code is to be told: each edit, with the ways to undo and redo it. */
  readonly onDidEdit = this.#edited.event;
  readonly saving = new DocumentSaving(this);

  readonly #access: FileAccess;
  readonly #backups: DocumentBackups;
  readonly #edits: DocumentEdits;
  readonly #reader: DocumentReader;
  #state: DocumentState = { phase: 'loading', fileBytes: null, done: 0, total: null, checkpoint: null };
  #disk: DiskState = 'same';
  #watch: DiskWatch | undefined;
  /** What was to be restored and is not yet, or cannot be. */
  #pending: Backup | null = null;
  #isDisposed = false;

  constructor(
    readonly uri: vscode.Uri,
    private readonly log: vscode.LogOutputChannel,
    keptFiles: KeptFiles,
    /** Save As has just written the file, and nobody has been told that undo begins with it. */
    private savedAs = false,
  ) {
    this.#access = fileAccess(uri);
    this.#reader = new DocumentReader(this.#access, this.fileName, log);
    this.#backups = new DocumentBackups(keptFiles, log);
    this.#edits = new DocumentEdits(this.#access.path, this.#backups, log, {
      document: this,
      fire: (event) => {
        this.#edited.fire(event);
      },
      moved: () => {
        this.#showCurrent();
      },
    });
  }

  get state(): DocumentState {
    return this.#state;
  }

  get disk(): DiskState {
    return this.#disk;
  }

  get fileName(): string {
    return this.uri.path.slice(this.uri.path.lastIndexOf('/') + 1);
  }

  get file(): OpenedFile | null {
    return this.#edits.file;
  }

  /** Other files that edits take something from. */
  get resourceFiles(): ResourceFiles {
    return this.#edits.resources;
  }

  /** Those, by the names that operations give them. */
  get resources(): Resources {
    return this.#edits.resources.all;
  }

  /** The states of the file; null while there is no tree. */
  get history(): History | null {
    return this.#edits.history;
  }

  /** Why the file cannot be edited; null when it can. */
  get readOnly(): EditError | null {
    if (vscode.workspace.fs.isWritableFileSystem(this.uri.scheme) === false) {
      return editError('edit-read-only', 'place-read-only', [], this.uri.scheme);
    }
    return this.history === null ? null : readOnlyReason(this.history.current.original);
  }

  /** There are edits that the file lacks. */
  get isEdited(): boolean {
    return this.history?.dirty === true || this.#edits.unapplied.length > 0;
  }

  /** Undo begins with what Save As has written, and that is to be said. */
  get isSavedAs(): boolean {
    return this.savedAs;
  }

  /** Bytes of the file on disk. */
  get savedBytes(): number {
    return this.file?.identity.size ?? 0;
  }

  /** Bytes that are kept of the file as it was opened, under another name. */
  get keptBytes(): number {
    return this.file?.base.keptBytes ?? 0;
  }

  /** What can be done about the version on disk; null while there is no conflict. */
  get conflict(): Conflict | null {
    return this.#disk === 'conflict' ? this.#edits.conflict : null;
  }

  /**
   * Makes an edit, and tells VS Code of it.
   * @param resources Other files that the operation names; those of `resources` unless said otherwise.
   * @throws EditError when it cannot be done; nothing changes then.
   */
  apply(operation: Operation, resources?: Resources): void {
    if (this.readOnly !== null) {
      throw this.readOnly;
    }
    const step = this.#edits.apply(operation, resources);
    this.#showCurrent();
    this.#edits.announce(step);
  }

  /** Shows the state of that index, by as many of VS Code's undos or redos: it counts edits itself. */
  async goTo(index: number): Promise<void> {
    for (let at = this.history?.index; at !== undefined && at !== index;) {
      await vscode.commands.executeCommand(index < at ? 'undo' : 'redo');
      const now = this.history?.index;
      at = now === at ? undefined : now;
    }
  }

  /** @throws CancellationError when nothing was written; the reason has been told. */
  async saveTo(
    destination: vscode.Uri,
    target: SaveTarget,
    options: SaveOptions = {},
    state: EditState | undefined = this.history?.current,
  ): Promise<void> {
    if (state !== undefined) {
      await this.saving.saveTo(destination, state, target, options);
    }
  }

  /** Back to what the file holds: it is read again where another program has changed it. */
  async revert(): Promise<void> {
    this.saving.cancel();
    await this.saving.settled();
    this.#pending = null;
    this.#edits.dropUnapplied();
    if (this.#disk === 'same' || this.#disk === 'reloaded' || this.#disk === 'gone') {
      this.history?.revert();
      this.#showCurrent();
    } else {
      await this.load();
    }
    this.#edits.events.reverted();
    await this.#backups.dropRestored();
  }

  async backup(destination: vscode.Uri, cancellation: vscode.CancellationToken): Promise<vscode.CustomDocumentBackup> {
    const backup =
      this.history?.dirty === true ? this.#edits.makeBackup() : (this.#pending ?? this.#edits.makeBackup());
    if (backup === null) {
      throw new Error(vscode.l10n.t('The file is not open.'));
    }
    return this.#backups.write(destination, backup, cancellation);
  }

  /** Reads the file, and makes the edits of a backup again. */
  async restore(backupId: string): Promise<void> {
    this.#pending = await this.#backups.restore(backupId);
    await this.load();
  }

  /** Reads the file from scratch; the outcome is in `state`, whatever it is. Edits are lost. */
  async load(): Promise<void> {
    this.#set({ phase: 'loading', fileBytes: null, done: 0, total: null, checkpoint: null }, 'same');
    await this.#read({ backup: this.#pending, failed: this.#broken });
  }

  /** Reads the file again and shows the new version when it is whole; until then the old one stays. */
  async reload(): Promise<void> {
    if (this.#state.phase !== 'open') {
      await this.load();
      return;
    }
    await this.#readAgain([]);
  }

  /** The edits count, not the version on disk. */
  async overwrite(): Promise<void> {
    switch (this.conflict) {
      case null:
        break;
      case 'overwritable':
        this.saving.allowOverwriting();
        await vscode.commands.executeCommand('workbench.action.files.save');
        break;
      case 'rewritten':
        await this.#readAgain(this.#edits.unsavedSteps);
        break;
      case 'unapplied':
        this.#edits.makeAgain(this.#edits.unapplied);
        this.#pending = null;
        this.#disk = 'same';
        this.#showCurrent();
        break;
    }
  }

  /** The person does not want to wait any longer. */
  cancelLoading(): void {
    this.#reader.cancel();
  }

  /** The note about the file on disk, or about where it comes from, has been read. */
  acknowledge(): void {
    this.savedAs = false;
    if (this.#disk === 'reloaded') {
      this.#set(this.#state, 'same');
    }
  }

  makeEditsAgain(): void {
    this.#attempt(this.saving.settled().then(() => this.#readAgain(this.#edits.unsavedSteps)));
  }

  beginWriting(): void {
    this.#watch?.dispose();
  }

  async endWriting(written: { readonly step: HistoryStep; readonly saved: Saved } | null): Promise<void> {
    if (written === null) {
      this.#watchFrom(this.file?.identity ?? null);
      return;
    }
    const { step, saved } = written;
    this.#edits.saved(step, saved);
    this.#pending = null;
    if (saved.keepsBase) {
      this.#watchFrom(saved.identity);
      this.#disk = 'same';
      this.#showCurrent(new Date(saved.identity.modified ?? Date.now()));
    } else {
      // The bytes before are gone: what undo can lead to begins with what was saved.
      await this.#read({ steps: this.#edits.unsavedSteps, failed: this.#broken });
      this.acknowledge();
    }
    this.#edits.events.saved();
    await this.#backups.dropRestored();
  }

  dispose(): void {
    this.#reader.dispose();
    this.#isDisposed = true;
    this.#watch?.dispose();
    this.saving.dispose();
    this.#attempt(this.isEdited ? undefined : this.#backups.dropAll());
    this.#attempt(this.#edits.dispose());
    vscode.Disposable.from(this.#changed, this.#edited).dispose();
  }

  async #begin({ backed, state }: ReadVersion, steps: readonly HistoryStep[]): Promise<void> {
    const reloaded = this.#state.phase === 'open' ? 'reloaded' : 'same';
    const begun = this.#edits.begin(backed, state.edit, steps);
    this.#watchFrom(backed.identity);
    this.#set(state, this.#edits.unapplied.length > 0 ? 'conflict' : backed.disk === 'same' ? reloaded : backed.disk);
    if (backed.operations.length > 0 || steps.length > 0) {
      this.#showCurrent();
    }
    await begun;
  }

  #showCurrent(date?: Date): void {
    const { history } = this;
    if (this.#state.phase === 'open' && history !== null) {
      const shown = showEdit(history.current, history.savedState, describeIn(translate));
      this.#set({ ...this.#state, ...shown, ...(date && { date }) }, this.#disk);
    }
  }

  readonly #broken = (error: unknown, fileBytes: number | null): void => {
    this.#attempt(this.#edits.close());
    this.#set({ phase: 'broken', error, fileBytes }, 'same');
  };

  /** Shows the new version when it is whole; until then the old one stays. */
  #readAgain(steps: readonly HistoryStep[]): Promise<void> {
    return this.#read({
      steps,
      failed: () => {
        this.#set(this.#state, 'incomplete');
      },
    });
  }

  async #read({ backup = null, steps = [], failed }: ReadOptions): Promise<void> {
    const outcome = await this.#reader.read({
      backup,
      kept: () => this.#backups.kept(),
      resources: this.#edits.resources,
      shown: this.#state,
      report: (change) => {
        if (this.#state.phase === 'loading') {
          this.#set({ ...this.#state, ...change }, 'same');
        }
      },
    });
    if (outcome === null) {
      return;
    } else if ('error' in outcome) {
      failed(outcome.error, outcome.fileBytes);
      this.#watchFrom(outcome.identity);
    } else {
      await this.#begin(outcome, steps);
    }
  }

  #watchFrom(read: SourceIdentity | null): void {
    this.#watch?.dispose();
    if (!this.#isDisposed) {
      this.#watch = watchFile(this.#access, read, (change) => {
        this.#attempt(this.#diskChanged(change));
      });
    }
  }

  async #diskChanged(change: DiskChange): Promise<void> {
    this.log.debug(`${this.fileName}: ${change} on disk`);
    switch (change) {
      case 'changing':
        this.#set(this.#state, 'changing');
        break;
      case 'settled':
        if (this.isEdited) {
          this.file?.base.seen(await this.#access.identify());
          this.#set(this.#state, 'conflict');
        } else {
          await this.reload();
        }
        break;
      case 'gone':
        this.file?.base.seen(null);
        this.#set(this.#state, 'gone');
        break;
    }
  }

  #set(state: DocumentState, disk: DiskState): void {
    this.#state = state;
    this.#disk = disk;
    this.#changed.fire();
  }

  /** What is done beside: its failure is for the log. */
  #attempt(work: Promise<void> | undefined): void {
    work?.catch((error: unknown) => {
      this.log.warn(`${this.fileName}: closing or watching failed`, error);
    });
  }
}
