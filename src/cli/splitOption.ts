import { existsSync } from 'node:fs';
import { UsageError } from './failure';

/** The two parts of an option's value. */
export type Pair = readonly [left: string, right: string];

/**
 * `PATH=…` at the first `=`; behind the bracket that closes a path written as a JSON array.
 * @throws UsageError
 */
export function splitAtFirst(value: string, form: string): Pair {
  return splitAt(value, value.indexOf('=', endOfPath(value)), form);
}

/** `…=TEXT` at the last `=`. @throws UsageError */
export function splitAtLast(value: string, form: string): Pair {
  return splitAt(value, value.lastIndexOf('='), form);
}

function splitAt(value: string, at: number, form: string): Pair {
  if (at < 0) {
    throw new UsageError(`not ${form}: ${value}`);
  }
  return [value.slice(0, at), value.slice(at + 1)];
}

/** Position behind a JSON array that a text begins with; 0 where it begins with none. */
function endOfPath(value: string): number {
  if (!value.startsWith('[')) {
    return 0;
  }
  for (let end = value.indexOf(']'); end !== -1; end = value.indexOf(']', end + 1)) {
    if (isJson(value.slice(0, end + 1))) {
      return end + 1;
    }
  }
  return 0;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A list at its commas, those within brackets and quotes aside: literals of Python hold commas of their own. */
export function splitAtCommas(value: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  let start = 0;
  for (let at = 0; at < value.length; at++) {
    const sign = value.charAt(at);
    if (quote !== '') {
      at += sign === '\\' ? 1 : 0;
      quote = sign === quote ? '' : quote;
    } else if (sign === '"' || sign === "'") {
      quote = sign;
    } else if ('([{'.includes(sign)) {
      depth++;
    } else if (')]}'.includes(sign)) {
      depth--;
    } else if (sign === ',' && depth === 0) {
      parts.push(value.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, value.slice(start)];
}

/** `FILE` or `FILE#PATH`. A `#` may stand in the name of a file too: what is there decides. */
export function splitBranch(value: string): { readonly file: string; readonly name: string | null } {
  const marks = [...value.matchAll(/#/g)].map(({ index }) => index);
  const at = existsSync(value) ? undefined : (marks.find((mark) => existsSync(value.slice(0, mark))) ?? marks[0]);
  return at === undefined ? { file: value, name: null } : { file: value.slice(0, at), name: value.slice(at + 1) };
}
