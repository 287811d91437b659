import { parseArgs } from 'node:util';
import { UsageError } from './failure';

interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly multiple?: boolean;
}

export interface Arguments {
  readonly positionals: readonly string[];
  flag(name: string): boolean;
  /** Every value that an option was given, in order. */
  values(name: string): readonly string[];
  /** The options in the order in which they were given; a flag has the value ''. */
  readonly given: readonly GivenOption[];
}

export interface GivenOption {
  readonly name: string;
  readonly value: string;
}

/**
 * Reads the arguments of a command. `--help` is known to each.
 * @throws UsageError
 */
export function parse(args: readonly string[], options: Readonly<Record<string, OptionSpec>>): Arguments {
  const all: Record<string, OptionSpec> = { ...options, help: { type: 'boolean', short: 'h' } };
  try {
    const { values, positionals, tokens } = parseArgs({
      args: [...args],
      options: all,
      allowPositionals: true,
      strict: true,
      tokens: true,
    });
    return {
      positionals,
      given: tokens.flatMap((token) =>
        token.kind === 'option' ? [{ name: token.name, value: token.value ?? '' }] : [],
      ),
      flag: (name) => values[name] === true,
      values: (name) => textsOf(values[name]),
    };
  } catch (error) {
    throw new UsageError(firstSentence(error));
  }
}

function textsOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');
}

/** Node's messages go on with advice that is not ours. */
function firstSentence(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split(/\. |\n/, 1)[0] ?? message;
}
