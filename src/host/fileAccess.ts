import { stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { ByteSource, SourceIdentity } from '../core/bytes/byteSource';
import { openPath } from '../core/container/folder';
import { memorySource } from '../core/bytes/memorySource';
import { CheckpointError, type ErrorCode } from '../core/errors';

/** How the bytes behind a URI are come by. */
export interface FileAccess {
  /** @throws CheckpointError when the file cannot be opened, RemoteFileTooLarge when it would have to be read whole. */
  open(): Promise<ByteSource>;
  /** What is at the URI now; null when there is nothing. */
  identify(): Promise<SourceIdentity | null>;
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
  return uri.scheme === 'file' ? localAccess(uri.fsPath) : remoteAccess(uri);
}

/** Versions that Git holds are not to be changed. */
export function isVersion(uri: vscode.Uri): boolean {
  return uri.scheme === 'git' || uri.scheme === 'gitfs';
}

function localAccess(path: string): FileAccess {
  return {
    open: () => openPath(path),
    async identify() {
      try {
        const { size, mtimeNs, dev, ino } = await stat(path, { bigint: true });
        return { size: Number(size), modified: Number(mtimeNs) / 1e6, file: `${dev}:${ino}` };
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

function remoteAccess(uri: vscode.Uri): FileAccess {
  return {
    async open() {
      try {
        const identity = await remoteIdentity(uri);
        const limit = megabytesAllowed(uri) * 1024 * 1024;
        if (identity.size > limit) {
          throw new RemoteFileTooLarge(identity.size, limit, uri.scheme);
        }
        // The identity of the file system, so that a later look at it can be compared.
        return { ...memorySource(await vscode.workspace.fs.readFile(uri)), identity };
      } catch (error) {
        throw fromFileSystem(error);
      }
    },
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

function megabytesAllowed(uri: vscode.Uri): number {
  return vscode.workspace.getConfiguration('checkpointEditor', uri).get('remoteFileSystem.maxMB', 256);
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
