import { bfloat16Format, floatFormats, type FloatFormat } from './floatFormats';

/** Writes numbers as little-endian elements. Returns how many finite ones are too large. */
export type Encoder = (numbers: Float32Array, target: Uint8Array) => number;

const mantissaBits32 = 23;
const bias32 = 127;
const magnitudeMask = 0x7fffffff;
const infinity32 = 0x7f800000;
/** A shift that leaves nothing of 24 bits, nor of what rounding adds. */
const dropAll = 26;

/** To what is narrower than float32. */
export const encoders: ReadonlyMap<string, Encoder> = new Map<string, Encoder>(
  [['bfloat16', bfloat16Format] as const, ...floatFormats].map(([name, format]) => [name, encoderOf(format)]),
);

/** What the bits of a float32 become, as long as both are normal numbers: (bits, rounded, shifted) − rebias. */
interface Narrowing {
  readonly shift: number;
  readonly rebias: number;
  /** Bits of the smallest float32 that is a normal number there; 0 where float32 has no smaller exponents. */
  readonly smallest: number;
  /** Bits of the smallest float32 that is too large. */
  readonly tooLarge: number;
}

function narrowingTo({ mantissaBits, bias, limit }: FloatFormat): Narrowing {
  const shift = mantissaBits32 - mantissaBits;
  const rebias = (bias32 - bias) << mantissaBits;
  const largest = limit - 1;
  // The middle between the largest number and the next; rounding to even, an even one wins there.
  const middle = ((largest + rebias) << shift) + (1 << (shift - 1));
  return {
    shift,
    rebias,
    smallest: bias === bias32 ? 0 : ((1 << mantissaBits) + rebias) << shift,
    tooLarge: largest % 2 === 0 ? middle + 1 : middle,
  };
}

function encoderOf(format: FloatFormat): Encoder {
  const { shift, rebias, smallest, tooLarge } = narrowingTo(format);
  const half = (1 << (shift - 1)) - 1;
  const signShift = 32 - format.bits;
  const sign = 1 << (format.bits - 1);
  return (numbers, target) => {
    const bits = new Int32Array(numbers.buffer, numbers.byteOffset, numbers.length);
    const codes = format.bits === 8 ? target : new Uint16Array(target.buffer, target.byteOffset, target.length / 2);
    let overflowed = 0;
    for (let i = 0; i < bits.length; i++) {
      const x = bits[i] ?? 0;
      const magnitude = x & magnitudeMask;
      if (magnitude >= smallest && magnitude < tooLarge) {
        const rounded = (magnitude + half + ((magnitude >>> shift) & 1)) >>> shift;
        codes[i] = ((x >>> signShift) & sign) | (rounded - rebias);
      } else {
        codes[i] = edgeCode(format, x < 0 ? sign : 0, magnitude);
        overflowed += magnitude >= tooLarge && magnitude < infinity32 ? 1 : 0;
      }
    }
    return overflowed;
  };
}

/** What is too large, no number, or too small for a normal number. */
function edgeCode(format: FloatFormat, sign: number, magnitude: number): number {
  const { mantissaBits, bias, nan, overflow, unsignedZero } = format;
  const exponent = magnitude >>> mantissaBits32;
  const smallestExponent = bias32 + 1 - bias;
  if (magnitude > infinity32) {
    return bias === bias32 || unsignedZero ? nan : sign | nan;
  }
  if (exponent >= smallestExponent) {
    return unsignedZero ? overflow : sign | overflow;
  }
  const dropped = Math.min(mantissaBits32 - mantissaBits + smallestExponent - exponent, dropAll);
  const mantissa = (magnitude & 0x7fffff) | 0x800000;
  const code = (mantissa + (1 << (dropped - 1)) - 1 + ((mantissa >>> dropped) & 1)) >>> dropped;
  return unsignedZero && code === 0 ? 0 : sign | code;
}
