import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dtypes } from '../../../src/core/checkpoint/dtypes';
import { castBetween, isCastSource, isCastTarget } from '../../../src/core/tensor/cast';
import { floatFormats } from '../../../src/core/tensor/floatFormats';
import { runPython, withTorch } from '../../support/torch';

const float8 = ['float8_e4m3fn', 'float8_e5m2', 'float8_e4m3fnuz', 'float8_e5m2fnuz'];
const targets = ['float64', 'float32', 'float16', 'bfloat16', ...float8];
const ints = ['int64', 'uint64', 'int32', 'uint32', 'int16', 'uint16', 'int8', 'uint8', 'bool'];

/** Marsaglia's xorshift: the same numbers in every run. */
function* random(seed: number): Generator<number> {
  for (let x = seed; ;) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    yield x >>> 0;
  }
}

/** `count` elements of random bits. */
function randomBits(size: number, count: number): Uint8Array {
  const words = random(0x5eed);
  const bits = Uint32Array.from({ length: Math.ceil((size * count) / 4) }, () => words.next().value as number);
  return new Uint8Array(bits.buffer, 0, size * count);
}

/** Every number of every narrow format, the middle between it and the next, and their neighbours: all ties. */
function boundaries(): number[] {
  const values: number[] = [];
  for (const format of floatFormats.values()) {
    const all = Array.from({ length: 2 ** (format.bits - 1) }, (_, code) => format.valueOf(code)).filter(
      Number.isFinite,
    );
    // Beyond the largest: where overflow begins.
    all.push((all.at(-1) ?? 0) * (1 + 2 ** -format.mantissaBits));
    all.forEach((value, i) => values.push(value, (value + (all[i + 1] ?? value)) / 2));
  }
  for (let exponent = -149; exponent < 128; exponent++) {
    for (const part of [1, 1 + 2 ** -8, 1 + 2 ** -7, 1 + 3 * 2 ** -8, 2 - 2 ** -8, 2 - 2 ** -23]) {
      values.push(part * 2 ** exponent);
    }
  }
  return values.flatMap((value) => [value, -value]);
}

function nextTo(bits: BigUint64Array | Uint32Array): void {
  const half = bits.length / 3;
  for (let i = 0; i < half; i++) {
    if (bits instanceof BigUint64Array) {
      bits[half + i] = (bits[i] ?? 0n) + 1n;
      bits[2 * half + i] = (bits[i] ?? 0n) - 1n;
    } else {
      bits[half + i] = (bits[i] ?? 0) + 1;
      bits[2 * half + i] = (bits[i] ?? 0) - 1;
    }
  }
}

function elementsOf(dtype: string): Uint8Array {
  const size = dtypes.get(dtype)?.size ?? 1;
  if (dtype === 'bool') return Uint8Array.of(0, 1, 1, 0);
  if (size === 1) return Uint8Array.from({ length: 256 }, (_, i) => i);
  if (size === 2) return new Uint8Array(Uint16Array.from({ length: 1 << 16 }, (_, i) => i).buffer);
  const bits = [randomBits(size, 20_000)];
  if (dtype === 'float32') {
    const near = Float32Array.from([...boundaries(), ...boundaries(), ...boundaries()]);
    nextTo(new Uint32Array(near.buffer));
    bits.push(new Uint8Array(near.buffer));
  } else if (dtype === 'float64') {
    const near = Float64Array.from([...boundaries(), ...boundaries(), ...boundaries()]);
    nextTo(new BigUint64Array(near.buffer));
    bits.push(new Uint8Array(near.buffer));
  } else {
    bits.push(powersOfTwo(size));
  }
  return Buffer.concat(bits);
}

/** Powers of two with neighbours, and ties and near-ties of float32 and float64 above 2⁵³. */
function powersOfTwo(size: number): Uint8Array {
  const values: bigint[] = [];
  for (let exponent = 0n; exponent < BigInt(8 * size); exponent++) {
    const power = 1n << exponent;
    for (const step of [
      0n,
      1n,
      power >> 24n,
      power >> 25n,
      power >> 53n,
      power >> 54n,
      (power >> 24n) + (power >> 52n),
    ]) {
      values.push(power + step, power - step, power + step + 1n, power + step - 1n, -power - step - 1n);
    }
  }
  const bytes = Buffer.alloc(8 * values.length);
  values.forEach((value, i) => bytes.writeBigUInt64LE(BigInt.asUintN(64, value), 8 * i));
  return size === 8 ? bytes : Buffer.concat(values.map((_, i) => bytes.subarray(8 * i, 8 * i + size)));
}

function cast(
  from: string,
  to: string,
  bytes: Uint8Array,
): { readonly bytes: Uint8Array; readonly overflowed: number } {
  const conversion = castBetween(from, to);
  const { fromSize, toSize } = conversion;
  const target = new Uint8Array((bytes.length / fromSize) * toSize);
  return { overflowed: conversion.convert(bytes, target), bytes: target };
}

/** As float64, so that NaNs compare equal whatever their bits; −0 stays apart. */
function numbers(dtype: string, bytes: Uint8Array): Float64Array {
  const copy = new Uint8Array(bytes);
  if (dtype === 'float64') return new Float64Array(copy.buffer);
  if (dtype === 'float32') return Float64Array.from(new Float32Array(copy.buffer));
  if (dtype === 'bfloat16') {
    const bits = Uint32Array.from(new Uint16Array(copy.buffer), (half) => half * 2 ** 16);
    return Float64Array.from(new Float32Array(bits.buffer));
  }
  const format = floatFormats.get(dtype);
  const codes = format?.bits === 16 ? new Uint16Array(copy.buffer) : copy;
  return Float64Array.from(codes, (code) => format?.valueOf(code) ?? 0);
}

describe('casting', () => {
  withTorch(
    'gives what torch gives, for all short numbers, ties, edges and 20,000 random ones of each dtype',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'cast-'));
      try {
        const sources = [...targets, ...ints];
        await Promise.all(sources.map((dtype) => writeFile(join(folder, `${dtype}.bin`), elementsOf(dtype))));
        expect(await runPython('cast_elements.py', [folder, targets.join(',')])).toBe(sources.length);
        for (const from of sources) {
          const elements = new Uint8Array(await readFile(join(folder, `${from}.bin`)));
          for (const to of targets) {
            const wanted = numbers(to, await readFile(join(folder, `${from}-${to}.bin`)));
            const given = numbers(to, cast(from, to, elements).bytes);
            const wrong = given.findIndex((value, i) => !Object.is(value, wanted[i]));
            expect([from, to, wrong, given[wrong]]).toEqual([from, to, -1, wanted[wrong]]);
          }
        }
      } finally {
        await rm(folder, { recursive: true });
      }
    },
    { exact: true },
  );

  it('counts finite numbers that are too large', () => {
    const values = Float32Array.of(1, 65_519, 65_520, -1e9, Infinity, NaN, 448, 464, 465, 57_344, 3.4e38);
    const bytes = new Uint8Array(values.buffer);
    const counts = Object.fromEntries(targets.map((to) => [to, cast('float32', to, bytes).overflowed]));
    expect(counts).toEqual({
      float64: 0,
      float32: 0,
      float16: 3,
      bfloat16: 1,
      float8_e4m3fn: 6,
      float8_e5m2: 4,
      float8_e4m3fnuz: 8,
      float8_e5m2fnuz: 4,
    });
    const doubles = new Uint8Array(Float64Array.of(1e300, 1e39, 3.4028235e38, 3.4028236e38, Infinity, NaN, 1e5).buffer);
    expect(cast('float64', 'float32', doubles).overflowed).toBe(3);
    expect(cast('float64', 'float16', doubles).overflowed).toBe(5);
  });

  it('takes elements at any position in memory', () => {
    const values = Float32Array.from({ length: 40_000 }, (_, i) => i / 7);
    const shifted = new Uint8Array(values.byteLength + 1).subarray(1);
    shifted.set(new Uint8Array(values.buffer));
    const conversion = castBetween('float32', 'float16');
    const target = new Uint8Array(2 * values.length + 1).subarray(1);
    conversion.convert(shifted, target);
    expect(Buffer.from(target).equals(cast('float32', 'float16', new Uint8Array(values.buffer)).bytes)).toBe(true);
  });

  it('says what it can do', () => {
    expect([...dtypes.keys()].filter(isCastTarget)).toEqual(targets.toSorted(inTable));
    expect([...dtypes.keys()].filter(isCastSource)).toEqual([...targets, ...ints].toSorted(inTable));
    expect(() => castBetween('complex64', 'float16')).toThrow('unsupported');
    expect(() => castBetween('float32', 'int8')).toThrow('unsupported');
  });
});

function inTable(a: string, b: string): number {
  const order = [...dtypes.keys()];
  return order.indexOf(a) - order.indexOf(b);
}
