import {
  addF32,
  addF64,
  addI32,
  addInt,
  and,
  andInt,
  demote,
  doubles,
  eqI32,
  f64OfI32,
  f32OfI32,
  f64OfU32,
  floats,
  get,
  int,
  ints,
  joined,
  lessF32,
  load,
  loadHalf,
  loadInt,
  loopWhile,
  mulF32,
  mulF64,
  not,
  or,
  orInt,
  promote,
  relaxedFused,
  select,
  set,
  shl,
  shrS,
  shrU,
  shrUInt,
  splatF32,
  splatF64,
  sqrtF32,
  store,
  storeHalf,
  storeInt,
  subF32,
  subF64,
  subI32,
  subInt,
  truncF32,
  upperHalf,
  xor,
  xorInt,
  type Code,
} from './wasmBytes';
import { cephes } from './cephes';

const less = (a: Code, b: Code): Code => [...a, ...b, 0x49];
const words = 624;
const middle = 397;

/** The next state from the one in memory: as `Mt19937.twist`, four words at a time where none waits for another. */
export const twistCode = { locals: ['at', 'first'], body: twist() } as const;

function twist(): Code {
  const at = 0;
  const mixed = or(and(load(get(at)), ints(-0x8000_0000)), and(load(get(at), 4), ints(0x7fff_ffff)));
  const matrix = and(subI32(ints(0), and(load(get(at), 4), ints(1))), ints(0x9908_b0df | 0));
  const four = (from: number): Code =>
    store(get(at), 0, xor(xor(load(addInt(get(at), int(from * 4))), shrU(mixed, int(1))), matrix));
  const loop = (step: Code, by: number, end: number): Code =>
    loopWhile([...step, ...set(at, addInt(get(at), int(by)))], less(get(at), int(end)));
  const one = (from: number, next: Code): Code => {
    const joinedWord = orInt(andInt(loadInt(get(at)), int(-0x8000_0000)), andInt(next, int(0x7fff_ffff)));
    const twisted = andInt(subInt(int(0), andInt(next, int(1))), int(0x9908_b0df | 0));
    return storeInt(
      get(at),
      0,
      xorInt(xorInt(loadInt(addInt(get(at), int(from * 4))), shrUInt(joinedWord, int(1))), twisted),
    );
  };
  return [
    ...set(at, int(0)),
    // 224 of the first 227, then three by themselves; 396 more, and the last, whose next is the first.
    ...loop(four(middle), 16, 224 * 4),
    ...loop(one(middle, loadInt(get(at), 4)), 4, (words - middle) * 4),
    ...loop(four(middle - words), 16, (words - 1) * 4),
    ...one(middle - words, loadInt(int(0))),
  ];
}

/** Parameters: address of the first word, of the first number, behind the last number; scale, low. */
export const uniformCode: Code = uniform();

function uniform(): Code {
  const [from, to, end, scale, low, word, scales, lows] = [0, 1, 2, 3, 4, 5, 6, 7];
  const half = (value: Code): Code => demote(addF64(mulF64(f64OfU32(value), get(scales)), get(lows)));
  const step = [
    ...set(word, load(get(from))),
    ...set(word, xor(get(word), shrU(get(word), int(11)))),
    ...set(word, xor(get(word), and(shl(get(word), int(7)), ints(0x9d2c_5680 | 0)))),
    ...set(word, xor(get(word), and(shl(get(word), int(15)), ints(0xefc6_0000 | 0)))),
    ...set(word, and(xor(get(word), shrU(get(word), int(18))), ints(0xff_ffff))),
    ...store(get(to), 0, joined(half(get(word)), half(upperHalf(get(word))))),
    ...set(from, addInt(get(from), int(16))),
    ...set(to, addInt(get(to), int(16))),
  ];
  return [
    ...set(scales, splatF64(get(scale))),
    ...set(lows, splatF64(get(low))),
    ...loopWhile(step, less(get(to), get(end))),
  ];
}

/**
 * Numbers of float32 in vectors: with fused multiply-adds where the processor has them, else two at a time in double,
 * rounded after each step. Both give the same bits.
 */
interface Arithmetic {
  /** Bytes of the numbers that one vector holds. */
  readonly width: number;
  readonly load: (at: Code, offset: number) => Code;
  readonly store: (at: Code, offset: number, value: Code) => Code;
  readonly constant: (value: number) => Code;
  /** Of a parameter in double. */
  readonly splat: (value: Code) => Code;
  readonly ofInts: (value: Code) => Code;
  readonly ofSingle: (value: Code) => Code;
  readonly toSingle: (value: Code) => Code;
  readonly mul: (a: Code, b: Code) => Code;
  readonly add: (a: Code, b: Code) => Code;
  readonly sub: (a: Code, b: Code) => Code;
  /** `a · b + c`, rounded once. */
  readonly fused: (a: Code, b: Code, c: Code) => Code;
}

const rounded = (value: Code): Code => promote(demote(value));

const inDouble: Arithmetic = {
  width: 8,
  load: loadHalf,
  store: storeHalf,
  constant: doubles,
  splat: (value) => splatF64(value),
  ofInts: (value) => f64OfI32(value),
  ofSingle: (value) => promote(value),
  toSingle: (value) => demote(value),
  mul: (a, b) => rounded(mulF64(a, b)),
  add: (a, b) => rounded(addF64(a, b)),
  sub: (a, b) => rounded(subF64(a, b)),
  fused: (a, b, c) => rounded(addF64(mulF64(a, b), c)),
};

const inSingle: Arithmetic = {
  width: 16,
  load,
  store,
  constant: floats,
  splat: splatF32,
  ofInts: (value) => f32OfI32(value),
  ofSingle: (value) => value,
  toSingle: (value) => value,
  mul: mulF32,
  add: addF32,
  sub: subF32,
  fused: relaxedFused,
};

/** Parameters: address of the first number, behind the last; mean, std. As `toNormal`, several pairs at a time. */
export const normalCode = { locals: normalLocals(), inDouble: normal(inDouble), inSingle: normal(inSingle) } as const;

function normalLocals(): readonly string[] {
  return ['unit', 'word', 'low', 'radius', 'angle', 'octant', 'x', 'z', 'y', 'even', 'odd', 'sine', 'cosine'];
}

function normal(arithmetic: Arithmetic): Code {
  const [at, end, mean, std, means, stds] = [0, 1, 2, 3, 4, 5];
  const { width, fused, ofSingle, toSingle } = arithmetic;
  const names = normalLocals();
  const of = (name: string): Code => get(6 + names.indexOf(name));
  const put = (name: string, value: Code): Code => set(6 + names.indexOf(name), value);
  const placed = (value: string): Code =>
    toSingle(fused(ofSingle(mulF32(of('radius'), of(value))), get(stds), get(means)));
  const pairs = (offset: number): Code => [
    ...put('unit', subF32(floats(1), arithmetic.load(get(at), offset))),
    ...radiusCode(arithmetic, of, put),
    ...put('angle', mulF32(arithmetic.load(get(at), offset + 32), floats(cephes.twoPi))),
    ...angleCode(arithmetic, of, put),
    ...arithmetic.store(get(at), offset, placed('cosine')),
    ...arithmetic.store(get(at), offset + 32, placed('sine')),
  ];
  const offsets = Array.from({ length: 32 / width }, (_, index) => index * width);
  const step = [...offsets.flatMap(pairs), ...set(at, addInt(get(at), int(64)))];
  return [
    ...set(means, arithmetic.splat(get(mean))),
    ...set(stds, arithmetic.splat(get(std))),
    ...loopWhile(step, less(get(at), get(end))),
  ];
}

type Of = (name: string) => Code;
type Put = (name: string, value: Code) => Code;

function horner({ constant, fused }: Arithmetic, of: Of, put: Put, [name, by]: readonly [string, string]) {
  return ([first, ...rest]: readonly number[]): Code => [
    ...put(name, constant(first ?? 0)),
    ...rest.flatMap((next) => put(name, fused(of(name), of(by), constant(next)))),
  ];
}

/** `√(−2 ln unit)` */
function radiusCode(arithmetic: Arithmetic, of: Of, put: Put): Code {
  const { constant, fused, mul, add, sub, ofInts, ofSingle, toSingle } = arithmetic;
  const { log, ln2 } = cephes;
  return [
    ...put('word', subI32(shrS(of('unit'), int(23)), ints(126))),
    ...put('unit', or(and(of('unit'), ints(0x807f_ffff | 0)), ints(0x3f00_0000))),
    ...put('low', lessF32(of('unit'), floats(cephes.rootOfHalf))),
    // A mask of ones is −1.
    ...put('word', addI32(of('word'), of('low'))),
    ...put('x', ofSingle(addF32(subF32(of('unit'), floats(1)), and(of('unit'), of('low'))))),
    ...put('z', mul(of('x'), of('x'))),
    ...horner(arithmetic, of, put, ['y', 'x'])(log),
    ...put('y', mul(of('y'), of('x'))),
    ...put('even', ofInts(of('word'))),
    ...put('y', fused(of('y'), of('z'), mul(of('even'), constant(ln2.low)))),
    ...put('y', sub(of('y'), mul(of('z'), constant(0.5)))),
    ...put('y', fused(of('even'), constant(ln2.high), add(of('x'), of('y')))),
    ...put('radius', sqrtF32(mulF32(toSingle(of('y')), floats(-2)))),
  ];
}

/** Sine and cosine of `angle`, by the octant that it is in. */
function angleCode(arithmetic: Arithmetic, of: Of, put: Put): Code {
  const { constant, fused, mul, add, ofInts, ofSingle, toSingle } = arithmetic;
  const { sine, cosine, reductions } = cephes;
  return [
    ...put('octant', truncF32(mulF32(of('angle'), floats(cephes.fourOverPi)))),
    ...put('octant', and(addI32(of('octant'), ints(1)), ints(~1))),
    ...put('y', ofInts(of('octant'))),
    ...put('x', ofSingle(of('angle'))),
    ...reductions.flatMap((part) => put('x', fused(of('y'), constant(part), of('x')))),
    ...put('z', mul(of('x'), of('x'))),
    ...horner(arithmetic, of, put, ['even', 'z'])(cosine),
    ...put('even', mul(of('even'), of('z'))),
    ...put('even', fused(of('even'), of('z'), mul(of('z'), constant(-0.5)))),
    ...put('even', toSingle(add(of('even'), constant(1)))),
    ...horner(arithmetic, of, put, ['odd', 'z'])(sine),
    ...put('odd', toSingle(fused(mul(of('odd'), of('z')), of('x'), of('x')))),
    ...put('low', eqI32(and(of('octant'), ints(2)), ints(0))),
    ...put('sine', select(of('odd'), of('even'), of('low'))),
    ...put('cosine', select(of('even'), of('odd'), of('low'))),
    ...put('sine', xor(of('sine'), shl(and(of('octant'), ints(4)), int(29)))),
    ...put('cosine', xor(of('cosine'), shl(and(not(subI32(of('octant'), ints(2))), ints(4)), int(29)))),
  ];
}
