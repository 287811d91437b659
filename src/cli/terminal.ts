/** What a command sees of the world: where it writes, and whether it has been cancelled. */
export interface Terminal {
  /** Writes to stdout. Resolves when more may follow. */
  print(text: string): Promise<void>;
  /** Writes one line to stderr. */
  complain(line: string): void;
  /** Shows how far long work has come, in place of what it showed last; '' takes it away. Nothing where nobody looks. */
  progress(text: string): void;
  /** stdout is a terminal that shows colours. */
  readonly colours: boolean;
  readonly signal: AbortSignal;
}

/** Exit statuses (see `ptckpt --help`). */
export const done = 0;
export const failed = 2;
export const cancelled = 130;

/** Milliseconds between two progress lines, and before the first. */
const progressInterval = 200;

/** The terminal of this process. Ctrl+C cancels; a second one ends the process at once. */
export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  const cancellation = new AbortController();
  process.on('SIGINT', () => {
    if (cancellation.signal.aborted) {
      process.exit(cancelled);
    }
    cancellation.abort();
  });
  // The reader of a pipe (`head`) may have seen enough.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? done : failed);
  });
  return {
    print: (text) =>
      new Promise((resolve) => {
        if (stdout.write(text)) {
          resolve();
        } else {
          stdout.once('drain', resolve);
        }
      }),
    complain: (line) => {
      stderr.write(`${line}\n`);
    },
    progress: stderr.isTTY ? progressLine(stderr) : () => undefined,
    colours: stdout.isTTY && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb',
    signal: cancellation.signal,
  };
}

function progressLine(stream: NodeJS.WriteStream): (text: string) => void {
  let due = Date.now() + progressInterval;
  let shown = 0;
  const show = (text: string): void => {
    // Over what stood there, and back: no escape codes, which not every terminal knows.
    stream.write(`\r${text}${' '.repeat(Math.max(shown - text.length, 0))}\r`);
    shown = text.length;
  };
  return (text) => {
    if (text === '' && shown > 0) {
      show('');
    } else if (text !== '' && Date.now() >= due) {
      show(text);
      due = Date.now() + progressInterval;
    }
  };
}
