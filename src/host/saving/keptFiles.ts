import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isShape, isString } from '../../protocol/guards';

/** A kept file, and the backup that needs it: a file too. */
interface KeptFile {
  readonly name: string;
  readonly backup: string;
}

const isKeptFile = isShape<KeptFile>({ name: isString, backup: isString });

/**
 * The kept files that backups of all windows need, so that no window takes for litter what another one left on purpose.
 * A folder with a file for each; a backup that is gone needs nothing any more.
 */
export class KeptFiles {
  /** @param folder The extension's own on this machine. */
  constructor(private readonly folder: string) {}

  /** @param backup Path of the backup. */
  async add(name: string, backup: string): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const kept: KeptFile = { name, backup };
    await writeFile(this.#entry(backup), JSON.stringify(kept));
  }

  async remove(backup: string): Promise<void> {
    await rm(this.#entry(backup), { force: true });
  }

  /** Names that are needed, by backups of whatever files. */
  async names(): Promise<ReadonlySet<string>> {
    const entries = await readdir(this.folder).catch(() => []);
    const names = await Promise.all(entries.map((entry) => this.#nameIn(join(this.folder, entry))));
    return new Set(names.filter((name) => name !== null));
  }

  #entry(backup: string): string {
    return join(this.folder, `${createHash('sha256').update(backup).digest('hex').slice(0, 32)}.json`);
  }

  async #nameIn(entry: string): Promise<string | null> {
    try {
      const kept: unknown = JSON.parse(await readFile(entry, 'utf8'));
      if (isKeptFile(kept)) {
        await stat(kept.backup);
        return kept.name;
      }
    } catch {
      // What cannot be read needs nothing, and neither does a backup that is gone.
    }
    await rm(entry, { force: true });
    return null;
  }
}
