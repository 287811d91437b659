import { elementsOf } from '../checkpoint/aliases';
import { argumentsOf, asCall, asItems, asText } from '../checkpoint/arguments';
import { contiguousStride } from '../checkpoint/strides';
import { narrow } from '../pickle/numbers';
import { PyBytes, PyFloat, PyStr, type PyCall, type Value } from '../pickle/values';
import { halfValue } from './half';
import type { SlotReader } from './slots';

interface NumpyType {
  /** One letter of `numpy.dtype.kind`. */
  readonly kind: string;
  /** Bytes per element; of texts characters. */
  readonly size: number;
  readonly bigEndian: boolean;
}

/** `numpy.dtype('f4', False, True)` and BUILD `(3, '<', …)`; null for structured types. */
function typeOf(value: Value | undefined): NumpyType | null {
  const call = asCall(value);
  const match = call === null ? null : /^([a-zA-Z])(\d+)$/.exec(asText(argumentsOf(call)[0]) ?? '');
  if (match === null) {
    return null;
  }
  return { kind: match[1] ?? '', size: Number(match[2]), bigEndian: asText(asItems(call?.state)?.[1]) === '>' };
}

/** What `scalar.item()` gives; null for scalars that Python has no plain value for. */
export function plainScalar(call: PyCall, reader: SlotReader): Value | undefined {
  const [typeValue, content] = argumentsOf(call);
  const type = typeOf(typeValue);
  const bytes = reader.bytesOf(content);
  if (type === null || bytes === null) {
    return undefined;
  }
  switch (type.kind) {
    case 'S':
      return new PyBytes('bytes', bytes);
    case 'U':
      return text(bytes, type.bigEndian);
    default:
      return bytes.length < type.size ? undefined : number(type, bytes);
  }
}

function text(bytes: Uint8Array, bigEndian: boolean): PyStr {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let characters = '';
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const code = view.getUint32(at, !bigEndian);
    characters += code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  }
  return new PyStr(characters.replace(/\0+$/, ''));
}

function number({ kind, size, bigEndian }: NumpyType, bytes: Uint8Array): Value | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, size);
  const little = !bigEndian;
  switch (`${kind}${String(size)}`) {
    case 'b1':
      return view.getUint8(0) !== 0;
    case 'f2':
      return new PyFloat(halfValue(view.getUint16(0, little)));
    case 'f4':
      return new PyFloat(view.getFloat32(0, little));
    case 'f8':
      return new PyFloat(view.getFloat64(0, little));
    case 'i1':
      return view.getInt8(0);
    case 'i2':
      return view.getInt16(0, little);
    case 'i4':
      return view.getInt32(0, little);
    case 'i8':
      return narrow(view.getBigInt64(0, little));
    case 'u1':
      return view.getUint8(0);
    case 'u2':
      return view.getUint16(0, little);
    case 'u4':
      return view.getUint32(0, little);
    case 'u8':
      return narrow(view.getBigUint64(0, little));
    default:
      return undefined;
  }
}

/** An array that torch can hold as a tensor. */
export interface PlainArray {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** In elements. */
  readonly stride: readonly number[];
  /** Little-endian. */
  readonly bytes: Uint8Array;
}

const torchTypes: ReadonlyMap<string, string> = new Map([
  ['f2', 'float16'],
  ['f4', 'float32'],
  ['f8', 'float64'],
  ['i1', 'int8'],
  ['i2', 'int16'],
  ['i4', 'int32'],
  ['i8', 'int64'],
  ['u1', 'uint8'],
  ['u2', 'uint16'],
  ['u4', 'uint32'],
  ['u8', 'uint64'],
  ['b1', 'bool'],
  ['c8', 'complex64'],
  ['c16', 'complex128'],
]);

/** What `torch.from_numpy` gives; null for arrays of other things, and for those left in the stream. */
export function plainArray(call: PyCall, name: string, reader: SlotReader): PlainArray | null {
  const isBuffer = name.endsWith('_frombuffer');
  const state = asItems(call.state) ?? [];
  const [shapeValue, typeValue, order, content] = isBuffer
    ? rotated(argumentsOf(call))
    : typeof state[0] === 'number'
      ? state.slice(1)
      : state;
  const type = typeOf(typeValue);
  const dtype = type === null ? undefined : torchTypes.get(`${type.kind}${String(type.size)}`);
  const bytes = reader.bytesOf(content);
  const shape = asItems(shapeValue);
  if (type === null || dtype === undefined || bytes === null || shape === null) {
    return null;
  }
  const sizes = shape.filter((size) => typeof size === 'number');
  if (sizes.length !== shape.length || elementsOf(sizes) * type.size !== bytes.length) {
    return null;
  }
  const isColumnMajor = order === true || asText(order) === 'F';
  return {
    dtype,
    shape: sizes,
    stride: isColumnMajor ? contiguousStride(sizes.toReversed()).toReversed() : contiguousStride(sizes),
    bytes: type.bigEndian ? swapped(bytes, type.kind === 'c' ? type.size / 2 : type.size) : bytes,
  };
}

/** `_frombuffer(buffer, dtype, shape, order)` in the order of the other form. */
function rotated([content, type, shape, order]: readonly Value[]): readonly (Value | undefined)[] {
  return [shape, type, order, content];
}

function swapped(bytes: Uint8Array, size: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (let at = 0; at < copy.length; at += size) {
    copy.subarray(at, at + size).reverse();
  }
  return copy;
}
