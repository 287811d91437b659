import * as vscode from 'vscode';
import type { ByteSource, SourceIdentity } from '../core/bytes/byteSource';
import type { Checkpoint } from '../core/checkpoint/checkpoint';
import { CheckpointError } from '../core/errors';
import { describeIn } from '../wording/description';
import { DiskWatch, type DiskChange } from './diskWatch';
import { fileAccess, type FileAccess } from './fileAccess';
import { translate } from './l10n';
import { load, type Loaded } from './load';

/** The index is being read. `checkpoint` is there once everything but the tree is known. */
export interface LoadingState {
  readonly phase: 'loading';
  readonly fileBytes: number | null;
  readonly done: number;
  readonly total: number | null;
  readonly checkpoint: Checkpoint | null;
}

/** One opened version of the file. Immutable: a reload makes a new one. */
export interface OpenState extends Loaded {
  readonly phase: 'open';
  /** When the file was last written, as far as that is known; else when it was read. */
  readonly date: Date;
}

/** The file gives no tree; `error` says why. */
export interface BrokenState {
  readonly phase: 'broken';
  readonly error: unknown;
  readonly fileBytes: number | null;
}

export type DocumentState = LoadingState | OpenState | BrokenState;

/** How the file on disk stands to what is shown. */
export type DiskState = 'same' | 'changing' | 'incomplete' | 'gone' | 'reloaded';

/** Findings of a file of which only a part is there: that of a version being written is not to replace a whole one. */
const cutFindings = new Set(['cut-file', 'compressed-cut', 'pickle-unreadable', 'record-beyond-end']);

function isCut(state: DocumentState): boolean {
  return state.phase === 'open' && state.checkpoint.findings.some(({ code }) => cutFindings.has(code));
}

/** Least milliseconds between two reports of progress. */
const progressInterval = 100;

/**
 * One file and what is known of it; any number of panels show it. VS Code makes one per URI, asks the provider for it
 * when the first panel opens and disposes it after the last has closed.
 */
export class CheckpointDocument implements vscode.CustomDocument {
  readonly #changed = new vscode.EventEmitter<void>();
  /** `state` or `disk` has changed. */
  readonly onDidChange = this.#changed.event;
  readonly #disposed = new vscode.EventEmitter<void>();
  readonly onDidDispose = this.#disposed.event;

  readonly #access: FileAccess;
  #state: DocumentState = { phase: 'loading', fileBytes: null, done: 0, total: null, checkpoint: null };
  #disk: DiskState = 'same';
  #source: ByteSource | undefined;
  #watch: DiskWatch | undefined;
  #loading: AbortController | undefined;
  #isDisposed = false;

  constructor(
    readonly uri: vscode.Uri,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.#access = fileAccess(uri);
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

  /** Reads the file from scratch; the outcome is in `state`, whatever it is. */
  async load(): Promise<void> {
    this.#set({ phase: 'loading', fileBytes: null, done: 0, total: null, checkpoint: null }, 'same');
    await this.#read((error, fileBytes) => {
      this.#set({ phase: 'broken', error, fileBytes }, 'same');
    });
  }

  /** Reads the file again and shows the new version when it is whole; until then the old one stays. */
  async reload(): Promise<void> {
    if (this.#state.phase !== 'open') {
      await this.load();
      return;
    }
    await this.#read(() => {
      this.#set(this.#state, 'incomplete');
    });
  }

  /** The person does not want to wait any longer. */
  cancelLoading(): void {
    this.#loading?.abort(new CheckpointError('cancelled'));
  }

  /** The note about the file on disk has been read. */
  acknowledge(): void {
    if (this.#disk === 'reloaded') {
      this.#set(this.#state, 'same');
    }
  }

  dispose(): void {
    this.#loading?.abort(new CheckpointError('cancelled'));
    this.#loading = undefined;
    this.#isDisposed = true;
    this.#watch?.dispose();
    this.#close(this.#source);
    this.#disposed.fire();
    this.#disposed.dispose();
    this.#changed.dispose();
  }

  async #read(failed: (error: unknown, fileBytes: number | null) => void): Promise<void> {
    this.#loading?.abort(new CheckpointError('cancelled'));
    const loading = new AbortController();
    this.#loading = loading;
    const started = Date.now();
    let source: ByteSource | undefined;
    try {
      source = await this.#access.open();
      const state = await this.#open(source, loading.signal);
      const reloaded = this.#state.phase === 'open';
      if (reloaded && isCut(state) && !isCut(this.#state)) {
        throw new CheckpointError('truncated', { detail: 'a part of the new version is missing' });
      }
      this.#logOpened(state, Date.now() - started);
      this.#close(this.#source);
      this.#source = source;
      this.#watchFrom(source.identity);
      this.#set(state, reloaded ? 'reloaded' : 'same');
    } catch (error) {
      this.#close(source);
      const reason: unknown = loading.signal.aborted ? loading.signal.reason : error;
      // A newer read has taken over: its outcome counts.
      if (this.#loading === loading) {
        this.#logFailed(reason);
        failed(reason, source?.size ?? null);
        this.#watchFrom(source?.identity ?? (await this.#access.identify().catch(() => null)));
      }
    } finally {
      if (this.#loading === loading) {
        this.#loading = undefined;
      }
    }
  }

  async #open(source: ByteSource, signal: AbortSignal): Promise<OpenState> {
    const loading = this.#state.phase === 'loading' ? this.#state : undefined;
    const report = (change: Partial<LoadingState>): void => {
      if (loading !== undefined && this.#state.phase === 'loading' && !signal.aborted) {
        this.#set({ ...this.#state, fileBytes: source.size, ...change }, 'same');
      }
    };
    report({});
    let reported = Date.now();
    const opened = await load(source, {
      fileName: this.fileName,
      signal,
      describe: describeIn(translate),
      progress: (done, total) => {
        if (Date.now() - reported >= progressInterval) {
          reported = Date.now();
          report({ done, total: total > 0 ? total : null });
        }
      },
      opened: (checkpoint) => {
        report({ checkpoint });
      },
    });
    return { phase: 'open', ...opened, date: new Date(source.identity.modified ?? Date.now()) };
  }

  #watchFrom(read: SourceIdentity | null): void {
    this.#watch?.dispose();
    if (this.#access.pollInterval === null || this.#isDisposed) {
      return;
    }
    this.#watch = new DiskWatch(
      () => this.#access.identify(),
      read,
      (change) => {
        this.#diskChanged(change);
      },
    );
    this.#watch.start(this.#access.pollInterval);
  }

  #diskChanged(change: DiskChange): void {
    this.log.debug(`${this.fileName}: ${change} on disk`);
    switch (change) {
      case 'changing':
        this.#set(this.#state, 'changing');
        break;
      case 'settled':
        void this.reload();
        break;
      case 'gone':
        this.#set(this.#state, 'gone');
        break;
    }
  }

  #set(state: DocumentState, disk: DiskState): void {
    this.#state = state;
    this.#disk = disk;
    this.#changed.fire();
  }

  #logOpened({ checkpoint: { container, kind, summary } }: OpenState, milliseconds: number): void {
    this.log.info(`${this.fileName}: ${container.kind}, ${kind}, ${summary.tensors} tensors, ${milliseconds} ms`);
  }

  #logFailed(reason: unknown): void {
    if (reason instanceof CheckpointError) {
      this.log.info(`${this.fileName}: ${reason.message}`);
    } else {
      this.log.error(`${this.fileName}: opening failed`, reason);
    }
  }

  #close(source: ByteSource | undefined): void {
    source?.close().catch((error: unknown) => {
      this.log.warn(`${this.fileName}: closing failed`, error);
    });
  }
}
