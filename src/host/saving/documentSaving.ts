import * as vscode from 'vscode';
import type { SourceIdentity } from '../../core/bytes/byteSource';
import type { Container } from '../../core/container/container';
import type { HistoryStep } from '../../core/edit/history';
import type { EditState } from '../../core/edit/state';
import { CheckpointError } from '../../core/errors';
import type { SaveOptions } from '../../core/write/planSave';
import { ownTarget, targetFor, type SaveTarget } from '../../core/write/saveTarget';
import type { SavingView } from '../../protocol/edits';
import { fileAccess } from '../fileAccess';
import { translate } from '../l10n';
import type { ResourceFiles } from './resourceFiles';
import { mayConvert, mayOverwrite, reportSaveError, wantsEditsAgain } from './saveMessages';
import { autoSaves, saveSettings } from './saveSettings';
import { copyFile, saveState, writeCopy, type FileWriteOptions, type OpenedFile, type Saved } from './writeFile';

/** What saving needs of a document. */
export interface SavedDocument {
  readonly uri: vscode.Uri;
  readonly fileName: string;
  /** null while there is nothing to save. */
  readonly file: OpenedFile | null;
  /** Other files that edits have taken something from. */
  readonly resourceFiles: ResourceFiles;
  /** Once no save is under way: the version on the disk, with the edits that it lacks. */
  makeEditsAgain(): void;
  /** The file is being written by us: what is seen of it meanwhile is no news. */
  beginWriting(): void;
  /** The file holds that step; or nothing was written. */
  endWriting(written: { readonly step: HistoryStep; readonly saved: Saved } | null): Promise<void>;
}

/** Least milliseconds from the end of one save to the beginning of the next, where VS Code saves by itself. */
const autoSaveGap = 2_000;
/** Milliseconds until progress is shown, and between two reports of it. */
const progressDelay = 200;
const progressInterval = 100;

/** Whether saving changes the format of the file, so that what read it until now may not do so any more. */
function isConverted({ kind, compression }: Container): boolean {
  return kind === 'tar' || kind === 'pickle' || compression !== null;
}

/** Writes a document to its own file, one save after the other, and copies of it to others. */
export class DocumentSaving implements vscode.Disposable {
  readonly #progress = new vscode.EventEmitter<SavingView | null>();
  /** How far a save has come that takes longer than a moment; null when it has ended. */
  readonly onDidProgress = this.#progress.event;
  /** Ends once no save is under way. */
  #running: Promise<unknown> = Promise.resolve();
  #abort: AbortController | undefined;
  #ended = 0;
  /** The person agreed that the file becomes a ZIP. */
  #mayConvert = false;
  /** The person agreed that what is on the disk is lost. */
  #mayOverwrite = false;

  constructor(private readonly document: SavedDocument) {}

  /** @throws CancellationError when nothing was written; the reason has been told. */
  async save(cancellation: vscode.CancellationToken): Promise<void> {
    await this.#run(cancellation, async (signal) => {
      await this.#gap(signal);
      const { file } = this.document;
      // VS Code takes a document for changed at times that is not: its edits were undone one by one, or made anew.
      if (file !== null && (file.history.dirty || this.#mayOverwrite || (await this.#isGone()))) {
        await this.#write(file, signal);
      }
      this.#ended = Date.now();
    });
  }

  /** The next save replaces what is on the disk, whatever it is. */
  allowOverwriting(): void {
    this.#mayOverwrite = true;
  }

  /** Saves under another name, which is opened then. What was never edited is copied as it is. */
  async saveAs(destination: vscode.Uri, cancellation: vscode.CancellationToken): Promise<void> {
    if (destination.toString() === this.document.uri.toString()) {
      await this.save(cancellation);
      return;
    }
    await this.#run(cancellation, async (signal) => {
      const { file } = this.document;
      if (file === null) {
        throw new Error(translate('The file is not open.'));
      }
      const { current } = file.history;
      const target = targetFor(destination.path, current.original);
      const options = this.#options(signal);
      await (current.pristine && target === targetFor(this.document.uri.path, current.original)
        ? copyFile(destination, file, options)
        : writeCopy(destination, current, target, options));
    });
  }

  /**
   * Writes a state to another file.
   * @throws CancellationError when nothing was written; the reason has been told.
   */
  async saveTo(destination: vscode.Uri, state: EditState, target: SaveTarget, options: SaveOptions): Promise<void> {
    const source = new vscode.CancellationTokenSource();
    try {
      await this.#run(source.token, (signal) =>
        writeCopy(destination, state, target, { ...options, ...this.#options(signal) }),
      );
    } finally {
      source.dispose();
    }
  }

  /** Waits until no save is under way. */
  async settled(): Promise<void> {
    await Promise.allSettled([this.#running]);
  }

  cancel(): void {
    this.#abort?.abort(new CheckpointError('cancelled'));
  }

  dispose(): void {
    this.cancel();
    this.#progress.dispose();
  }

  /** Waits for the save before, which VS Code cancels when it asks for another. */
  async #run(cancellation: vscode.CancellationToken, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const abort = new AbortController();
    const subscription = cancellation.onCancellationRequested(() => {
      abort.abort(new CheckpointError('cancelled'));
    });
    const before = this.#running;
    const run = (async () => {
      await Promise.allSettled([before]);
      this.#abort = abort;
      abort.signal.throwIfAborted();
      await work(abort.signal);
    })();
    this.#running = run;
    try {
      await run;
    } catch (error) {
      throw reportSaveError(error, this.document.fileName, translate);
    } finally {
      subscription.dispose();
      this.#progress.fire(null);
    }
  }

  /** Merges what VS Code saves by itself in quick succession: each save writes the whole file. */
  async #gap(signal: AbortSignal): Promise<void> {
    const wait = this.#ended + autoSaveGap - Date.now();
    if (wait > 0 && autoSaves(this.document.uri)) {
      await new Promise((resolve) => {
        setTimeout(resolve, wait);
        signal.addEventListener('abort', resolve, { once: true });
      });
      signal.throwIfAborted();
    }
  }

  async #write(file: OpenedFile, signal: AbortSignal): Promise<void> {
    const { step } = file.history;
    const { container } = step.state.original;
    if (isConverted(container) && !this.#mayConvert && !(await mayConvert(this.document.fileName, translate))) {
      throw new CheckpointError('cancelled');
    }
    this.#mayConvert = true;
    this.document.beginWriting();
    let saved: Saved | null = null;
    try {
      saved = await this.#writeAsked(file, step, signal);
    } finally {
      await this.document.endWriting(saved === null ? null : { step, saved });
    }
  }

  /** A file that changed on disk is replaced when a person says so. */
  async #writeAsked(file: OpenedFile, step: HistoryStep, signal: AbortSignal): Promise<Saved> {
    const wasAllowed = this.#mayOverwrite;
    this.#mayOverwrite = false;
    let expected: SourceIdentity | null = wasAllowed ? await this.#identify() : file.identity;
    for (;;) {
      try {
        return await saveState(this.document.uri, file, step.state, {
          ...this.#options(signal),
          settings: saveSettings(this.document.uri),
          target: ownTarget(step.state.original),
          expected,
        });
      } catch (error) {
        if (!(error instanceof CheckpointError) || error.code !== 'save-changed') {
          throw error;
        }
        expected = await this.#identify();
        if (expected !== null && !(await this.#mayGoOn(file))) {
          throw new CheckpointError('cancelled', { cause: error });
        }
      }
    }
  }

  /** Another version is on the disk. Where it was written over the old one, the bytes that our states copy are gone. */
  async #mayGoOn({ base }: OpenedFile): Promise<boolean> {
    if (!base.isFile) {
      return mayOverwrite(this.document.fileName, translate);
    }
    if (await wantsEditsAgain(this.document.fileName, translate)) {
      this.document.makeEditsAgain();
    }
    return false;
  }

  #options(signal: AbortSignal): FileWriteOptions {
    const started = Date.now();
    let reported = started - progressInterval;
    return {
      signal,
      sources: this.document.resourceFiles.sources,
      progress: (done, total) => {
        const now = Date.now();
        if (now - started >= progressDelay && now - reported >= progressInterval) {
          reported = now;
          this.#progress.fire({ done, total });
        }
      },
    };
  }

  async #isGone(): Promise<boolean> {
    return (await this.#identify()) === null;
  }

  #identify(): Promise<SourceIdentity | null> {
    return fileAccess(this.document.uri).identify();
  }
}
