import * as vscode from 'vscode';
import { memorySource } from '../../core/bytes/memorySource';
import type { SourceIdentity } from '../../core/bytes/byteSource';
import type { History } from '../../core/edit/history';
import type { EditState } from '../../core/edit/state';
import { CheckpointError } from '../../core/errors';
import { appendToFile, planAppend } from '../../core/write/appendSave';
import { planSave, type SaveOptions } from '../../core/write/planSave';
import type { SaveTarget } from '../../core/write/saveTarget';
import { writePlan, type WriteOptions } from '../../core/write/planWriter';
import { replaceFile } from '../../core/write/replaceFile';
import { planOf, type SavePlan } from '../../core/write/savePlan';
import { fileAccess, localPath, RemoteFileTooLarge, remoteLimit } from '../fileAccess';
import type { BaseFile, NamedFile } from './baseFile';
import type { SaveSettings } from './saveSettings';

/** One opened version of a file: its bytes, its states, and what it is on the disk. */
export interface OpenedFile {
  readonly base: BaseFile;
  readonly history: History;
  /** What the file was when it was read or written here last. */
  identity: SourceIdentity;
}

export interface FileWriteOptions extends WriteOptions {
  /** Other files that bytes are copied from. */
  readonly sources: readonly NamedFile[];
}

export interface SaveRequest extends FileWriteOptions {
  readonly settings: SaveSettings;
  readonly target: SaveTarget;
  /** What the file must still be; null where none must be there. */
  readonly expected: SourceIdentity | null;
}

export interface Saved {
  readonly identity: SourceIdentity;
  /** The states before can still be written: their bytes are there. */
  readonly keepsBase: boolean;
}

/**
 * Writes a state to the document's own file.
 * @throws CheckpointError as `replaceFile` and `appendToFile`; the file is then as it was.
 */
export async function saveState(
  uri: vscode.Uri,
  { base, identity }: OpenedFile,
  state: EditState,
  request: SaveRequest,
): Promise<Saved> {
  const path = localPath(uri);
  if (path === null) {
    await checkRemote(uri, request.expected);
    return { identity: await writeRemote(uri, planSave(state, request.target), request), keepsBase: true };
  }
  base.seen(await fileAccess(uri).identify());
  const { expected } = request;
  if (request.settings.mode === 'append' && base.isFile && expected === identity) {
    const appended = await planAppend(state, identity.size);
    if (appended !== null) {
      const now = await appendToFile(path, appended, { expected });
      base.appended(now);
      return { identity: now, keepsBase: true };
    }
  }
  return replace(path, base, planSave(state, request.target), request);
}

async function replace(path: string, base: BaseFile, plan: SavePlan, request: SaveRequest): Promise<Saved> {
  const { settings, expected, sources, signal, progress, onOverflow } = request;
  const { named } = base;
  try {
    const { identity, previous } = await replaceFile(path, plan, {
      ...(signal && { signal }),
      ...(progress && { progress }),
      ...(onOverflow && { onOverflow }),
      expected,
      sources: [...sources, ...(named === null ? [] : [named])],
      keepPrevious: settings.keepPrevious && base.isFile,
      beforeReplace: () => base.letGo(),
    });
    return { identity, keepsBase: (await base.replaced(previous)) && settings.keepPrevious };
  } catch (error) {
    await base.takeUp();
    throw error;
  }
}

/**
 * Writes a state to another file, which may be there.
 * @throws CheckpointError as `replaceFile`.
 */
export async function writeCopy(
  uri: vscode.Uri,
  state: EditState,
  target: SaveTarget,
  options: FileWriteOptions & SaveOptions,
): Promise<void> {
  await writeTo(uri, planSave(state, target, options), options);
}

/** Copies a file byte for byte: what is not edited stays what it is. */
export async function copyFile(uri: vscode.Uri, { base }: OpenedFile, options: FileWriteOptions): Promise<void> {
  const { source } = base;
  await writeTo(uri, planOf([{ kind: 'range', source, start: 0, length: source.size }]), options);
}

async function writeTo(uri: vscode.Uri, plan: SavePlan, options: FileWriteOptions): Promise<void> {
  const path = localPath(uri);
  await (path === null ? writeRemote(uri, plan, options) : replaceFile(path, plan, options));
}

async function checkRemote(uri: vscode.Uri, expected: SourceIdentity | null): Promise<void> {
  const now = await fileAccess(uri).identify();
  if (now?.size !== expected?.size || now?.modified !== expected?.modified) {
    throw new CheckpointError('save-changed');
  }
}

/** VS Code's file systems take a file whole. */
async function writeRemote(uri: vscode.Uri, plan: SavePlan, options: WriteOptions): Promise<SourceIdentity> {
  const limit = remoteLimit(uri);
  if (plan.size > limit) {
    throw new RemoteFileTooLarge(plan.size, limit, uri.scheme);
  }
  const bytes = new Uint8Array(plan.size);
  let at = 0;
  await writePlan(
    plan,
    {
      async write(piece) {
        bytes.set(piece, at);
        at += piece.length;
      },
    },
    options,
  );
  try {
    await vscode.workspace.fs.writeFile(uri, bytes);
  } catch (error) {
    throw fromFileSystem(error);
  }
  return (await fileAccess(uri).identify()) ?? memorySource(bytes).identity;
}

function fromFileSystem(error: unknown): unknown {
  if (!(error instanceof vscode.FileSystemError)) {
    return error;
  }
  const code = error.code === 'NoPermissions' ? 'save-no-permission' : 'save-failed';
  return new CheckpointError(code, { detail: error.code, cause: error });
}
