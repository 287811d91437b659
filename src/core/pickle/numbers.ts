import { CheckpointError } from '../errors';
import { malformed } from './pickleError';

const float64 = new DataView(new ArrayBuffer(8));

export function decodeFloat64(bytes: Uint8Array, start: number): number {
  for (let index = 0; index < 8; index++) {
    float64.setUint8(index, bytes[start + index] ?? 0);
  }
  return float64.getFloat64(0);
}

/** As a number where that is exact. */
export function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** LONG1, LONG4: little-endian two's complement. */
export function decodeTwosComplement(bytes: Buffer, start: number, end: number): number | bigint {
  if (start === end) {
    return 0;
  }
  const hex = Buffer.from(bytes.subarray(start, end)).reverse().toString('hex');
  return narrow(BigInt.asIntN(8 * (end - start), BigInt(`0x${hex}`)));
}

/** C reads a number up to a NUL. */
function untilNul(line: string): string {
  const end = line.indexOf('\0');
  return end < 0 ? line : line.slice(0, end);
}

/**
 * INT, as CPython's C unpickler reads it: C's `strtol` first, which takes `010` for octal, then Python's own literals.
 * @throws CheckpointError `malformed-pickle`, `limit-exceeded`
 */
export function parseInteger(line: string, maxDigits: number): number | bigint | boolean {
  const text = untilNul(line);
  const octal = /^[ \t\v\f\r]*([+-]?)0([0-7]*)$/.exec(text);
  const value = octal ? parseOctal(octal[1] === '-', octal[2] ?? '', maxDigits) : parsePythonInteger(text, maxDigits);
  return line.length === 2 && (value === 0 || value === 1) && !/\s$/.test(line) ? value === 1 : value;
}

function parseOctal(negative: boolean, digits: string, maxDigits: number): number | bigint {
  checkDigits(digits, maxDigits);
  const value = digits === '' ? 0n : BigInt(`0o${digits}`);
  if (value >= 1n << 63n) {
    throw malformed('INT is no number');
  }
  return narrow(negative ? -value : value);
}

/** LONG: Python's literal, an `L` behind it allowed. */
export function parseLong(line: string, maxDigits: number): number | bigint {
  return parsePythonInteger(untilNul(line.replace(/L$/, '')), maxDigits);
}

const integerLiteral =
  /^[ \t\v\f\r]*([+-]?)(0x(?:_?[0-9a-f])+|0o(?:_?[0-7])+|0b(?:_?[01])+|0(?:_?0)*|[1-9](?:_?[0-9])*)[ \t\v\f\r]*$/i;

function parsePythonInteger(text: string, maxDigits: number): number | bigint {
  const match = integerLiteral.exec(text);
  if (!match) {
    throw malformed(`no int: ${text.slice(0, 40)}`);
  }
  const digits = (match[2] ?? '').replaceAll('_', '');
  checkDigits(digits, maxDigits);
  const value = BigInt(digits);
  return narrow(match[1] === '-' ? -value : value);
}

function checkDigits(digits: string, maxDigits: number): void {
  if (digits.length > maxDigits) {
    throw new CheckpointError('limit-exceeded', { detail: `an int of ${digits.length} digits` });
  }
}

/** GET and PUT: decimal, zeros before it allowed. */
export function parseMemoIndex(line: string): number {
  const text = untilNul(line).trim();
  if (!/^[+-]?\d+(?:_\d+)*$/.test(text) || text.startsWith('-')) {
    throw malformed(`no memo index: ${line.slice(0, 40)}`);
  }
  return Number(text.replaceAll('_', ''));
}

/**
 * FLOAT.
 * @throws CheckpointError `malformed-pickle` when it is no float, or a finite one beyond the range.
 */
export function parseFloatLine(line: string): number {
  const text = untilNul(line);
  const special = /^([+-]?)(?:(inf(?:inity)?)|nan)$/i.exec(text);
  if (special) {
    const value = special[2] === undefined ? NaN : Infinity;
    return special[1] === '-' ? -value : value;
  }
  const value = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
  if (!Number.isFinite(value)) {
    throw malformed(`no float: ${line.slice(0, 40)}`);
  }
  return value;
}

/** LONG1, LONG4: little-endian two's complement in as few bytes as hold it. */
export function encodeTwosComplement(value: bigint): Uint8Array {
  const magnitude = value < 0n ? -value - 1n : value;
  const length = (magnitude.toString(16).length >> 1) + 1;
  const hex = BigInt.asUintN(8 * length, value)
    .toString(16)
    .padStart(2 * length, '0');
  const bytes = Buffer.from(hex, 'hex').reverse();
  return bytes.subarray(0, minimalLength(bytes, value < 0n ? 0xff : 0));
}

/** A last byte that only repeats the sign is left out. */
function minimalLength(bytes: Uint8Array, sign: number): number {
  const last = bytes[bytes.length - 1];
  const before = bytes[bytes.length - 2];
  return last === sign && before !== undefined && (before & 0x80) === (sign & 0x80) ? bytes.length - 1 : bytes.length;
}
