import { stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { ByteSource, SourceIdentity } from '../core/bytes/byteSource';
import { identityOf } from '../core/bytes/fileSource';
import { openPath } from '../core/container/folder';
import { memorySource } from '../core/bytes/memorySource';
import { openMovable } from '../core/bytes/movableSource';
import { CheckpointError, type ErrorCode } from '../core/errors';
import { prepareToOpen } from '../core/write/prepareToOpen';

export interface AccessOptions {
  /** Bytes of the file that count, where something was appended behind them. */
  readonly size?: number;
  /** Names beside the file that are still needed, though the process that made them is gone. */
  readonly kept?: ReadonlySet<string>;
}

/** How the bytes behind a URI are come by. */
export interface FileAccess {
  /** The file's path; null where it is on no local disk. */
  readonly path: string | null;
  /**
   * Opens the file, after seeing to what a killed save left beside it.
   * @throws CheckpointError when the file cannot be opened, RemoteFileTooLarge when it would have to be read whole.
   */
  open(options?: AccessOptions): Promise<ByteSource>;
  /** Sees to what a killed save left beside the file, without opening it. */
  prepare(kept: ReadonlySet<string>): Promise<void>;
  /** What is at the URI now; null when there is nothing. */
  readonly identify: () => Promise<SourceIdentity | null>;
  /** Milliseconds between two looks at the file; null where it cannot change (a version in Git). */
  readonly pollInterval: number | null;
}

/** `workspace.fs` has no ranged read (microsoft/vscode#84515): such a file is read whole, so its size meets a setting. */
export class RemoteFileTooLarge extends Error {
  override readonly name = 'RemoteFileTooLarge';

  constructor(
    readonly bytes: number,
    /** `checkpointEditor.remoteFileSystem.maxMB`, in bytes. */
    readonly limit: number,
    readonly scheme: string,
  ) {
    super(`${bytes} bytes on ${scheme}:, limit ${limit}`);
  }
}

/** Local files are read in ranges; everything else goes through VS Code's file systems. */
export function fileAccess(uri: vscode.Uri): FileAccess {
  const path = localPath(uri);
  return path === null ? remoteAccess(uri) : localAccess(path);
}

/** The path of a file on a local disk; null for any other. */
export function localPath(uri: vscode.Uri): string | null {
  return uri.scheme === 'file' ? uri.fsPath : null;
}

/** Versions that Git holds are not to be changed. */
export function isVersion(uri: vscode.Uri): boolean {
  return uri.scheme === 'git' || uri.scheme === 'gitfs';
}

function localAccess(path: string): FileAccess {
  return {
    path,
    async open({ size, kept } = {}) {
      const whole = size ?? (await sizeOfWhole(path, kept));
      return openMovable(path, { open: openPath, ...(whole !== undefined && { size: whole }) });
    },
    async prepare(kept) {
      await sizeOfWhole(path, kept);
    },
    async identify() {
      try {
        return identityOf(await stat(path, { bigint: true }));
      } catch (error) {
        // Anything else than absence (a server that is away) may pass.
        if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
          return null;
        }
        throw error;
      }
    },
    pollInterval: 1_000,
  };
}

/** Bytes of the file without an append that was cut and cannot be undone here; undefined where all of them count. */
async function sizeOfWhole(path: string, kept?: ReadonlySet<string>): Promise<number | undefined> {
  try {
    const { recovery } = await prepareToOpen(path, kept);
    return recovery.kind === 'unwritable' ? recovery.oldSize : undefined;
  } catch (error) {
    if (error instanceof CheckpointError) {
      // Opening the file says better why it cannot be read.
      return undefined;
    }
    throw error;
  }
}

function remoteAccess(uri: vscode.Uri): FileAccess {
  return {
    path: null,
    async open() {
      try {
        const identity = await remoteIdentity(uri);
        const limit = remoteLimit(uri);
        if (identity.size > limit) {
          throw new RemoteFileTooLarge(identity.size, limit, uri.scheme);
        }
        // The identity of the file system, so that a later look at it can be compared.
        return { ...memorySource(await vscode.workspace.fs.readFile(uri)), identity };
      } catch (error) {
        throw fromFileSystem(error);
      }
    },
    async prepare() {},
    async identify() {
      try {
        return await remoteIdentity(uri);
      } catch (error) {
        if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') {
          return null;
        }
        throw error;
      }
    },
    pollInterval: isVersion(uri) ? null : 5_000,
  };
}

async function remoteIdentity(uri: vscode.Uri): Promise<SourceIdentity> {
  const stats = await vscode.workspace.fs.stat(uri);
  if ((stats.type & vscode.FileType.Directory) !== 0) {
    throw new CheckpointError('is-a-folder');
  }
  return { size: stats.size, modified: stats.mtime, file: null };
}

/** Bytes that a file which is read and written whole may have. */
export function remoteLimit(uri: vscode.Uri): number {
  const settings = vscode.workspace.getConfiguration('checkpointEditor', uri);
  return settings.get('remoteFileSystem.maxMB', 256) * 1024 * 1024;
}

const codeOfFileSystemError: Readonly<Record<string, ErrorCode>> = {
  FileNotFound: 'file-missing',
  FileIsADirectory: 'is-a-folder',
  NoPermissions: 'no-permission',
};

function fromFileSystem(error: unknown): unknown {
  if (!(error instanceof vscode.FileSystemError)) {
    return error;
  }
  return new CheckpointError(codeOfFileSystemError[error.code] ?? 'io', { detail: error.code, cause: error });
}
