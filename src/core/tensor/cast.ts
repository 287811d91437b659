import { dtypes, type Dtype } from '../checkpoint/dtypes';
import { CheckpointError } from '../errors';
import { encoders } from './castEncoders';
import { decoders, type Decoder } from './castDecoders';

/** Elements converted at once: what is between stays in the processor's cache. */
const batch = 16 << 10;

/** Converts elements, rounding to nearest even as torch does on a CPU. */
export interface Cast {
  /** Bytes per element before and after. */
  readonly fromSize: number;
  readonly toSize: number;
  /**
   * Converts little-endian elements; both arrays hold the same number of them.
   * @returns how many finite numbers are too large for the dtype: they became infinite, NaN where it has no infinity, or
   * the largest number that it has (float8_e4m3fn).
   */
  convert(from: Uint8Array, to: Uint8Array): number;
}

/** Dtypes that can be converted to: every floating one of torch but the two that hold scales. */
export function isCastTarget(dtype: string): boolean {
  return dtype === 'float64' || dtype === 'float32' || encoders.has(dtype);
}

/** Dtypes that can be converted from: those, ints and bool. */
export function isCastSource(dtype: string): boolean {
  return decoders.has(dtype);
}

/**
 * The conversion from one dtype to another; names are torch's without `torch.`. Like torch, whatever is narrower than
 * float32 is reached through float32: float64 → float16 rounds twice. A NaN stays a NaN; its bits are those of torch's
 * plain code, its vector code leaves others.
 * @throws CheckpointError `unsupported` where there is none.
 */
export function castBetween(fromDtype: string, toDtype: string): Cast {
  const [from, to] = [dtypes.get(fromDtype), dtypes.get(toDtype)];
  const decode = decoders.get(fromDtype);
  const step = decode && (fromDtype === 'float32' ? fromFloat32(decode, toDtype) : stepBetween(decode, toDtype));
  if (from === undefined || to === undefined || step === undefined) {
    throw new CheckpointError('unsupported', { detail: `a cast from ${fromDtype} to ${toDtype}` });
  }
  return castOf(from, to, step);
}

function stepBetween(decode: Decoder, toDtype: string): Step | undefined {
  if (toDtype === 'float64') {
    return (source, target) => {
      decode.toFloat64(source, float64At(target));
      return 0;
    };
  }
  if (toDtype === 'float32') {
    return (source, target) => decode.toFloat32(source, float32At(target));
  }
  const encode = encoders.get(toDtype);
  const between = new Float32Array(batch);
  return (
    encode &&
    ((source, target, count) => {
      const numbers = between.subarray(0, count);
      return decode.toFloat32(source, numbers) + encode(numbers, target);
    })
  );
}

/** Without a copy in between. */
function fromFloat32(decode: Decoder, toDtype: string): Step | undefined {
  const encode = encoders.get(toDtype);
  return encode === undefined ? stepBetween(decode, toDtype) : (source, target) => encode(float32At(source), target);
}

type Step = (source: Uint8Array, target: Uint8Array, count: number) => number;

/** Goes batch by batch. Typed arrays want their first byte at a multiple of the element size. */
function castOf(from: Dtype, to: Dtype, step: Step): Cast {
  const aligned = { from: new Uint8Array(batch * from.size), to: new Uint8Array(batch * to.size) };
  return {
    fromSize: from.size,
    toSize: to.size,
    convert(source, target) {
      let overflowed = 0;
      for (let done = 0, elements = source.length / from.size; done < elements; done += batch) {
        const count = Math.min(batch, elements - done);
        const part = alignedPart(source, done * from.size, count * from.size, from.size, aligned.from);
        const out = target.subarray(done * to.size, (done + count) * to.size);
        if (out.byteOffset % to.size === 0) {
          overflowed += step(part, out, count);
        } else {
          const whole = aligned.to.subarray(0, out.length);
          overflowed += step(part, whole, count);
          out.set(whole);
        }
      }
      return overflowed;
    },
  };
}

function alignedPart(bytes: Uint8Array, start: number, length: number, size: number, copy: Uint8Array): Uint8Array {
  const part = bytes.subarray(start, start + length);
  if (part.byteOffset % size === 0) {
    return part;
  }
  copy.set(part);
  return copy.subarray(0, length);
}

function float64At(bytes: Uint8Array): Float64Array {
  return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
}

function float32At(bytes: Uint8Array): Float32Array {
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}
