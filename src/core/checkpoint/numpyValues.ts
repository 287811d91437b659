import { isNode, NodeKind, type Value } from '../pickle/values';
import { argumentsOf, asCall, asItems, asText } from './arguments';
import { leaf, type KnownCall, type Shower } from './meaning';
import { floatRepr, stringRepr } from './pythonText';

interface NumpyDtype {
  /** `float32`, `<U2`, `object`. */
  readonly name: string;
  /** One letter of `numpy.dtype.kind`. */
  readonly kind: string;
  /** Bytes per element; 0 where the name does not say. */
  readonly size: number;
  readonly bigEndian: boolean;
}

const kindNames: ReadonlyMap<string, string> = new Map([
  ['f', 'float'],
  ['i', 'int'],
  ['u', 'uint'],
  ['c', 'complex'],
]);

/** `numpy.dtype('f4', False, True)` and BUILD `(3, '<', …)`. */
function dtypeOf(value: Value | undefined): NumpyDtype | null {
  const call = asCall(value);
  const code = call === null ? null : asText(argumentsOf(call)[0]);
  if (call === null || code === null) {
    return null;
  }
  const state = asItems(call.state) ?? [];
  const order = asText(state[1]) ?? '|';
  const match = /^([a-zA-Z])(\d*)$/.exec(code);
  const kind = match?.[1] ?? '';
  const size = Number(match?.[2] ?? '');
  const names = asItems(state[3])?.map((name) => asText(name) ?? '');
  return {
    name: names ? `[${names.join(', ')}]` : dtypeName(code, kind, size, order),
    kind,
    size,
    bigEndian: order === '>',
  };
}

function dtypeName(code: string, kind: string, size: number, order: string): string {
  const name = kindNames.get(kind);
  if (name !== undefined) {
    return `${order === '>' ? '>' : ''}${name}${String(size * 8)}`;
  }
  switch (kind) {
    case 'b':
      return 'bool';
    case 'O':
      return 'object';
    case 'M':
      return 'datetime64';
    case 'm':
      return 'timedelta64';
    case 'S':
      return code;
    default:
      return `${order === '|' ? '' : order}${code}`;
  }
}

const dtype: KnownCall = (call) => {
  const found = dtypeOf(call);
  return found === null ? null : leaf('numpy.dtype', `dtype(${stringRepr(found.name)})`);
};

function halfFloat(bits: number): number {
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0x1f) {
    return fraction === 0 ? sign * Infinity : NaN;
  }
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

/** The shortest decimal that gives the float32 back. */
function shortest32(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) {
      return floatRepr(short);
    }
  }
  return floatRepr(Number(value.toPrecision(9)));
}

/** Python's text for one element. */
function elementText({ kind, size, bigEndian }: NumpyDtype, bytes: Uint8Array): string | null {
  if (size === 0 || bytes.length < size) {
    return null;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, size);
  const little = !bigEndian;
  switch (`${kind}${String(size)}`) {
    case 'f2':
      return floatRepr(halfFloat(view.getUint16(0, little)));
    case 'f4':
      return shortest32(view.getFloat32(0, little));
    case 'f8':
      return floatRepr(view.getFloat64(0, little));
    case 'i1':
      return String(view.getInt8(0));
    case 'i2':
      return String(view.getInt16(0, little));
    case 'i4':
      return String(view.getInt32(0, little));
    case 'i8':
      return String(view.getBigInt64(0, little));
    case 'u1':
      return String(view.getUint8(0));
    case 'u2':
      return String(view.getUint16(0, little));
    case 'u4':
      return String(view.getUint32(0, little));
    case 'u8':
      return String(view.getBigUint64(0, little));
    default:
      return null;
  }
}

/** `numpy.core.multiarray.scalar(dtype, bytes)`. */
const scalar: KnownCall = (call, shower) => {
  const [dtypeValue, content] = argumentsOf(call);
  const found = dtypeOf(dtypeValue);
  if (found === null) {
    return null;
  }
  const bytes = shower.bytes(content);
  if (found.name === 'bool' && bytes !== null) {
    return leaf('numpy.bool', bytes[0] === 0 ? 'np.False_' : 'np.True_');
  }
  const text = bytes === null ? null : elementText(found, bytes);
  const type =
    found.kind === 'U' ? 'numpy.str_' : found.kind === 'S' ? 'numpy.bytes_' : `numpy.${found.name.replace('>', '')}`;
  return leaf(
    type,
    `np.${type.slice('numpy.'.length)}(${text ?? (content === undefined ? '' : shower.repr(content))})`,
  );
};

function arrayText(shape: string, dtypeName: string): string {
  return `ndarray(shape=${shape}, dtype=${dtypeName})`;
}

/** An array of objects has entries: anything may stand in it. */
function array(
  shapeValue: Value,
  dtypeValue: Value,
  content: Value,
  own: readonly Value[],
  shower: Shower,
): ReturnType<KnownCall> {
  const found = dtypeOf(dtypeValue);
  const shape = isNode(shapeValue) && shapeValue.kind !== NodeKind.Tuple ? null : shower.repr(shapeValue);
  if (shape === null || found === null) {
    return null;
  }
  const text = arrayText(shape, found.name);
  const items = found.name === 'object' ? asItems(content) : null;
  if (items === null) {
    return leaf('numpy.ndarray', text);
  }
  return {
    kind: 'branch',
    type: 'numpy.ndarray',
    role: 'sequence',
    children: shower.sequence(items),
    empty: text,
    own,
  };
}

/** `_reconstruct(ndarray, (0,), b'b')` and BUILD `(1, shape, dtype, is_fortran, data)`. */
const reconstruct: KnownCall = (call, shower) => {
  const state = asItems(call.state) ?? [];
  // Before version 1 of the state there was no number at the front.
  const [shape, dtypeValue, , content] = typeof state[0] === 'number' ? state.slice(1) : state;
  if (shape === undefined || dtypeValue === undefined || content === undefined) {
    return null;
  }
  return array(shape, dtypeValue, content, [call.callee, call.args, dtypeValue], shower);
};

/** Protocol 5: `_frombuffer(buffer, dtype, shape, 'C')`. */
const fromBuffer: KnownCall = (call, shower) => {
  const [content, dtypeValue, shape] = argumentsOf(call);
  if (shape === undefined || dtypeValue === undefined || content === undefined) {
    return null;
  }
  return array(shape, dtypeValue, content, [call.callee, dtypeValue], shower);
};

export const numpyCalls: readonly (readonly [string, KnownCall])[] = [
  ['numpy.dtype', dtype],
  ['numpy._core.multiarray.scalar', scalar],
  ['numpy._core.multiarray._reconstruct', reconstruct],
  ['numpy._core.numeric._frombuffer', fromBuffer],
];
