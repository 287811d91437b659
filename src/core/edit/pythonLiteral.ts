import { PyBytes, PyDict, PyFloat, PyList, PySet, PyStr, PyTuple, type Value } from '../pickle/values';
import { narrow } from '../pickle/numbers';
import { editError } from './editError';

/** Brackets within brackets of a literal that a person types. */
const maxDepth = 100;
/** Digits of an int: reading them is quadratic. Python's own limit. */
const maxDigits = 4_300;

/**
 * The value of a Python literal: None, True, False, numbers, texts, bytes, tuples, lists, dicts, sets, and `float("nan")`
 * and the like. Read as text: nothing of it is run.
 * @throws EditError `edit-invalid` for anything else.
 */
export function parseLiteral(text: string): Value {
  return new LiteralParser(text).whole();
}

const numberToken =
  /(?:0[xX](?:_?[\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*)?\.\d(?:_?\d)*(?:[eE][+-]?\d(?:_?\d)*)?|\d(?:_?\d)*\.?(?:[eE][+-]?\d(?:_?\d)*)?)/y;
const floatCall = /float\s*\(\s*(['"])\s*([+-]?(?:nan|inf|infinity))\s*\1\s*\)/iy;
const word = /[A-Za-z_][\w.]*/y;
const stringStart = /([rRbBuU]{0,2})("""|'''|"|')/y;
const space = /(?:\s|#[^\n]*)*/y;

const words: ReadonlyMap<string, () => Value> = new Map<string, () => Value>([
  ['None', () => null],
  ['True', () => true],
  ['False', () => false],
  ['nan', () => new PyFloat(NaN)],
  ['inf', () => new PyFloat(Infinity)],
  ['math.nan', () => new PyFloat(NaN)],
  ['math.inf', () => new PyFloat(Infinity)],
]);

class LiteralParser {
  private at = 0;
  private depth = 0;

  constructor(private readonly text: string) {}

  whole(): Value {
    const value = this.value();
    this.skipSpace();
    if (this.at < this.text.length) {
      throw this.invalid();
    }
    return value;
  }

  private invalid(): Error {
    return editError('edit-invalid', 'bad-literal', [], this.text.slice(0, 200), this.at);
  }

  private skipSpace(): void {
    this.token(space);
  }

  private token(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    this.at = match === null ? this.at : pattern.lastIndex;
    return match;
  }

  private next(sign: string): boolean {
    this.skipSpace();
    const found = this.text.startsWith(sign, this.at);
    this.at += found ? sign.length : 0;
    return found;
  }

  private value(): Value {
    this.skipSpace();
    switch (this.text.charAt(this.at)) {
      case '[':
        return this.inside(() => new PyList(this.items(']').values));
      case '(':
        return this.inside(() => this.tuple());
      case '{':
        return this.inside(() => this.braces());
      case '-':
      case '+':
        return this.signed();
      default:
        return this.plain();
    }
  }

  private inside(read: () => Value): Value {
    if (this.depth >= maxDepth) {
      throw this.invalid();
    }
    this.depth++;
    this.at++;
    const value = read();
    this.depth--;
    return value;
  }

  private items(end: string): { values: Value[]; hasComma: boolean } {
    const values: Value[] = [];
    let hasComma = false;
    while (!this.next(end)) {
      if (values.length > 0 && !hasComma) {
        throw this.invalid();
      }
      values.push(this.value());
      hasComma = this.next(',');
    }
    return { values, hasComma };
  }

  private tuple(): Value {
    const { values, hasComma } = this.items(')');
    const [only] = values;
    return values.length === 1 && !hasComma && only !== undefined ? only : new PyTuple(values);
  }

  private braces(): Value {
    const entries: Value[] = [];
    const items: Value[] = [];
    let hasComma = true;
    while (!this.next('}')) {
      if (!hasComma) {
        throw this.invalid();
      }
      const key = this.value();
      if (this.next(':')) {
        entries.push(key, this.value());
      } else {
        items.push(key);
      }
      hasComma = this.next(',');
    }
    if (items.length > 0 && entries.length > 0) {
      throw this.invalid();
    }
    return items.length > 0 ? new PySet('set', items) : new PyDict(entries);
  }

  private signed(): Value {
    const isNegative = this.text.charAt(this.at) === '-';
    const value = this.inside(() => this.value());
    if (typeof value === 'number' || typeof value === 'bigint') {
      return isNegative ? narrow(-BigInt(value)) : value;
    }
    if (value instanceof PyFloat) {
      return isNegative ? new PyFloat(-value.value) : value;
    }
    throw this.invalid();
  }

  private plain(): Value {
    const number = this.token(numberToken);
    if (number !== null) {
      return this.number(number[0]);
    }
    const text = this.token(stringStart);
    if (text !== null) {
      return this.string(text[1] ?? '', text[2] ?? '');
    }
    const float = this.token(floatCall);
    if (float !== null) {
      const name = (float[2] ?? '').toLowerCase();
      const size = name.endsWith('nan') ? NaN : Infinity;
      return new PyFloat(name.startsWith('-') ? -size : size);
    }
    const value = words.get(this.token(word)?.[0] ?? '');
    if (value === undefined) {
      throw this.invalid();
    }
    return value();
  }

  private number(token: string): Value {
    const digits = token.replaceAll('_', '');
    const isFollowed = /[\w.]/.test(this.text.charAt(this.at));
    if (isFollowed || digits.length > maxDigits || /^0\d/.test(digits)) {
      throw this.invalid();
    }
    const isFloat = !/^0[xXoObB]/.test(digits) && /[.eE]/.test(digits);
    return isFloat ? new PyFloat(Number(digits)) : narrow(BigInt(digits));
  }

  /** Neighbouring texts are one, as in Python. */
  private string(prefix: string, quote: string): Value {
    const kind = prefix.toLowerCase();
    if (!/^(?:|r|u|b|br|rb)$/.test(kind)) {
      throw this.invalid();
    }
    const isBytes = kind.includes('b');
    let content = this.quoted(quote, kind.includes('r'), isBytes);
    for (let more = this.neighbour(); more !== null; more = this.neighbour()) {
      const moreKind = (more[1] ?? '').toLowerCase();
      if (moreKind.includes('b') !== isBytes) {
        throw this.invalid();
      }
      content += this.quoted(more[2] ?? '', moreKind.includes('r'), isBytes);
    }
    if (!isBytes) {
      return new PyStr(content);
    }
    return new PyBytes(
      'bytes',
      Uint8Array.from(content, (character) => character.charCodeAt(0)),
    );
  }

  private neighbour(): RegExpExecArray | null {
    this.skipSpace();
    return this.token(stringStart);
  }

  private quoted(quote: string, isRaw: boolean, isBytes: boolean): string {
    let content = '';
    while (!this.text.startsWith(quote, this.at)) {
      const sign = this.text.charAt(this.at);
      if (sign === '' || (sign === '\n' && quote.length === 1) || (isBytes && sign > '\x7f')) {
        throw this.invalid();
      }
      if (sign !== '\\') {
        content += sign;
        this.at++;
      } else {
        content += isRaw ? this.rawEscape() : this.escape(isBytes);
      }
    }
    this.at += quote.length;
    return content;
  }

  private rawEscape(): string {
    const pair = this.text.slice(this.at, this.at + 2);
    this.at += 2;
    return pair;
  }

  private escape(isBytes: boolean): string {
    const match = this.token(isBytes ? bytesEscape : textEscape);
    if (match === null) {
      throw this.invalid();
    }
    const [whole, simple, octal, ...hex] = match;
    if (simple !== undefined) {
      return simpleEscapes.get(simple) ?? whole;
    }
    const code = octal === undefined ? parseInt(hex.join(''), 16) : parseInt(octal, 8);
    if (code > 0x10ffff || (isBytes && code > 0xff)) {
      throw this.invalid();
    }
    return String.fromCodePoint(code);
  }
}

const bytesEscape = /\\(?:([^x0-7])|([0-7]{1,3})|x([\da-fA-F]{2}))/sy;
const textEscape = /\\(?:([^xuUN0-7])|([0-7]{1,3})|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8}))/sy;
const simpleEscapes: ReadonlyMap<string, string> = new Map([
  ['\n', ''],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
]);
