/** Python code laid out as black does. */

/** What black allows a line. */
const longestLine = 88;

/** A bracket and what is in it; the text before the bracket belongs to `open`, what follows it to `close`. */
export interface Bracketed {
  readonly open: string;
  readonly items: readonly Code[];
  readonly close: string;
  /** Parts of one expression, as a comprehension has them, rather than items with commas. */
  readonly isExpression?: boolean;
  /** A list, dict or tuple: never broken into one line of items, as those of a call are. */
  readonly isLiteral?: boolean;
}

export type Code = string | Bracketed;

export function call(callee: string, ...items: readonly Code[]): Bracketed {
  return { open: `${callee}(`, items, close: ')' };
}

export function list(items: readonly Code[]): Bracketed {
  return { open: '[', items, close: ']', isLiteral: true };
}

export function dict(items: readonly Code[]): Bracketed {
  return { open: '{', items, close: '}', isLiteral: true };
}

/** A tuple of one has a comma. */
export function tuple(items: readonly Code[]): Code {
  const [only, ...others] = items;
  const isOne = only !== undefined && others.length === 0;
  return isOne && typeof only === 'string' ? `(${only},)` : { open: '(', items, close: ')', isLiteral: true };
}

/** `name=value`, `"key": value`: text right before code. */
export function prefixed(prefix: string, code: Code): Code {
  return typeof code === 'string' ? prefix + code : { ...code, open: prefix + code.open };
}

/** Text right behind code. */
function suffixed(code: Code, suffix: string): Code {
  return typeof code === 'string' ? code + suffix : { ...code, close: code.close + suffix };
}

/** `name = value`. */
export function assign(name: string, value: Code): string {
  return layOut(prefixed(`${name} = `, value));
}

/** On one line where it fits, else what is in the bracket on one of its own, else each item on one. */
export function layOut(code: Code, indent = 0): string {
  const margin = ' '.repeat(indent);
  const line = margin + flat(code);
  if (typeof code === 'string' || code.items.length === 0 || line.length <= longestLine) {
    return line;
  }
  const inner = ' '.repeat(indent + 4);
  const body = inner + flatItems(code);
  const isListed = code.isLiteral === true && code.items.length > 1;
  if (body.length <= longestLine && !isListed) {
    return [margin + code.open, body, margin + code.close].join('\n');
  }
  const items = code.items.map((item) => layOut(code.isExpression ? item : suffixed(item, ','), indent + 4));
  return [margin + code.open, ...items, margin + code.close].join('\n');
}

function flat(code: Code): string {
  return typeof code === 'string' ? code : code.open + flatItems(code) + code.close;
}

function flatItems({ items, isExpression }: Bracketed): string {
  return items.map(flat).join(isExpression ? ' ' : ', ');
}

/** A comment, broken between words. What it names may come out of a file: nothing of it ends the comment. */
export function comment(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(/[\p{C}\p{Z}]+/u)) {
    const last = lines.at(-1);
    if (last !== undefined && `${last} ${word}`.length <= longestLine) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(`# ${word}`);
    }
  }
  return lines.join('\n');
}

/** A whole script: imports, each once and sorted as people sort them, then its paragraphs with an empty line between. */
export function script(imports: readonly string[], paragraphs: readonly (readonly string[])[]): string {
  const known = [...new Set(imports)];
  const plain = known.filter((line) => line.startsWith('import ')).sort();
  const from = known.filter((line) => line.startsWith('from ')).sort();
  const blocks = paragraphs.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return `${[[...plain, ...from].join('\n'), ...blocks].reduce(joined)}\n`;
}

/** Two empty lines around a function, one elsewhere. */
function joined(before: string, block: string): string {
  const isApart = definition.test(block) || endsFunction(before);
  return `${before}${isApart ? '\n\n\n' : '\n\n'}${block}`;
}

const definition = /^(?:def|class|@)/;

/** Whether the last paragraph is a function: it may hold empty lines of its own. */
function endsFunction(text: string): boolean {
  const lines = text.split('\n');
  const start = lines.findLastIndex((line) => /^[^\s)\]}]/.test(line));
  return definition.test(lines[start] ?? '');
}
