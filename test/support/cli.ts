import { run } from '../../src/cli/run';
import type { Terminal } from '../../src/cli/terminal';

export interface CliResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly colours?: boolean;
  readonly signal?: AbortSignal;
  /** Called with each piece that goes to stdout. */
  onPrint?(text: string): void;
  /** Called with what a terminal shows of long work. */
  onProgress?(text: string): void;
}

/** Runs `ptckpt` in this process: what it prints, and its exit status. */
export async function cli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const out: string[] = [];
  const errors: string[] = [];
  const terminal: Terminal = {
    print: (text) => {
      options.onPrint?.(text);
      out.push(text);
      return Promise.resolve();
    },
    complain: (line) => {
      errors.push(`${line}\n`);
    },
    progress: (text) => {
      options.onProgress?.(text);
    },
    colours: options.colours ?? false,
    signal: options.signal ?? new AbortController().signal,
  };
  const status = await run(args, terminal);
  return { status, stdout: out.join(''), stderr: errors.join('') };
}
