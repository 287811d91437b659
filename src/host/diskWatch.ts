import type { SourceIdentity } from '../core/bytes/byteSource';
import type { FileAccess } from './fileAccess';

/** What was noticed of the file on disk since it was read. */
export type DiskChange =
  /** Something writes to it: it differs from the last look. */
  | 'changing'
  /** It has stopped changing, and is not what was read. */
  | 'settled'
  | 'gone';

/** Looks of equal outcome until a change counts as over. torch.save writes without pauses of this length. */
const settlingLooks = 2;

/**
 * Tells a file that has been replaced from one that is being written, by looking at size, time and inode again and again.
 * Polling on purpose: file system events do not arrive from network drives, where training runs keep their checkpoints.
 */
export class DiskWatch {
  #last: SourceIdentity | null;
  #equalLooks = settlingLooks;
  /** `changing` has been reported and not been followed by another report. */
  #announced = false;
  #timer: NodeJS.Timeout | undefined;
  #disposed = false;

  constructor(
    private readonly identify: () => Promise<SourceIdentity | null>,
    read: SourceIdentity | null,
    private readonly onChange: (change: DiskChange) => void,
  ) {
    this.#last = read;
  }

  /** Looks every `interval` milliseconds until disposed. */
  start(interval: number): void {
    if (this.#disposed) {
      return;
    }
    this.#timer = setTimeout(() => {
      void this.look().then(() => {
        this.start(interval);
      });
    }, interval);
    // A watched file keeps nothing alive.
    this.#timer.unref();
  }

  /** One look; a file system that does not answer counts as no look at all. */
  async look(): Promise<void> {
    const now = await this.identify().catch(() => undefined);
    if (now === undefined || this.#disposed) {
      return;
    }
    if (!sameIdentity(now, this.#last)) {
      this.#last = now;
      this.#equalLooks = 0;
      if (now !== null && !this.#announced) {
        this.#announced = true;
        this.onChange('changing');
      }
    } else if (this.#equalLooks < settlingLooks) {
      this.#equalLooks += 1;
      if (this.#equalLooks === settlingLooks) {
        this.#announced = false;
        this.onChange(now === null ? 'gone' : 'settled');
      }
    }
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
  }
}

function sameIdentity(a: SourceIdentity | null, b: SourceIdentity | null): boolean {
  if (a === null || b === null) {
    return a === b;
  }
  return a.size === b.size && a.modified === b.modified && a.file === b.file;
}

/**
 * Watches a file.
 * @param read What it was when it was read or written here last.
 * @returns undefined where it cannot change.
 */
export function watchFile(
  { identify, pollInterval }: Pick<FileAccess, 'identify' | 'pollInterval'>,
  read: SourceIdentity | null,
  onChange: (change: DiskChange) => void,
): DiskWatch | undefined {
  if (pollInterval === null) {
    return undefined;
  }
  const watch = new DiskWatch(identify, read, onChange);
  watch.start(pollInterval);
  return watch;
}
