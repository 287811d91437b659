import * as vscode from 'vscode';
import type { ByteSource } from '../../core/bytes/byteSource';
import type { Checkpoint } from '../../core/checkpoint/checkpoint';
import { openCheckpoint } from '../../core/checkpoint/open';
import type { Resources } from '../../core/edit/apply';
import type { Operation } from '../../core/edit/operations';
import { fileAccess, localPath } from '../fileAccess';
import type { NamedFile } from './baseFile';

/** Other files that edits take something from. They stay open while the document is: its states copy from them. */
export class ResourceFiles {
  readonly #files = new Map<string, { readonly checkpoint: Checkpoint; readonly source: ByteSource }>();

  get all(): Resources {
    return new Map([...this.#files].map(([name, { checkpoint }]) => [name, checkpoint]));
  }

  get sources(): readonly NamedFile[] {
    return [...this.#files].flatMap(([name, { source }]) => {
      const path = localPath(uriOf(name));
      return path === null ? [] : [{ path, identity: source.identity }];
    });
  }

  /**
   * @returns the name that an operation has to give it.
   * @throws CheckpointError as `openCheckpoint`.
   */
  async open(uri: vscode.Uri): Promise<string> {
    const name = localPath(uri) ?? uri.toString();
    if (!this.#files.has(name)) {
      const source = await fileAccess(uri).open();
      try {
        this.#files.set(name, { checkpoint: await openCheckpoint(source, { fileName: name }), source });
      } catch (error) {
        await source.close();
        throw error;
      }
    }
    return name;
  }

  /**
   * The same, as the file is now: unless an edit has taken something of it already, it may have changed meanwhile.
   * @param operations All that the document knows of, undone ones too.
   */
  async openAgain(uri: vscode.Uri, operations: readonly Operation[]): Promise<string> {
    const name = localPath(uri) ?? uri.toString();
    const file = this.#files.get(name);
    if (file !== undefined && !operations.some((operation) => resourcesOf(operation).has(name))) {
      this.#files.delete(name);
      await file.source.close();
    }
    return this.open(uri);
  }

  /** Opens what the operations of a backup name. */
  async openFor(operations: readonly Operation[]): Promise<void> {
    for (const name of new Set(operations.flatMap((operation) => [...resourcesOf(operation)]))) {
      await this.open(uriOf(name));
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#files.values()].map(({ source }) => source.close()));
    this.#files.clear();
  }
}

/** The other files that an operation takes something from. */
function resourcesOf(operation: Operation): ReadonlySet<string> {
  switch (operation.kind) {
    case 'addFrom':
      return new Set([operation.resource]);
    case 'conform':
      return new Set(operation.keys.flatMap((key) => (key.how === 'fromTarget' ? [key.resource] : [])));
    default:
      return new Set();
  }
}

/** A path, or a URI; a drive's letter is no scheme. */
function uriOf(name: string): vscode.Uri {
  return /^[a-z][\w+.-]+:/i.test(name) ? vscode.Uri.parse(name) : vscode.Uri.file(name);
}
