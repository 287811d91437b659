import type { Blocker, Path } from '../checkpoint/checkpoint';
import type { BlockerReason } from './codes';
import { maxUsePaths } from './uses';

/** What stops `weights_only`, each thing once, with the entries that need it. */
export class BlockerTable {
  private readonly rows = new Map<string, { reason: BlockerReason; name: string; paths: Path[] }>();

  add(reason: BlockerReason, name: string, paths: readonly Path[] = []): void {
    const key = `${reason}\n${name}`;
    const row = this.rows.get(key) ?? { reason, name, paths: [] };
    this.rows.set(key, row);
    row.paths.push(...paths.slice(0, maxUsePaths - row.paths.length));
  }

  blockers(): Blocker[] {
    return [...this.rows.values()];
  }
}
