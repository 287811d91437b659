import { CheckpointError } from '../errors';

/** How the text of a pickled byte string lies in the stream: which bytes stand for which byte. */
export type Escapes = 'utf8' | 'raw-unicode-escape' | 'string-escape';

/** Bytes that the longest token has: `\UXXXXXXXX`. */
export const longestToken = 10;

/**
 * Reads one token after the other: the bytes that stand for one byte. `length` and `value` are those of the last one.
 */
export class TokenReader {
  /** Bytes of the token; 0 where more bytes are needed to tell. */
  length = 0;
  /** The byte that it stands for. */
  value = 0;

  constructor(private readonly escapes: Escapes) {}

  /**
   * @param last Whether `bytes` goes to the end of the text.
   * @throws CheckpointError `malformed-pickle` for what is no byte in this form.
   */
  next(bytes: Uint8Array, at: number, last: boolean): void {
    const first = bytes[at] ?? 0;
    this.length = 1;
    this.value = first;
    if (this.escapes === 'utf8' ? first < 0x80 : first !== backslash) return;
    if (!last && at + longestToken > bytes.length) {
      this.length = 0;
      return;
    }
    if (this.escapes === 'utf8') this.utf8(first, bytes[at + 1]);
    else this.escape(bytes, at);
  }

  /** Latin1 beyond ASCII: U+0080 to U+00FF are two bytes. */
  private utf8(first: number, second = 0): void {
    if ((first !== 0xc2 && first !== 0xc3) || (second & 0xc0) !== 0x80) throw noByte();
    this.length = 2;
    this.value = ((first & 0x03) << 6) | (second & 0x3f);
  }

  private escape(bytes: Uint8Array, at: number): void {
    const letter = String.fromCharCode(bytes[at + 1] ?? 0);
    if (letter === 'u' || letter === 'U') this.hexadecimal(bytes, at, letter === 'u' ? 4 : 8);
    else if (this.escapes === 'string-escape') this.stringEscape(bytes, at, letter);
  }

  private stringEscape(bytes: Uint8Array, at: number, letter: string): void {
    if (letter === 'x') {
      this.hexadecimal(bytes, at, 2);
      return;
    }
    const octal = /^[0-7]{1,3}/.exec(String.fromCharCode(...bytes.subarray(at + 1, at + 4)))?.[0];
    if (octal !== undefined) {
      this.length = 1 + octal.length;
      this.value = parseInt(octal, 8) & 0xff;
      return;
    }
    const value = simpleEscapes.get(letter);
    // Python leaves the backslash of what is no escape.
    if (value === undefined) return;
    this.length = 2;
    this.value = value;
  }

  private hexadecimal(bytes: Uint8Array, at: number, digits: number): void {
    const text = String.fromCharCode(...bytes.subarray(at + 2, at + 2 + digits));
    if (text.length !== digits || !/^[0-9a-fA-F]+$/.test(text)) throw noByte();
    this.length = 2 + digits;
    this.value = parseInt(text, 16);
    if (this.value > 0xff) throw noByte();
  }
}

const backslash = 0x5c;

const simpleEscapes: ReadonlyMap<string, number> = new Map([
  ['\\', 0x5c],
  ["'", 0x27],
  ['"', 0x22],
  ['a', 0x07],
  ['b', 0x08],
  ['f', 0x0c],
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
  ['v', 0x0b],
]);

function noByte(): CheckpointError {
  return new CheckpointError('malformed-pickle', { detail: 'a text that stands for bytes has another character' });
}
