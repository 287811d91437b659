import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import { loadCatalogue } from '../../core/catalogue/loadCatalogue';
import type { Operation } from '../../core/edit/operations';
import { CheckpointError } from '../../core/errors';
import { findModuleClasses } from '../../core/python/moduleClasses';
import type { MatchChoice, MatchTargetKind } from '../../protocol/match';
import type { CheckpointDocument } from '../document';
import { buildModel, moduleOf, openFactories } from '../python/factories';
import type { MatchEnvironment, OpenedTarget } from './environment';

/** Bytes of a key list or error text that is read from a file. Seen: 5 MB, of a mixture of experts. */
const mostText = 64 * 1024 * 1024;

/** Files, Python and dialogs as VS Code has them, seen from one document. */
export function vscodeEnvironment(document: CheckpointDocument, log: vscode.LogOutputChannel): MatchEnvironment {
  return {
    openFile: (path, again) => openTarget(document, path, again),
    catalogue: loadCatalogue,
    buildFactory: (text, signal) => buildModel({ text, file: document.uri, signal }, log),
    noPython,
    factories,
    browse: (kind) => browse(document, kind),
  };
}

async function openTarget(document: CheckpointDocument, path: string, again: boolean): Promise<OpenedTarget> {
  const uri = await uriOf(document, path);
  const files = document.resourceFiles;
  const resource = again ? await files.openAgain(uri, operationsOf(document)) : await files.open(uri);
  const checkpoint = files.all.get(resource);
  if (checkpoint === undefined) {
    throw new CheckpointError('file-missing');
  }
  return { name: uri.path.slice(uri.path.lastIndexOf('/') + 1), resource, checkpoint };
}

/** Undone ones too. */
function operationsOf({ history }: CheckpointDocument): readonly Operation[] {
  return history?.all.flatMap(({ operation }) => operation ?? []) ?? [];
}

/** A path as people write it: absolute, below the home folder, or seen from the document's folder or a workspace's. */
async function uriOf({ uri }: CheckpointDocument, path: string): Promise<vscode.Uri> {
  if (/^[a-z][\w+.-]+:\/\//i.test(path)) {
    return vscode.Uri.parse(path);
  }
  const written = path.replace(/^~(?=[\\/])/, homedir());
  if (isAbsolute(written)) {
    return uri.scheme === 'file' ? vscode.Uri.file(written) : uri.with({ path: written });
  }
  const roots = [vscode.Uri.joinPath(uri, '..'), ...(vscode.workspace.workspaceFolders ?? []).map((each) => each.uri)];
  const candidates = roots.map((root) => vscode.Uri.joinPath(root, written));
  for (const candidate of candidates) {
    if (await isThere(candidate)) {
      return candidate;
    }
  }
  return candidates[0] ?? vscode.Uri.file(join('/', written));
}

async function isThere(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    // The next place is looked at; opening the first one says that there is nothing.
    return false;
  }
}

function noPython(): string {
  return vscode.workspace.isTrusted
    ? ''
    : vscode.l10n.t('Restricted Mode: no Python is run in a workspace that is not trusted.');
}

function factories(): readonly MatchChoice[] {
  return openFactories().map(({ text, required, isDirty }) => ({
    id: withArguments(text, required),
    label: text,
    secondary: isDirty ? vscode.l10n.t('as saved last') : required.join(', '),
  }));
}

/** What it cannot do without is named, to be filled in. */
export function withArguments(text: string, required: readonly string[]): string {
  return required.length === 0 ? text : `${text}(${required.map((name) => `${name}=`).join(', ')})`;
}

async function browse(document: CheckpointDocument, kind: MatchTargetKind): Promise<string | null> {
  const [uri] =
    (await vscode.window.showOpenDialog({
      title: titleOf(kind),
      openLabel: vscode.l10n.t('Choose'),
      defaultUri: vscode.Uri.joinPath(document.uri, '..'),
      ...(kind === 'python' && { filters: { Python: ['py'] } }),
    })) ?? [];
  if (uri === undefined) {
    return null;
  }
  switch (kind) {
    case 'text':
      return readText(uri);
    case 'python':
      return askForClass(uri);
    case 'file':
    case 'architecture':
      return uri.scheme === 'file' ? uri.fsPath : uri.toString();
  }
}

function titleOf(kind: MatchTargetKind): string {
  switch (kind) {
    case 'text':
      return vscode.l10n.t('Read a Key List or Error Text');
    case 'python':
      return vscode.l10n.t('Choose a Python File');
    case 'file':
    case 'architecture':
      return vscode.l10n.t('Match Against a Checkpoint');
  }
}

async function readText(uri: vscode.Uri): Promise<string | null> {
  const { size } = await vscode.workspace.fs.stat(uri);
  if (size > mostText) {
    void vscode.window.showWarningMessage(vscode.l10n.t('This file is too large for a key list or an error text.'));
    return null;
  }
  return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
}

/** One of the models that a Python file defines. */
async function askForClass(uri: vscode.Uri): Promise<string | null> {
  const module = moduleOf(uri);
  const text = (await readText(uri)) ?? '';
  const classes = findModuleClasses(text).map(({ name, required }) => ({
    label: name,
    description: required.join(', '),
    factory: withArguments(`${module}:${name}`, required),
  }));
  const [only] = classes;
  if (only === undefined) {
    void vscode.window.showWarningMessage(vscode.l10n.t('This file defines no nn.Module.'));
    return null;
  }
  const chosen =
    classes.length === 1
      ? only
      : await vscode.window.showQuickPick(classes, { title: vscode.l10n.t('Match Against a Model') });
  return chosen?.factory ?? null;
}
