import type * as vscode from 'vscode';
import type { ByteSource, SourceIdentity } from '../core/bytes/byteSource';
import { CheckpointError } from '../core/errors';
import { describeIn } from '../wording/description';
import { isCut, type DocumentState, type LoadingState, type OpenState } from './documentState';
import type { FileAccess } from './fileAccess';
import { translate } from './l10n';
import { load } from './load';
import type { Backup } from './saving/backup';
import { openBacked, type Backed } from './saving/openBacked';
import type { ResourceFiles } from './saving/resourceFiles';

/** A version of the file, with the edits that are to be made on it again. */
export interface ReadVersion {
  readonly backed: Backed;
  readonly state: OpenState;
}

export interface FailedRead {
  readonly error: unknown;
  readonly fileBytes: number | null;
  /** What the file was when it was read. */
  readonly identity: SourceIdentity | null;
}

export interface ReadRequest {
  readonly backup: Backup | null;
  /** Names beside the file that are needed still. */
  readonly kept: () => Promise<ReadonlySet<string>>;
  readonly resources: ResourceFiles;
  /** What is shown until now. */
  readonly shown: DocumentState;
  /** What is known of the file so far. */
  readonly report: (change: Partial<LoadingState>) => void;
}

/** Least milliseconds between two reports of progress. */
const progressInterval = 100;

/** Reads versions of a file. A newer read takes the place of the one before. */
export class DocumentReader {
  #loading: AbortController | undefined;
  #isDisposed = false;

  constructor(
    private readonly access: FileAccess,
    private readonly fileName: string,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  cancel(): void {
    this.#loading?.abort(new CheckpointError('cancelled'));
  }

  /** @returns null when another read, or none at all, has taken over: its outcome counts. */
  async read(request: ReadRequest): Promise<ReadVersion | FailedRead | null> {
    // A revert may come to its end after the last panel was closed.
    if (this.#isDisposed) {
      return null;
    }
    this.cancel();
    const loading = new AbortController();
    this.#loading = loading;
    const started = Date.now();
    let backed: Backed | undefined;
    try {
      backed = await openBacked(this.access, request.backup, await request.kept());
      const state = await this.#load(backed.source, loading.signal, request);
      if (isCut(state) && request.shown.phase === 'open' && !isCut(request.shown)) {
        throw new CheckpointError('truncated', { detail: 'a part of the new version is missing' });
      }
      await request.resources.openFor(backed.operations);
      loading.signal.throwIfAborted();
      this.#logOpened(state, Date.now() - started);
      return { backed, state };
    } catch (error) {
      await backed?.source.close();
      const reason: unknown = loading.signal.aborted ? loading.signal.reason : error;
      if (this.#loading !== loading) {
        return null;
      }
      this.#logFailed(reason);
      const identity = backed?.source.identity ?? (await this.access.identify().catch(() => null));
      return { error: reason, fileBytes: backed?.source.size ?? null, identity };
    } finally {
      if (this.#loading === loading) {
        this.#loading = undefined;
      }
    }
  }

  dispose(): void {
    this.cancel();
    this.#loading = undefined;
    this.#isDisposed = true;
  }

  async #load(source: ByteSource, signal: AbortSignal, { report }: ReadRequest): Promise<OpenState> {
    const tell = (change: Partial<LoadingState>): void => {
      if (!signal.aborted) {
        report({ fileBytes: source.size, ...change });
      }
    };
    tell({});
    let reported = Date.now();
    const opened = await load(source, {
      fileName: this.fileName,
      signal,
      describe: describeIn(translate),
      progress: (done, total) => {
        if (Date.now() - reported >= progressInterval) {
          reported = Date.now();
          tell({ done, total: total > 0 ? total : null });
        }
      },
      opened: (checkpoint) => {
        tell({ checkpoint });
      },
    });
    return { phase: 'open', ...opened, date: new Date(source.identity.modified ?? Date.now()) };
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
}
