import { CheckpointError } from '../errors';
import type { Limits } from '../limits';
import { decodeFloat64, decodeTwosComplement, parseFloatLine, parseInteger, parseLong } from './numbers';
import { Op } from './opcodes';
import { malformed } from './pickleError';
import { decodeAscii, decodeRawUnicodeEscape, decodeStringLiteral, decodeUtf8 } from './text';
import {
  PyBytes,
  PyByteString,
  PyExtension,
  PyFloat,
  PyNan,
  PyStr,
  type BytesType,
  type PyNode,
  type Value,
} from './values';
import type { Window } from './window';

/** `float('nan')` as BINFLOAT writes it: 7f f8 00 … */
const quietNan = [0x7f, 0xf8, 0, 0, 0, 0, 0, 0];

/**
 * The value of an opcode that has everything in its argument, the common ones of checkpoints aside.
 * @returns undefined for an opcode of another kind.
 * @throws CheckpointError `malformed-pickle`, `limit-exceeded`
 */
export function leafOf(code: Op, window: Window, limits: Limits): Value | undefined {
  switch (code) {
    case Op.INT:
      return parseInteger(lineOf(window), limits.intDigits);
    case Op.LONG:
      return parseLong(lineOf(window), limits.intDigits);
    case Op.LONG1:
    case Op.LONG4:
      return longOf(window);
    case Op.FLOAT:
      return new PyFloat(parseFloatLine(lineOf(window)));
    case Op.BINFLOAT:
      return floatOf(window);
    case Op.STRING:
      return stringOf(window);
    case Op.BINSTRING:
    case Op.SHORT_BINSTRING:
      return window.range ? new PyBytes('byte-string', window.range) : new PyByteString(copyOf(window));
    case Op.UNICODE:
      return unicodeOf(window);
    case Op.BINBYTES:
    case Op.SHORT_BINBYTES:
    case Op.BINBYTES8:
      return bytesOf(window, 'bytes');
    case Op.BYTEARRAY8:
      return bytesOf(window, 'bytearray');
    case Op.EXT1:
      return extensionOf(window.unsigned(1));
    case Op.EXT2:
      return extensionOf(window.unsigned(2));
    case Op.EXT4:
      return extensionOf(window.uint32() | 0);
    default:
      return undefined;
  }
}

/** BINUNICODE and its two sisters. */
export function textOf(window: Window): PyNode {
  const { range, bytes, argumentStart, argumentEnd } = window;
  return range ? new PyBytes('utf8-text', range) : new PyStr(decodeUtf8(bytes, argumentStart, argumentEnd));
}

/** The argument as Latin-1. */
export function lineOf({ bytes, argumentStart, argumentEnd }: Window): string {
  return bytes.toString('latin1', argumentStart, argumentEnd);
}

export function asciiOf({ bytes, argumentStart, argumentEnd }: Window): string {
  return decodeAscii(bytes, argumentStart, argumentEnd);
}

function copyOf({ bytes, argumentStart, argumentEnd }: Window): Uint8Array {
  return new Uint8Array(bytes.subarray(argumentStart, argumentEnd));
}

function bytesOf(window: Window, type: BytesType): PyBytes {
  return new PyBytes(type, window.range ?? copyOf(window));
}

function floatOf(window: Window): PyFloat {
  const { bytes, argumentStart } = window;
  const value = decodeFloat64(bytes, argumentStart);
  const isOddNan = Number.isNaN(value) && quietNan.some((byte, index) => bytes[argumentStart + index] !== byte);
  return isOddNan ? new PyNan(copyOf(window)) : new PyFloat(value);
}

function longOf({ bytes, range, argumentStart, argumentEnd }: Window): number | bigint {
  if (range) {
    throw new CheckpointError('limit-exceeded', { detail: `an int of ${range.length} bytes` });
  }
  return decodeTwosComplement(bytes, argumentStart, argumentEnd);
}

function stringOf(window: Window): PyNode {
  const { range } = window;
  return range
    ? new PyBytes('escaped-byte-string', { start: range.start + 1, length: range.length - 2 })
    : new PyByteString(decodeStringLiteral(lineOf(window)));
}

function unicodeOf(window: Window): PyNode {
  return window.range ? new PyBytes('escaped-text', window.range) : new PyStr(decodeRawUnicodeEscape(lineOf(window)));
}

function extensionOf(code: number): PyExtension {
  if (code <= 0) {
    throw malformed('EXT of a code that is not positive');
  }
  return new PyExtension(code);
}
