import { CheckpointError } from '../errors';
import type { ByteSource, SourceIdentity } from './byteSource';
import { openFile } from './fileSource';
import { checkRange } from './range';

/**
 * A file that can be let go of and taken up again under another name: not every system renames a file over one that is
 * open. Reads wait meanwhile.
 */
export interface MovableSource extends ByteSource {
  /** Closes the file once the reads that are under way have ended. */
  suspend(): Promise<void>;
  /**
   * Goes on reading, from the same file under this name. Nothing to do where it was not let go of.
   * @throws CheckpointError `file-changed` when it is another one, or as `openFile`; reads that wait fail alike.
   */
  resume(path: string): Promise<void>;
}

export interface MovableOptions {
  /** Bytes of the file that count, where something was appended behind them. */
  readonly size?: number;
  /** Opens the file for the first time; `openFile` unless said otherwise. */
  readonly open?: (path: string) => Promise<ByteSource>;
}

/** @throws CheckpointError as `openFile`; `file-changed` when the file has fewer than `size` bytes. */
export async function openMovable(path: string, options: MovableOptions = {}): Promise<MovableSource> {
  const file = await (options.open ?? openFile)(path);
  const size = options.size ?? file.size;
  if (file.size < size) {
    await file.close();
    throw new CheckpointError('file-changed', { detail: `${file.size} bytes of ${size}` });
  }
  return new MovableFile(file, size);
}

/** What reads wait for while the file is let go of. */
interface Pause {
  readonly over: Promise<void>;
  readonly end: () => void;
}

class MovableFile implements MovableSource {
  readonly identity: SourceIdentity;
  #file: ByteSource | CheckpointError;
  readonly #reads = new Set<Promise<void>>();
  #pause: Pause | null = null;
  #closed = false;

  constructor(
    file: ByteSource,
    readonly size: number,
  ) {
    this.identity = file.identity;
    this.#file = file;
  }

  async read(offset: number, target: Uint8Array): Promise<void> {
    checkRange(this.size, offset, target.length);
    while (this.#pause !== null) {
      await this.#pause.over;
    }
    if (this.#file instanceof CheckpointError) {
      throw this.#file;
    }
    const reading = this.#file.read(offset, target);
    this.#reads.add(reading);
    try {
      await reading;
    } finally {
      this.#reads.delete(reading);
    }
  }

  async suspend(): Promise<void> {
    if (this.#pause === null) {
      this.#pause = pause();
      await Promise.allSettled(this.#reads);
      await this.#closeFile();
    }
  }

  async resume(path: string): Promise<void> {
    const pause = this.#pause;
    if (this.#closed || pause === null) {
      return;
    }
    try {
      this.#file = await this.#reopen(path);
    } catch (error) {
      this.#file = error instanceof CheckpointError ? error : new CheckpointError('io', { cause: error });
      throw this.#file;
    } finally {
      pause.end();
      this.#pause = null;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#closeFile();
    this.#file = new CheckpointError('cancelled');
    this.#pause?.end();
    this.#pause = null;
  }

  async #reopen(path: string): Promise<ByteSource> {
    const file = await openFile(path);
    if (file.identity.file === this.identity.file && file.size >= this.size && !this.#closed) {
      return file;
    }
    await file.close();
    throw new CheckpointError('file-changed', { detail: 'another file has the name of the one that was let go of' });
  }

  async #closeFile(): Promise<void> {
    if (!(this.#file instanceof CheckpointError)) {
      await this.#file.close();
    }
  }
}

function pause(): Pause {
  let end = (): void => undefined;
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { over, end };
}
