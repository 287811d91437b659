import type { Checkpoint } from '../../checkpoint/checkpoint';
import type { Context } from '../operations/context';
import type { Helper } from './helpers';
import type { Reach } from './reach';

/** What the lines of one edit are made from: the state before it. */
export interface Scope {
  readonly context: Context;
  readonly reach: Reach;
}

/** Another file that an edit takes something from. */
export interface OtherFile {
  readonly checkpoint: Checkpoint;
  /** What the script calls the loaded object. */
  readonly name: string;
}

/** One edit in Python. */
export interface Statements {
  readonly lines: readonly string[];
  readonly helpers: readonly Helper[];
}

/** Null where a line is: Python does not say it in a few. */
export function statements(lines: readonly (string | null)[], ...helpers: readonly Helper[]): Statements | null {
  const known = lines.filter((line) => line !== null);
  return known.length < lines.length ? null : { lines: known, helpers };
}

/** `[a, b]`, on lines of their own where there are many. */
export function listOf(items: readonly string[], [open, close]: readonly [string, string] = ['[', ']']): string {
  const short = `${open}${items.join(', ')}${close}`;
  return short.length <= longestLine ? short : `${open}\n${items.map((item) => `    ${item},\n`).join('')}${close}`;
}

const longestLine = 100;

/** A loop over a list that may stand on lines of its own. */
export function loop(variable: string, over: string, ...body: readonly string[]): string {
  return [`for ${variable} in ${over}:`, ...body.map((line) => `    ${line}`)].join('\n');
}
