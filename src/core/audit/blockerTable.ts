import type { Blocker, Path } from '../checkpoint/checkpoint';
import type { BlockerReason } from './codes';
import { maxUsePaths } from './uses';

interface Row {
  readonly reason: BlockerReason;
  readonly name: string;
  readonly paths: Path[];
  more?: string[];
}

/** What stops `weights_only`, each thing once, with the entries that need it. */
export class BlockerTable {
  private readonly rows = new Map<string, Row>();

  add(reason: BlockerReason, name: string, paths: readonly Path[] = []): void {
    const key = `${reason}\n${name}`;
    const row: Row = this.rows.get(key) ?? { reason, name, paths: [] };
    this.rows.set(key, row);
    row.paths.push(...paths.slice(0, maxUsePaths - row.paths.length));
  }

  /** A cut file lacks half of its storages: they stop it together. */
  addStorage(reason: 'storage-missing' | 'storage-size', storageKey: string): void {
    const row = this.rows.get(reason);
    if (row === undefined) {
      this.rows.set(reason, { reason, name: storageKey, paths: [] });
    } else {
      (row.more ??= []).push(storageKey);
    }
  }

  blockers(): Blocker[] {
    return [...this.rows.values()];
  }
}
