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
}

/**
 * Reads the arguments of a command. `--help` is known to each.
 * @throws UsageError
 */
export function parse(args: readonly string[], options: Readonly<Record<string, OptionSpec>>): Arguments {
  const all: Record<string, OptionSpec> = { ...options, help: { type: 'boolean', short: 'h' } };
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: all, allowPositionals: true, strict: true });
    return {
      positionals,
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
