/** Instructions, as bytes of the WebAssembly binary format (https://webassembly.github.io/spec/core/binary/). */
export type Code = readonly number[];

/** Types of values. */
export const i32 = 0x7f;
export const f64 = 0x7c;
export const v128 = 0x7b;

export interface WasmFunction {
  readonly name: string;
  readonly parameters: readonly number[];
  readonly locals: readonly number[];
  readonly body: Code;
}

/** A module of functions that return nothing, and a memory of so many pages of 64 KiB, exported as `memory`. */
export function wasmModule(functions: readonly WasmFunction[], pages: number): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters }) => [0x60, ...vector(parameters.map((type) => [type])), 0]);
  const bodies = functions.map(({ locals, body }) => {
    const code = [...vector(locals.map((type) => [1, type])), ...body, 0x0b];
    return [...unsigned(code.length), ...code];
  });
  const names = functions.map(({ name }, index) => [...text(name), 0, ...unsigned(index)]);
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, types),
    ...section(
      3,
      functions.map((_, index) => unsigned(index)),
    ),
    ...section(5, [[0, ...unsigned(pages)]]),
    ...section(7, [[...text('memory'), 2, 0], ...names]),
    ...section(10, bodies),
  ]);
}

function section(id: number, items: readonly Code[]): Code {
  const content = vector(items);
  return [id, ...unsigned(content.length), ...content];
}

function vector(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

function text(name: string): Code {
  return vector(Array.from(name, (character) => [character.charCodeAt(0)]));
}

/** LEB128. */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): Code {
  const low = value & 0x7f;
  const rest = value >> 7;
  const isLast = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
  return isLast ? [low] : [low | 0x80, ...signed(rest)];
}

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];
export const int = (value: number): Code => [0x41, ...signed(value)];
export const addInt = (a: Code, b: Code): Code => [...a, ...b, 0x6a];
export const subInt = (a: Code, b: Code): Code => [...a, ...b, 0x6b];

/** `do { body } while (condition)` */
export const loopWhile = (body: Code, condition: Code): Code => [0x03, 0x40, ...body, ...condition, 0x0d, 0, 0x0b];

/** An instruction on vectors behind its operands. */
function vectorOp(code: number): (...operands: readonly Code[]) => Code {
  return (...operands) => [...operands.flat(), 0xfd, ...unsigned(code)];
}

export const and = vectorOp(78);
export const or = vectorOp(80);
export const xor = vectorOp(81);
export const not = vectorOp(77);
/** Bits of the first where the third has ones, else of the second. */
export const select = vectorOp(82);

export const shl = vectorOp(171);
export const shrS = vectorOp(172);
export const shrU = vectorOp(173);
export const addI32 = vectorOp(174);
export const subI32 = vectorOp(177);
export const eqI32 = vectorOp(55);

export const lessF32 = vectorOp(67);
export const sqrtF32 = vectorOp(227);
export const addF32 = vectorOp(228);
export const subF32 = vectorOp(229);
export const mulF32 = vectorOp(230);
export const truncF32 = vectorOp(248);

export const f32OfI32 = vectorOp(250);
/** `a · b + c`; whether it is rounded once depends on the processor. */
export const relaxedFused = vectorOp(261);
/** Of a number in double. */
export const splatF32 = (value: Code): Code => [...value, 0xb6, 0xfd, 19];

export const addF64 = vectorOp(240);
export const subF64 = vectorOp(241);
export const mulF64 = vectorOp(242);
export const splatF64 = vectorOp(20);
/** The lower two of four ints, signed and unsigned. */
export const f64OfI32 = vectorOp(254);
export const f64OfU32 = vectorOp(255);
/** The lower two of four. */
export const promote = vectorOp(95);
/** Two, and zeros behind them. */
export const demote = vectorOp(94);

export const ints = (value: number): Code => constant(new Uint8Array(Int32Array.of(value, value, value, value).buffer));
export const floats = (value: number): Code =>
  constant(new Uint8Array(Float32Array.of(value, value, value, value).buffer));
export const doubles = (value: number): Code => constant(new Uint8Array(Float64Array.of(value, value).buffer));

function constant(bytes: Uint8Array): Code {
  return [0xfd, 12, ...bytes];
}

/** Lanes 2, 3, 2, 3 of four. */
export const upperHalf = (value: Code): Code => [
  ...value,
  ...value,
  0xfd,
  13,
  ...Array.from({ length: 16 }, (_, index) => 8 + (index % 8)),
];
/** Lanes 0, 1 of one, then of another. */
export const joined = (low: Code, high: Code): Code => [
  ...low,
  ...high,
  0xfd,
  13,
  ...Array.from({ length: 16 }, (_, index) => (index < 8 ? index : index + 8)),
];

/** Nothing is aligned to more than its elements. */
const alignment = 2;
export const load = (at: Code, offset = 0): Code => [...at, 0xfd, 0, alignment, ...unsigned(offset)];
export const store = (at: Code, offset: number, value: Code): Code => [
  ...at,
  ...value,
  0xfd,
  11,
  alignment,
  ...unsigned(offset),
];
/** Two of four bytes each, and zeros behind them. */
export const loadHalf = (at: Code, offset = 0): Code => [...at, 0xfd, 93, alignment, ...unsigned(offset)];
export const storeHalf = (at: Code, offset: number, value: Code): Code => [
  ...at,
  ...value,
  0xfd,
  91,
  alignment,
  ...unsigned(offset),
  0,
];
export const loadInt = (at: Code, offset = 0): Code => [...at, 0x28, 2, ...unsigned(offset)];
export const storeInt = (at: Code, offset: number, value: Code): Code => [
  ...at,
  ...value,
  0x36,
  2,
  ...unsigned(offset),
];
export const andInt = (a: Code, b: Code): Code => [...a, ...b, 0x71];
export const orInt = (a: Code, b: Code): Code => [...a, ...b, 0x72];
export const xorInt = (a: Code, b: Code): Code => [...a, ...b, 0x73];
export const shrUInt = (a: Code, b: Code): Code => [...a, ...b, 0x76];
