import { malformed } from './pickleError';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @throws CheckpointError `malformed-pickle` for what CPython's `surrogatepass` does not take either. */
export function decodeUtf8(bytes: Buffer, start: number, end: number): string {
  for (let index = start; index < end; index++) {
    if ((bytes[index] ?? 0) >= 0x80) {
      return decodeNonAscii(bytes.subarray(start, end));
    }
  }
  return bytes.toString('latin1', start, end);
}

function decodeNonAscii(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return decodeSurrogates(bytes);
  }
}

/** UTF-8 in which lone surrogates are encoded like any other code unit, as Python writes them. */
function decodeSurrogates(bytes: Uint8Array): string {
  let text = '';
  let from = 0;
  for (let index = 0; index + 2 < bytes.length; index++) {
    if (isSurrogate(bytes, index)) {
      text += decodeStrictUtf8(bytes.subarray(from, index)) + String.fromCharCode(codeUnit(bytes, index));
      from = index + 3;
      index += 2;
    }
  }
  return text + decodeStrictUtf8(bytes.subarray(from));
}

/** @throws CheckpointError `malformed-pickle` */
export function decodeStrictUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw malformed(`text is no UTF-8: ${String(cause)}`);
  }
}

function isSurrogate(bytes: Uint8Array, index: number): boolean {
  return (
    bytes[index] === 0xed && ((bytes[index + 1] ?? 0) & 0xe0) === 0xa0 && ((bytes[index + 2] ?? 0) & 0xc0) === 0x80
  );
}

function codeUnit(bytes: Uint8Array, index: number): number {
  return 0xd000 | (((bytes[index + 1] ?? 0) & 0x3f) << 6) | ((bytes[index + 2] ?? 0) & 0x3f);
}

/** @throws CheckpointError `malformed-pickle` for a byte above 127. */
export function decodeAscii(bytes: Buffer, start: number, end: number): string {
  if (bytes.subarray(start, end).some((byte) => byte >= 0x80)) {
    throw malformed('a name is no ASCII');
  }
  return bytes.toString('latin1', start, end);
}

/**
 * UNICODE: Latin-1, in which `\uXXXX` and `\UXXXXXXXX` stand for the rest.
 * @throws CheckpointError `malformed-pickle` for an escape cut short or beyond U+10FFFF.
 */
export function decodeRawUnicodeEscape(line: string): string {
  return line.replace(/\\(?:u(.{0,4})|U(.{0,8})|[^])/g, (whole, short?: string, long?: string) => {
    const digits = short ?? long;
    if (digits === undefined) {
      return whole;
    }
    const point = parseInt(digits, 16);
    if (digits.length !== (short === undefined ? 8 : 4) || !/^[0-9a-f]+$/i.test(digits) || point > 0x10ffff) {
      throw malformed(`bad escape ${whole}`);
    }
    return String.fromCodePoint(point);
  });
}

const simpleEscapes: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/**
 * STRING: a Python 2 literal, each character a byte.
 * @throws CheckpointError `malformed-pickle` when it is not in quotes or an escape is cut short.
 */
export function decodeStringLiteral(line: string): Uint8Array {
  const quote = line.charAt(0);
  if (line.length < 2 || !line.endsWith(quote) || (quote !== "'" && quote !== '"')) {
    throw malformed('STRING without quotes');
  }
  const text = line.slice(1, -1).replace(/\\(?:([0-7]{1,3})|x([^]{0,2})|([^])|$)/g, decodeEscape);
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

function decodeEscape(whole: string, octal?: string, hex?: string, other?: string): string {
  if (octal !== undefined) {
    return String.fromCharCode(parseInt(octal, 8) & 0xff);
  }
  if (hex !== undefined && /^[0-9a-f]{2}$/i.test(hex)) {
    return String.fromCharCode(parseInt(hex, 16));
  }
  if (other === undefined) {
    throw malformed(`bad escape ${whole} in STRING`);
  }
  return simpleEscapes[other] ?? whole;
}
