/** Text as Python writes it: `repr` of str, bytes and float. */

// What `str.isprintable` refuses, the space aside.
const unprintable = /[\p{C}\p{Z}]/u;
const plainAscii = /^[ !#-&(-[\]-~]*$/;

function escapeCodePoint(codePoint: number): string {
  switch (codePoint) {
    case 0x09:
      return '\\t';
    case 0x0a:
      return '\\n';
    case 0x0d:
      return '\\r';
    default:
  }
  const hex = codePoint.toString(16);
  if (codePoint <= 0xff) {
    return `\\x${hex.padStart(2, '0')}`;
  }
  return codePoint <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

function quoted(text: string, quote: string): string {
  let out = quote;
  for (const character of text) {
    if (character === '\\' || character === quote) {
      out += `\\${character}`;
    } else if (character !== ' ' && unprintable.test(character)) {
      out += escapeCodePoint(character.codePointAt(0) ?? 0);
    } else {
      out += character;
    }
  }
  return out + quote;
}

/** `repr(text)`: single quotes, unless the text holds those and no double ones. */
export function stringRepr(text: string): string {
  if (plainAscii.test(text)) {
    return `'${text}'`;
  }
  return quoted(text, text.includes("'") && !text.includes('"') ? '"' : "'");
}

/** A Python literal in double quotes, as people write keys. */
export function stringLiteral(text: string): string {
  return plainAscii.test(text) ? `"${text}"` : quoted(text, '"');
}

/** `repr` of the bytes, with the `b`. */
export function bytesRepr(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    text += String.fromCharCode(byte);
  }
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let out = `b${quote}`;
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    if (character === '\\' || character === quote) {
      out += `\\${character}`;
    } else if (byte < 0x20 || byte > 0x7e) {
      out += escapeCodePoint(byte);
    } else {
      out += character;
    }
  }
  return out + quote;
}

/** `repr(value)` of a float: the shortest digits that give it back, with an exponent below 1e-4 and from 1e16 on. */
export function floatRepr(value: number): string {
  if (!Number.isFinite(value)) {
    return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  }
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const [mantissa = '0', exponentText = '0'] = Math.abs(value).toExponential().split('e');
  const digits = mantissa.replace('.', '');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
    const size = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${digits.slice(0, 1)}${fraction}e${exponent < 0 ? '-' : '+'}${size}`;
  }
  if (exponent < 0) {
    return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  }
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`;
}

/** Latin-1 text of bytes: what Python 2 strings are as keys. */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    text += String.fromCharCode(byte);
  }
  return text;
}

/** The bytes of a latin1 text: how protocol 2 writes `bytes`. */
export function latin1Bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);
}
