import { normalCode, twistCode, uniformCode } from './kernelCode';
import { f64, i32, v128, wasmModule, type Code } from './wasmBytes';

/** What is used of WebAssembly, which the types of Node leave out. */
declare const WebAssembly:
  | {
      readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
      readonly Instance: new (module: object) => { readonly exports: Readonly<Record<string, unknown>> };
      validate(bytes: Uint8Array<ArrayBuffer>): boolean;
    }
  | undefined;

/** Words of the generator, at the beginning of the memory; numbers begin at `numbersAt`. */
export const stateWords = 624;
const numbersAt = 4096;
/** Numbers that are made at once: a piece, which may be a block longer. */
export const mostNumbers = (1 << 18) + 64;
/** Of 64 KiB: numbers, and what is written behind the last ones. */
const pages = 18;

/** The same numbers as plain code makes, several at a time. */
export interface Kernel {
  /** Words of the generator's state. */
  readonly state: Int32Array;
  readonly numbers: Float32Array;
  /** The next 624 words. */
  twist(): void;
  /** `float32(x · scale + low)` of the lower 24 bits of words, from one of the state on, to a place among the numbers. */
  uniform(word: number, count: number, place: number, scale: number, low: number): void;
  /** Box-Muller over blocks of 16 numbers. */
  normal(blocks: number, mean: number, std: number): void;
}

let made: Kernel | null | undefined;

/** Null where the processor, or the program, has no vectors in WebAssembly. */
export function kernel(): Kernel | null {
  if (made === undefined) {
    const plain = makeKernel(normalCode.inDouble);
    const fast = plain === null ? null : makeKernel(normalCode.inSingle);
    made = plain !== null && fast !== null && areAlike(plain, fast) ? fast : plain;
  }
  return made;
}

/** Whether multiply-adds are fused: where they are rounded twice, about half of the numbers differ. */
function areAlike(plain: Kernel, fast: Kernel): boolean {
  const blocks = 64;
  const [one, other] = [plain, fast].map((each) => {
    const some = each.numbers.subarray(0, blocks * 16);
    some.forEach((_, index) => {
      some[index] = (index * 0.618033988749895) % 1;
    });
    each.normal(blocks, Math.fround(0.1), Math.fround(0.7));
    return some;
  });
  return one !== undefined && other !== undefined && one.every((number, index) => number === other[index]);
}

type Compiled = (...parameters: readonly number[]) => void;

function makeKernel(body: Code): Kernel | null {
  if (WebAssembly === undefined) {
    return null;
  }
  const bytes = wasmModule(
    [
      { name: 'twist', parameters: [], locals: twistCode.locals.map(() => i32), body: twistCode.body },
      { name: 'uniform', parameters: [i32, i32, i32, f64, f64], locals: [v128, v128, v128], body: uniformCode },
      {
        name: 'normal',
        parameters: [i32, i32, f64, f64],
        locals: [v128, v128, ...normalCode.locals.map(() => v128)],
        body,
      },
    ],
    pages,
  );
  if (!WebAssembly.validate(bytes)) {
    return null;
  }
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  const memory = exports['memory'];
  const [twist, uniform, normal] = [exports['twist'], exports['uniform'], exports['normal']];
  if (!hasBuffer(memory) || !isCompiled(twist) || !isCompiled(uniform) || !isCompiled(normal)) {
    return null;
  }
  return {
    state: new Int32Array(memory.buffer, 0, stateWords),
    numbers: new Float32Array(memory.buffer, numbersAt, mostNumbers),
    twist: () => {
      twist();
    },
    uniform: (word, count, place, scale, low) => {
      const to = numbersAt + place * 4;
      uniform(word * 4, to, to + count * 4, scale, low);
    },
    normal: (blocks, mean, std) => {
      normal(numbersAt, numbersAt + blocks * 64, mean, std);
    },
  };
}

function isCompiled(value: unknown): value is Compiled {
  return typeof value === 'function';
}

function hasBuffer(value: unknown): value is { readonly buffer: ArrayBuffer } {
  return typeof value === 'object' && value !== null && 'buffer' in value && value.buffer instanceof ArrayBuffer;
}
