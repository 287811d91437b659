import { floatFormats, type FloatFormat } from './floatFormats';

/** Reads little-endian elements that begin at a multiple of their size. */
export interface Decoder {
  /** @returns how many finite numbers are too large for float32. */
  toFloat32(source: Uint8Array, target: Float32Array): number;
  toFloat64(source: Uint8Array, target: Float64Array): void;
}

type View = (bytes: Uint8Array) => ArrayLike<number>;

export const decoders: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['float64', doubles()],
  ['float32', numbers((bytes) => new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4))],
  ['bfloat16', bfloat16()],
  ...[...floatFormats].map(([name, format]) => [name, tabled(format)] as const),
  ['int64', longs((bytes) => new BigInt64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8))],
  ['uint64', longs((bytes) => new BigUint64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8))],
  ['int32', numbers((bytes) => new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4))],
  ['uint32', numbers((bytes) => new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4))],
  ['int16', numbers((bytes) => new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2))],
  ['uint16', numbers(shorts)],
  ['int8', numbers((bytes) => new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length))],
  ['uint8', numbers((bytes) => bytes)],
  ['bool', truths()],
]);

function shorts(bytes: Uint8Array): Uint16Array {
  return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
}

/** What JavaScript reads as numbers by itself, and float32 can hold the size of. */
function numbers(view: View): Decoder {
  return {
    toFloat32(source, target) {
      target.set(view(source));
      return 0;
    },
    toFloat64(source, target) {
      target.set(view(source));
    },
  };
}

/** From here on a float64 rounds to an infinite float32. */
const beyondFloat32 = (2 - 2 ** -24) * 2 ** 127;

function doubles(): Decoder {
  const view = (bytes: Uint8Array): Float64Array => new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
  return {
    toFloat32(source, target) {
      const values = view(source);
      let overflowed = 0;
      for (let i = 0; i < target.length; i++) {
        const value = values[i] ?? 0;
        target[i] = value;
        if (Math.abs(value) >= beyondFloat32 && Math.abs(value) < Infinity) {
          overflowed++;
        }
      }
      return overflowed;
    },
    toFloat64(source, target) {
      target.set(view(source));
    },
  };
}

/** float32 without its lower half. */
function bfloat16(): Decoder {
  return {
    toFloat32(source, target) {
      const values = shorts(source);
      const bits = new Uint32Array(target.buffer, target.byteOffset, target.length);
      for (let i = 0; i < bits.length; i++) {
        bits[i] = (values[i] ?? 0) << 16;
      }
      return 0;
    },
    toFloat64(source, target) {
      const between = new Float32Array(target.length);
      this.toFloat32(source, between);
      target.set(between);
    },
  };
}

/** Formats of 16 and 8 bits: each value is looked up. */
function tabled(format: FloatFormat): Decoder {
  let table: Float32Array | undefined;
  const decode = (source: Uint8Array, target: Float32Array | Float64Array): void => {
    table ??= tableOf(format);
    const codes = format.bits === 16 ? shorts(source) : source;
    for (let i = 0; i < target.length; i++) {
      target[i] = table[codes[i] ?? 0] ?? NaN;
    }
  };
  return {
    toFloat32(source, target) {
      decode(source, target);
      return 0;
    },
    toFloat64: decode,
  };
}

function tableOf(format: FloatFormat): Float32Array {
  return Float32Array.from({ length: 2 ** format.bits }, (_, code) => format.valueOf(code));
}

function truths(): Decoder {
  const decode = (source: Uint8Array, target: Float32Array | Float64Array): void => {
    for (let i = 0; i < target.length; i++) {
      target[i] = source[i] === 0 ? 0 : 1;
    }
  };
  return {
    toFloat32(source, target) {
      decode(source, target);
      return 0;
    },
    toFloat64: decode,
  };
}

/** Ints of 64 bits go to float32 directly: through float64 some would be rounded twice. */
function longs(view: (bytes: Uint8Array) => ArrayLike<bigint>): Decoder {
  return {
    toFloat32(source, target) {
      const values = view(source);
      for (let i = 0; i < target.length; i++) {
        target[i] = roundedToOdd(values[i] ?? 0n);
      }
      return 0;
    },
    toFloat64(source, target) {
      const values = view(source);
      for (let i = 0; i < target.length; i++) {
        target[i] = Number(values[i] ?? 0n);
      }
    },
  };
}

/**
 * A float64 that rounds to the same float32 as the int itself: where bits are lost, the last one that is left is set,
 * so that no tie appears where there was none. Eleven bits are more than 64 − 53.
 */
function roundedToOdd(value: bigint): number {
  const kept = Number.isSafeInteger(Number(value)) ? value : (value >> 11n) << 11n;
  return Number(kept === value ? value : kept | (1n << 11n));
}
