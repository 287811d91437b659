import { CheckpointError } from '../core/errors';
import { errorText } from '../wording/errors';
import { english } from '../wording/translate';
import { cancelled, failed, type Terminal } from './terminal';
import { visible } from './visible';

/** The arguments are wrong. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command cannot be carried out for a reason that is not the checkpoint's. Sentences without full stops. */
export class CommandError extends Error {
  override readonly name = 'CommandError';

  constructor(
    readonly code:
      | 'no-such-entry'
      | 'ambiguous-key'
      | 'cannot-append'
      | 'write-failed'
      | 'no-snippet'
      | 'no-such-architecture'
      | 'no-such-file',
    readonly sentence: string,
    readonly remedy: string,
  ) {
    super(sentence);
  }
}

/** One of several options of a command could not be carried out. */
export class OptionError extends Error {
  override readonly name = 'OptionError';

  constructor(
    /** As it was given: `--drop x*`. */
    readonly option: string,
    override readonly cause: unknown,
  ) {
    super(option);
  }
}

/** Another file than the first was to be read or written, and could not be. */
export class OutputError extends Error {
  override readonly name = 'OutputError';

  constructor(
    readonly file: string,
    override readonly cause: unknown,
  ) {
    super(file);
  }
}

/** What a failed command was about. */
export interface FailureContext {
  /** As given on the command line; null before it is known. */
  readonly file: string | null;
  /** Whether `--json` was asked for. */
  readonly json: boolean;
}

interface Failure {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly offset: number | null;
}

/**
 * Says on one line of stderr what is wrong and what to do; with `--json` also on stdout. Never a stack trace.
 * @returns the exit status.
 */
export async function reportFailure(error: unknown, context: FailureContext, terminal: Terminal): Promise<number> {
  terminal.progress('');
  if (terminal.signal.aborted) {
    terminal.complain('ptckpt: cancelled');
    return cancelled;
  }
  if (error instanceof OutputError) {
    return await reportFailure(error.cause, { ...context, file: error.file }, terminal);
  }
  const { code, message, remedy, offset } = describe(error);
  const subject = context.file === null ? '' : `${visible(context.file)}: `;
  terminal.complain(`ptckpt: ${subject}${clause(message)}; ${clause(remedy)}`);
  if (context.json) {
    const document = { schema: 1, file: context.file, container: 'unknown', error: { code, message, remedy, offset } };
    await terminal.print(`${JSON.stringify(document)}\n`);
  }
  return failed;
}

function describe(error: unknown): Failure {
  if (error instanceof OptionError) {
    const failure = describe(error.cause);
    return { ...failure, message: `${error.option}: ${clause(failure.message)}` };
  }
  if (error instanceof CheckpointError) {
    const { sentence, remedy } = errorText(error, english);
    return { code: error.code, message: sentence, remedy, offset: error.offset ?? null };
  }
  if (error instanceof UsageError) {
    return { code: 'usage', message: error.message, remedy: 'see ptckpt --help', offset: null };
  }
  if (error instanceof CommandError) {
    return { code: error.code, message: error.sentence, remedy: error.remedy, offset: null };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'internal', message: `internal error: ${message}`, remedy: 'this is a bug of ptckpt', offset: null };
}

/** A sentence as a part of a line: no full stop, and no capital that only marks its beginning. */
export function clause(sentence: string): string {
  const text = visible(sentence).replace(/\.$/, '');
  return /^[A-Z][a-z]*(?![A-Za-z])/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
