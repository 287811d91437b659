import type { ByteSource, SourceIdentity } from '../../core/bytes/byteSource';
import type { MovableSource } from '../../core/bytes/movableSource';
import { holdCompanion } from '../../core/write/companions';

/** A file that bytes are copied from, with what it was when it was read or written here last. */
export interface NamedFile {
  readonly path: string;
  readonly identity: SourceIdentity;
}

/**
 * The bytes of a file as it was opened. Every state of the document copies from them, so they are kept when the file is
 * replaced: under another name, which stands beside the new one until nothing needs it.
 */
export class BaseFile {
  /** Where the bytes are; null for what is in memory or has no name any more. */
  #at: string | null;
  #identity: SourceIdentity;

  /**
   * @param path The document's file; null where it is no local one.
   * @param at Where the bytes are: `path`, or a kept name.
   */
  constructor(
    readonly source: ByteSource,
    private readonly path: string | null,
    at: string | null,
  ) {
    this.#at = at;
    this.#identity = source.identity;
    if (this.kept !== null) {
      holdCompanion(this.kept);
    }
  }

  /** The name under which they are kept since the file was replaced; null where they are not. */
  get kept(): string | null {
    return this.#at === this.path ? null : this.#at;
  }

  /** What that takes on the disk. */
  get keptBytes(): number {
    return this.kept === null ? 0 : this.#identity.size;
  }

  /** They are the first bytes of the file itself. */
  get isFile(): boolean {
    return this.#at !== null && this.#at === this.path;
  }

  get named(): NamedFile | null {
    return this.#at === null ? null : { path: this.#at, identity: this.#identity };
  }

  /** What the file is that the bytes are the first ones of. */
  get identity(): SourceIdentity {
    return this.#identity;
  }

  /** What is at the document's path now: bytes of a file that another program put aside are there while it is open. */
  seen(now: SourceIdentity | null): void {
    if (this.isFile && now?.file !== this.#identity.file) {
      this.#at = null;
    }
  }

  /** Something was put behind them. */
  appended(identity: SourceIdentity): void {
    this.#identity = identity;
  }

  /** Before the file is replaced. */
  async letGo(): Promise<void> {
    if (this.isFile && isMovable(this.source)) {
      await this.source.suspend();
    }
  }

  /** The file was not replaced after all. */
  async takeUp(): Promise<void> {
    if (this.isFile && this.path !== null && isMovable(this.source)) {
      await this.source.resume(this.path);
    }
  }

  /**
   * The file was replaced.
   * @param previous The name that its bytes have now; null where they are gone.
   * @returns whether they can still be read.
   */
  async replaced(previous: string | null): Promise<boolean> {
    if (!this.isFile) {
      return true;
    }
    this.#at = previous;
    if (previous === null) {
      return false;
    }
    if (isMovable(this.source)) {
      await this.source.resume(previous);
    }
    return true;
  }

  /** @returns the name under which the bytes are kept, for whoever deletes it; null where there is none. */
  async close(): Promise<string | null> {
    const { kept } = this;
    await this.source.close();
    return kept;
  }
}

function isMovable(source: ByteSource): source is MovableSource {
  return 'suspend' in source && 'resume' in source;
}
