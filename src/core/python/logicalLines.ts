/** A line of Python as its parser joins it: over brackets, backslashes and texts of several lines. */
export interface LogicalLine {
  /** Of its first sign, from 0. */
  readonly line: number;
  /** Columns before that. */
  readonly indent: number;
  /** Without comments, and with nothing between quotes. */
  readonly text: string;
}

const long = (quotes: string, sign: string): string =>
  `${quotes}[^\\\\${sign}]*(?:(?:\\\\[^]|${sign}(?!${sign}${sign}))[^\\\\${sign}]*)*(?:${quotes}|$)`;
const token = new RegExp(
  [
    `(?<text>${long('"""', '"')}|${long("'''", "'")}|"(?:[^"\\\\\\n]|\\\\[^])*"?|'(?:[^'\\\\\\n]|\\\\[^])*'?)`,
    '(?<nothing>#[^\\n]*|\\\\\\r?\\n)',
    '(?<end>\\r?\\n)',
    '(?<open>[([{])',
    '(?<close>[)\\]}])',
    '[^"\'#\\\\\\r\\n([{)\\]}]+|[^]',
  ].join('|'),
  'g',
);
/** Columns, as Python counts them. */
const tabWidth = 8;

/** Never fails: what is no Python has lines that mean nothing. */
export function* logicalLines(source: string): Generator<LogicalLine> {
  let text = '';
  let first = 0;
  let line = 0;
  let depth = 0;
  for (const { 0: sign, groups = {} } of `${source}\n`.matchAll(token)) {
    if (text === '') {
      first = line;
    }
    line += newlines(sign);
    if (groups['end'] !== undefined && depth === 0) {
      yield* logicalLine(text, first);
      text = '';
      continue;
    }
    depth = Math.max(0, depth + Number(groups['open'] !== undefined) - Number(groups['close'] !== undefined));
    const isBlank = groups['nothing'] !== undefined || groups['end'] !== undefined;
    text += groups['text'] !== undefined ? "''" : isBlank ? ' ' : sign;
  }
}

function* logicalLine(text: string, line: number): Generator<LogicalLine> {
  const content = text.trimStart();
  if (content !== '') {
    const indent = text.slice(0, text.length - content.length).replaceAll('\t', ' '.repeat(tabWidth)).length;
    yield { line, indent, text: content.trimEnd() };
  }
}

function newlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    count++;
  }
  return count;
}
