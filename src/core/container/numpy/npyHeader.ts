import { CheckpointError } from '../../errors';
import { latin1, startsWith } from '../format';

/** `\x93NUMPY` */
export const npySignature = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** Bytes that say how long the header is. */
export const npyPrefix = 12;
/** numpy itself refuses to evaluate more than 10,000. */
export const largestNpyHeader = 64 << 10;

export interface NpyHeader {
  /** Bytes before the first element. */
  readonly length: number;
  /** torch's name without `torch.`; numpy's type string where torch has none. */
  readonly dtype: string;
  /** Bytes per element; 0 for objects, which are pickled. */
  readonly itemSize: number;
  readonly bigEndian: boolean;
  readonly objects: boolean;
  readonly columnMajor: boolean;
  readonly shape: readonly number[];
}

/** Bytes before the first element, from the first bytes of a file; null when they are no `.npy`. */
export function npyHeaderLength(bytes: Uint8Array): number | null {
  if (!startsWith(bytes, npySignature) || bytes.length < npyPrefix) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = bytes[6] === 1 ? 10 + view.getUint16(8, true) : 12 + view.getUint32(8, true);
  return length > largestNpyHeader ? null : length;
}

/**
 * Reads the header: a Python dict literal with three keys.
 * @param bytes The header, from the signature on.
 * @throws CheckpointError `malformed-numpy`
 */
export function parseNpyHeader(bytes: Uint8Array): NpyHeader {
  const length = npyHeaderLength(bytes);
  if (length === null || length > bytes.length) throw malformed('the header is cut');
  const text = latin1(bytes.subarray(bytes[6] === 1 ? 10 : 12, length));
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const dimensions = /'shape'\s*:\s*\(([\d,\sL]*)\)/.exec(text)?.[1];
  if (order === undefined || dimensions === undefined) throw malformed('the header lacks its keys');
  const shape = (dimensions.match(/\d+/g) ?? []).map(Number);
  if (!shape.every(Number.isSafeInteger)) throw malformed('the shape');
  const simple = /'descr'\s*:\s*'([<>|=]?)(\w+)((?:\[\w+\])?)'/.exec(text);
  const [, byteOrder = '', type = '', unit = ''] = simple ?? [];
  return {
    length,
    ...dtypeOf(type, unit),
    bigEndian: byteOrder === '>',
    columnMajor: order === 'True',
    shape,
  };
}

function malformed(detail: string): CheckpointError {
  return new CheckpointError('malformed-numpy', { detail });
}

const torchNames: Readonly<Record<string, string>> = {
  b1: 'bool',
  u1: 'uint8',
  i1: 'int8',
  u2: 'uint16',
  i2: 'int16',
  f2: 'float16',
  u4: 'uint32',
  i4: 'int32',
  f4: 'float32',
  u8: 'uint64',
  i8: 'int64',
  f8: 'float64',
  c8: 'complex64',
  c16: 'complex128',
};

/** @param type numpy's type string without byte order; '' for a structured type. */
function dtypeOf(type: string, unit: string): Pick<NpyHeader, 'dtype' | 'itemSize' | 'objects'> {
  if (type === '') return { dtype: 'struct', itemSize: 0, objects: false };
  if (type.startsWith('O')) return { dtype: 'object', itemSize: 0, objects: true };
  const size = Number(type.slice(1));
  // Unicode counts code points of four bytes.
  const itemSize = Number.isSafeInteger(size) ? (type.startsWith('U') ? 4 * size : size) : 0;
  return { dtype: torchNames[type] ?? `${type}${unit}`, itemSize, objects: false };
}
