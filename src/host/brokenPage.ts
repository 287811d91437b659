import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { ForeignFileError } from '../core/container/foreign';
import { CheckpointError } from '../core/errors';
import type { BrokenAction, BrokenView } from '../protocol/messages';
import { brokenFile, type Repository } from '../wording/brokenFile';
import { formatBytes, formatSize } from '../wording/format';
import type { Translate } from '../wording/translate';
import type { BrokenState, CheckpointDocument } from './document';
import { RemoteFileTooLarge } from './fileAccess';
import { hasLfsObject, pathInRepository, repositoryOf } from './git';

/** The page for a file that gives no tree. */
export async function brokenPage(state: BrokenState, uri: vscode.Uri, t: Translate): Promise<BrokenView> {
  const { error } = state;
  if (error instanceof RemoteFileTooLarge) {
    return tooLargePage(error, t);
  }
  const file = brokenFile(asCheckpointError(error), await lfsRepository(error, uri), t);
  const page = { ...file, asides: asides(state, t) };
  return vscode.workspace.isTrusted ? page : withoutTerminal(page);
}

function asides({ error, fileBytes }: BrokenState, t: Translate): string[] {
  const size = fileBytes === null ? [] : [formatBytes(fileBytes, t)];
  return error instanceof ForeignFileError ? [...size, t('not a checkpoint')] : size;
}

/** Git runs what the repository configures: in Restricted Mode the command is there to copy, and no button runs it. */
function withoutTerminal(page: BrokenView): BrokenView {
  const [first = null, ...others] = page.secondary;
  return page.primary === 'runInTerminal' ? { ...page, primary: first, secondary: others } : page;
}

/** What `core` did not throw on purpose is a bug of ours; the page still says that reading failed, and how it is called. */
function asCheckpointError(error: unknown): CheckpointError {
  return error instanceof CheckpointError ? error : new CheckpointError('io', { detail: String(error), cause: error });
}

async function lfsRepository(error: unknown, uri: vscode.Uri): Promise<Repository | null> {
  if (!(error instanceof ForeignFileError) || error.foreign.kind !== 'git-lfs-pointer' || uri.scheme !== 'file') {
    return null;
  }
  const repository = await repositoryOf(uri.fsPath);
  if (repository === undefined) {
    return null;
  }
  return {
    path: pathInRepository(repository, uri.fsPath),
    hasObject: await hasLfsObject(repository, error.foreign.oid),
  };
}

function tooLargePage(error: RemoteFileTooLarge, t: Translate): BrokenView {
  const limit = formatSize(error.limit);
  return {
    what: t('Not opened'),
    asides: [],
    title: t('This file is too large to be opened from here'),
    sentence: t(
      'A file of “{0}:” has to be read whole. Copy it to a disk, or raise the limit in the settings and retry.',
      error.scheme,
    ),
    icon: 'cloud',
    facts: [
      { label: t('Size'), value: formatSize(error.bytes) },
      { label: t('Limit'), value: limit },
      { label: t('Setting'), value: 'checkpointEditor.remoteFileSystem.maxMB' },
    ],
    command: null,
    primary: 'openSettings',
    secondary: ['retry'],
    details: error.message,
  };
}

/** Carries out a button of the page. */
export async function runBrokenAction(action: BrokenAction, document: CheckpointDocument, t: Translate): Promise<void> {
  const { uri, state } = document;
  switch (action) {
    case 'runInTerminal':
      await runInTerminal(document, t);
      break;
    case 'openAsText':
      await vscode.commands.executeCommand('vscode.openWith', uri, 'default');
      break;
    case 'openWithDefault':
      await vscode.commands.executeCommand('workbench.action.reopenWithEditor', uri);
      break;
    case 'retry':
      await document.load();
      break;
    case 'openFolder':
      await vscode.commands.executeCommand('revealInExplorer', uri);
      break;
    case 'openSettings':
      await vscode.commands.executeCommand('workbench.action.openSettings', 'checkpointEditor.remoteFileSystem.maxMB');
      break;
    case 'copyDetails':
      if (state.phase === 'broken') {
        await vscode.env.clipboard.writeText((await brokenPage(state, uri, t)).details);
      }
      break;
  }
}

/** The line of the page, in the repository; the file is watched, so that it opens once it is there. */
async function runInTerminal({ uri, state }: CheckpointDocument, t: Translate): Promise<void> {
  // The page may be older than the trust that it was made under.
  if (state.phase !== 'broken' || !vscode.workspace.isTrusted) {
    return;
  }
  const { command } = await brokenPage(state, uri, t);
  if (command === null) {
    return;
  }
  const repository = await repositoryOf(uri.fsPath);
  const terminal = vscode.window.createTerminal({
    name: t('Git LFS'),
    cwd: repository?.top ?? dirname(uri.fsPath),
  });
  terminal.show();
  terminal.sendText(command.line);
}
