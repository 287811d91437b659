/** A floating format of 16 or 8 bits: a sign, an exponent, a mantissa. */
export interface FloatFormat {
  readonly bits: 8 | 16;
  readonly mantissaBits: number;
  readonly bias: number;
  /** First code, without sign, behind the largest number: what rounds to it or more is too large. */
  readonly limit: number;
  /** Code, without sign, that what is too large is given: infinity, NaN, or the largest number. */
  readonly overflow: number;
  /** Code, without sign, that torch gives a NaN. */
  readonly nan: number;
  /** One zero and one NaN, no infinities: `fnuz`. What would be −0 is the NaN. */
  readonly unsignedZero: boolean;
  /** Value of a code. */
  valueOf(code: number): number;
}

interface Shape {
  readonly bits: 8 | 16;
  readonly mantissaBits: number;
  readonly bias: number;
  /** As IEEE 754 has it: the largest exponent is for infinity and NaN. */
  readonly hasInfinity: boolean;
  readonly unsignedZero: boolean;
  readonly nan: number;
}

function formatOf(shape: Shape): FloatFormat {
  const { bits, mantissaBits, bias, hasInfinity, unsignedZero, nan } = shape;
  const signBit = 2 ** (bits - 1);
  const infinity = signBit - 2 ** mantissaBits;
  const valueOf = (code: number): number => {
    const magnitude = code % signBit;
    const sign = code < signBit ? 1 : -1;
    if (unsignedZero && code === signBit) return NaN;
    if (hasInfinity && magnitude >= infinity) return magnitude === infinity ? sign * Infinity : NaN;
    if (!hasInfinity && !unsignedZero && magnitude === nan) return NaN;
    const exponent = Math.floor(magnitude / 2 ** mantissaBits);
    const fraction = (magnitude % 2 ** mantissaBits) / 2 ** mantissaBits;
    return sign * (exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias));
  };
  const limit = hasInfinity ? infinity : nan;
  // torch before 2.13 made a NaN of it.
  const overflow = hasInfinity || unsignedZero ? limit : limit - 1;
  return { bits, mantissaBits, bias, limit, overflow, nan, unsignedZero, valueOf };
}

/** float32 without its lower half. torch's plain code gives every NaN the same bits. */
export const bfloat16Format = formatOf({
  bits: 16,
  mantissaBits: 7,
  bias: 127,
  hasInfinity: true,
  unsignedZero: false,
  nan: 0x7fc0,
});

/** By torch's name. float8: Micikevicius et al. 2022 (`fn`: finite), and Noune et al. 2022 (`fnuz`). */
export const floatFormats: ReadonlyMap<string, FloatFormat> = new Map([
  ['float16', formatOf({ bits: 16, mantissaBits: 10, bias: 15, hasInfinity: true, unsignedZero: false, nan: 0x7e00 })],
  ['float8_e5m2', formatOf({ bits: 8, mantissaBits: 2, bias: 15, hasInfinity: true, unsignedZero: false, nan: 0x7f })],
  [
    'float8_e4m3fn',
    formatOf({ bits: 8, mantissaBits: 3, bias: 7, hasInfinity: false, unsignedZero: false, nan: 0x7f }),
  ],
  [
    'float8_e5m2fnuz',
    formatOf({ bits: 8, mantissaBits: 2, bias: 16, hasInfinity: false, unsignedZero: true, nan: 0x80 }),
  ],
  [
    'float8_e4m3fnuz',
    formatOf({ bits: 8, mantissaBits: 3, bias: 8, hasInfinity: false, unsignedZero: true, nan: 0x80 }),
  ],
]);
