import { floatFormats, type FloatFormat } from './floatFormats';

/** Writes numbers as little-endian elements. Returns how many finite ones are too large. */
export type Encoder = (numbers: Float32Array, target: Uint8Array) => number;

const signBit32 = 0x80000000;
const infinity32 = 0x7f800000;
/** A shift that leaves nothing of 24 bits, nor of what rounding adds. */
const dropAll = 26;

/** To what is narrower than float32. */
export const encoders: ReadonlyMap<string, Encoder> = new Map<string, Encoder>([
  ['bfloat16', encodeBfloat16],
  ...[...floatFormats].map(
    ([name, format]) => [name, format.unsignedZero ? encodeUnsignedZero(format) : encodeSigned(format)] as const,
  ),
]);

/** The upper half of a float32, rounded to nearest even: a carry into the exponent is right, up to infinity. */
function encodeBfloat16(numbers: Float32Array, target: Uint8Array): number {
  const bits = bitsOf(numbers);
  const codes = new Uint16Array(target.buffer, target.byteOffset, bits.length);
  let overflowed = 0;
  for (let i = 0; i < bits.length; i++) {
    const x = bits[i] ?? 0;
    const magnitude = x & ~signBit32;
    if (magnitude < 0x7f7f8000) {
      codes[i] = (x + 0x7fff + ((x >>> 16) & 1)) >>> 16;
    } else if (magnitude > infinity32) {
      codes[i] = 0x7fc0;
    } else {
      codes[i] = ((x & signBit32) >>> 16) | 0x7f80;
      overflowed += magnitude < infinity32 ? 1 : 0;
    }
  }
  return overflowed;
}

function bitsOf(numbers: Float32Array): Uint32Array {
  return new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length);
}

/**
 * How to round each float32 exponent to a format. A float32 with implicit one is 24 bits; `shift` bits are dropped from
 * it, what is left carries its implicit one into `base`, the exponent. The shift grows below the smallest normal
 * number.
 */
interface Rounding {
  readonly base: Uint16Array;
  readonly shift: Uint8Array;
}

function roundingTo({ mantissaBits, bias, limit }: FloatFormat): Rounding {
  const base = new Uint16Array(256);
  const shift = new Uint8Array(256);
  const narrowing = 23 - mantissaBits;
  const overflowExponent = Math.floor(limit / 2 ** mantissaBits);
  for (let exponent = 0; exponent < 256; exponent++) {
    const biased = exponent - 127 + bias;
    if (biased > overflowExponent || exponent === 255) {
      base[exponent] = limit;
      shift[exponent] = dropAll;
    } else if (biased > 0) {
      base[exponent] = (biased - 1) * 2 ** mantissaBits;
      shift[exponent] = narrowing;
    } else {
      shift[exponent] = Math.min(narrowing + 1 - biased, dropAll);
    }
  }
  return { base, shift };
}

/** Formats that keep the sign of everything. */
function encodeSigned(format: FloatFormat): Encoder {
  const { bits: width, limit, overflow, nan } = format;
  const { base, shift } = roundingTo(format);
  const signShift = 32 - width;
  const sign = 2 ** (width - 1);
  return (numbers, target) => {
    const bits = bitsOf(numbers);
    const codes = codesOf(target, width);
    let overflowed = 0;
    for (let i = 0; i < bits.length; i++) {
      const x = bits[i] ?? 0;
      const exponent = (x >>> 23) & 0xff;
      const dropped = shift[exponent] ?? 0;
      const mantissa = (x & 0x7fffff) | 0x800000;
      const rounded = (mantissa + (1 << (dropped - 1)) - 1 + ((mantissa >>> dropped) & 1)) >>> dropped;
      const magnitude = (base[exponent] ?? 0) + rounded;
      if (magnitude >= limit) {
        overflowed += exponent < 255 ? 1 : 0;
        codes[i] = ((x >>> signShift) & sign) | (isNan(x) ? nan : overflow);
      } else {
        codes[i] = ((x >>> signShift) & sign) | magnitude;
      }
    }
    return overflowed;
  };
}

/** Formats where what would be −0 is the NaN, and infinity too. */
function encodeUnsignedZero(format: FloatFormat): Encoder {
  const { limit, nan } = format;
  const { base, shift } = roundingTo(format);
  return (numbers, target) => {
    const bits = bitsOf(numbers);
    let overflowed = 0;
    for (let i = 0; i < bits.length; i++) {
      const x = bits[i] ?? 0;
      const exponent = (x >>> 23) & 0xff;
      const dropped = shift[exponent] ?? 0;
      const mantissa = (x & 0x7fffff) | 0x800000;
      const rounded = (mantissa + (1 << (dropped - 1)) - 1 + ((mantissa >>> dropped) & 1)) >>> dropped;
      const magnitude = (base[exponent] ?? 0) + rounded;
      if (magnitude >= limit) {
        overflowed += exponent < 255 ? 1 : 0;
        target[i] = nan;
      } else {
        target[i] = magnitude === 0 ? 0 : ((x >>> 24) & 0x80) | magnitude;
      }
    }
    return overflowed;
  };
}

function codesOf(target: Uint8Array, width: 8 | 16): Uint8Array | Uint16Array {
  return width === 8 ? target : new Uint16Array(target.buffer, target.byteOffset, target.length / 2);
}

function isNan(bits: number): boolean {
  return (bits & ~signBit32) > infinity32;
}
