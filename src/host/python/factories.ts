import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { buildFactory, parseFactory, type FactoryReply } from '../../core/python/factory';
import { findModuleClasses, moduleOfFile } from '../../core/python/moduleClasses';
import { PythonError } from '../../core/python/pythonError';
import { findInterpreter } from './interpreter';

/** A class of a Python file that is open. */
export interface OpenFactory {
  /** `flowers.models:FlowerNet`, or with the path of the file where that cannot be imported by a name. */
  readonly text: string;
  /** Arguments that are to be given in brackets behind it. */
  readonly required: readonly string[];
  /** What would be built is what was saved last. */
  readonly isDirty: boolean;
}

export interface FactoryRequest {
  /** As `parseFactory` reads it. */
  readonly text: string;
  /** The checkpoint: its folder is looked in after the workspace's. */
  readonly file: vscode.Uri;
  readonly signal?: AbortSignal;
}

/**
 * Builds the model of the user's own factory. This runs their code, in a workspace that they trust.
 * @throws PythonError; CheckpointError `cancelled`
 */
export async function buildModel(request: FactoryRequest, log: vscode.LogOutputChannel): Promise<FactoryReply> {
  const factory = parseFactory(request.text);
  const { path, source } = await findInterpreter(request.file, log);
  log.info(`Building ${request.text} with ${path} (${source})`);
  try {
    return await buildFactory(factory, { python: path, folders: foldersFor(request.file), signal: request.signal });
  } catch (error) {
    if (error instanceof PythonError) {
      log.info(`${request.text}: ${JSON.stringify(error.problem)}\n${error.output.text}`);
    }
    throw error;
  }
}

/** The folder of the workspace that the file is in, or else all of them; and the file's own. Only what is on disk has any. */
function foldersFor(file: vscode.Uri): string[] {
  const own = vscode.workspace.getWorkspaceFolder(file);
  const roots = own === undefined ? (vscode.workspace.workspaceFolders ?? []) : [own];
  const folders = roots.map(({ uri }) => uri).filter(({ scheme }) => scheme === 'file');
  return [
    ...new Set([...folders.map(({ fsPath }) => fsPath), ...(file.scheme === 'file' ? [dirname(file.fsPath)] : [])]),
  ];
}

/** Models of the Python files that are open, in the order of the files and their lines. */
export function openFactories(): OpenFactory[] {
  const sources = vscode.workspace.textDocuments.filter(
    ({ languageId, uri }) => languageId === 'python' && uri.scheme === 'file',
  );
  return sources.flatMap((source) =>
    findModuleClasses(source.getText()).map(({ name, required }) => ({
      text: `${moduleOf(source.uri)}:${name}`,
      required,
      isDirty: source.isDirty,
    })),
  );
}

/** By its path below the workspace's folder, where every step of that is a name; else the path of the file itself. */
export function moduleOf(file: vscode.Uri): string {
  const folder = vscode.workspace.getWorkspaceFolder(file);
  const module = folder === undefined ? null : moduleOfFile(vscode.workspace.asRelativePath(file, false));
  return module ?? file.fsPath;
}
