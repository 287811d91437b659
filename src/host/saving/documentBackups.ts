import { unlink } from 'node:fs/promises';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { releaseCompanion } from '../../core/write/companions';
import type { KeptFiles } from './keptFiles';
import { backupBytes, parseBackup, type Backup } from './backup';

/** The backups of a document that VS Code may restore, and the kept files that they need. */
export class DocumentBackups {
  /** Name of the kept file, or null, by the backup's URI. */
  readonly #live = new Map<string, string | null>();
  /** One that VS Code restored, and will not ask to delete. */
  #restored: string | null = null;

  /** Kept files that the document has left: they go with the last backup that needs them. */
  readonly #left = new Set<string>();

  constructor(
    private readonly keptFiles: KeptFiles,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** Names of kept files that must stay: of this document's backups, and of those of other windows. */
  kept(): Promise<ReadonlySet<string>> {
    return this.keptFiles.names();
  }

  /** @throws CancellationError for one that is not wanted any more, such as after a save. */
  async write(
    destination: vscode.Uri,
    backup: Backup,
    cancellation: vscode.CancellationToken,
  ): Promise<vscode.CustomDocumentBackup> {
    await vscode.workspace.fs.writeFile(destination, backupBytes(backup));
    if (backup.base.kept !== null) {
      await this.keptFiles.add(backup.base.kept, destination.fsPath);
    }
    const id = destination.toString();
    this.#live.set(id, backup.base.kept);
    if (this.#restored === id) {
      this.#restored = null;
    }
    await this.dropRestored();
    if (cancellation.isCancellationRequested) {
      await this.#delete(id);
      throw new vscode.CancellationError();
    }
    return { id, delete: () => void this.#delete(id) };
  }

  /** @returns null for one that cannot be read: what was to be restored is lost, and the log says why. */
  async restore(id: string): Promise<Backup | null> {
    try {
      const backup = parseBackup(await vscode.workspace.fs.readFile(vscode.Uri.parse(id)));
      this.#live.set(id, backup.base.kept);
      this.#restored = id;
      return backup;
    } catch (error) {
      this.log.error(`the backup ${id} cannot be read`, error);
      return null;
    }
  }

  /** Its edits are saved, reverted or in another backup. */
  async dropRestored(): Promise<void> {
    if (this.#restored !== null) {
      const id = this.#restored;
      this.#restored = null;
      await this.#delete(id);
    }
  }

  /** The document was closed without unsaved edits: VS Code may have forgotten one. */
  async dropAll(): Promise<void> {
    await Promise.all([...this.#live.keys()].map((id) => this.#delete(id)));
  }

  /** The document does not need its kept file any more. */
  async leave(path: string): Promise<void> {
    this.#left.add(path);
    await this.#deleteLeft();
  }

  async #deleteLeft(): Promise<void> {
    const needed = new Set(this.#live.values());
    for (const path of this.#left) {
      if (!needed.has(basename(path))) {
        this.#left.delete(path);
        // One that cannot be deleted now goes at the next opening.
        await Promise.allSettled([unlink(path)]);
        releaseCompanion(path);
      }
    }
  }

  async #delete(id: string): Promise<void> {
    this.#live.delete(id);
    await this.#deleteLeft();
    try {
      await this.keptFiles.remove(vscode.Uri.parse(id).fsPath);
      await vscode.workspace.fs.delete(vscode.Uri.parse(id));
    } catch (error) {
      this.log.debug(`the backup ${id} was not deleted`, error);
    }
  }
}
