import { dtypes } from '../checkpoint/dtypes';
import type { ByteSource } from '../bytes/byteSource';
import type { Finding } from '../findings';
import type { HeaderTensor } from './container';
import { rawRecordWithin } from './rawRecord';

/** Names in the header: torch's name and bits per element. */
const headerDtypes: ReadonlyMap<string, { readonly torch: string; readonly bits: number }> = new Map([
  ...(
    [
      ['BOOL', 'bool'],
      ['U8', 'uint8'],
      ['I8', 'int8'],
      ['F8_E5M2', 'float8_e5m2'],
      ['F8_E4M3', 'float8_e4m3fn'],
      ['F8_E8M0', 'float8_e8m0fnu'],
      ['F8_E4M3FNUZ', 'float8_e4m3fnuz'],
      ['F8_E5M2FNUZ', 'float8_e5m2fnuz'],
      ['I16', 'int16'],
      ['U16', 'uint16'],
      ['F16', 'float16'],
      ['BF16', 'bfloat16'],
      ['I32', 'int32'],
      ['U32', 'uint32'],
      ['F32', 'float32'],
      ['C64', 'complex64'],
      ['F64', 'float64'],
      ['I64', 'int64'],
      ['U64', 'uint64'],
    ] as const
  ).map(([name, torch]) => [name, { torch, bits: 8 * (dtypes.get(torch)?.size ?? 0) }] as const),
  ['F4', { torch: 'float4_e2m1fn_x2', bits: 4 }],
  // torch has no such dtypes.
  ['F6_E2M3', { torch: 'f6_e2m3', bits: 6 }],
  ['F6_E3M2', { torch: 'f6_e3m2', bits: 6 }],
]);

/** Names that the header gives torch's dtypes, in the format's own order. */
export const safetensorsDtypes: ReadonlyMap<string, string> = new Map(
  [...headerDtypes].flatMap(([name, { torch }]) => (dtypes.has(torch) ? [[torch, name] as const] : [])),
);

interface TensorInfo {
  readonly name: string;
  readonly dtype: string;
  readonly bits: number;
  readonly shape: readonly number[];
  /** Relative to the end of the header. */
  readonly begin: number;
  readonly end: number;
}

/**
 * The tensors of a header, in file order. An entry that makes no sense is left out, with a finding.
 * @param dataStart Position of the end of the header.
 */
export function readTensors(
  source: ByteSource,
  entries: readonly (readonly [string, unknown])[],
  dataStart: number,
): { readonly tensors: HeaderTensor[]; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const infos: TensorInfo[] = [];
  for (const [name, value] of entries) {
    const info = tensorInfo(name, value);
    if (info === null) findings.push({ severity: 'error', code: 'tensor-entry-invalid', entry: name });
    else infos.push(info);
  }
  infos.sort((a, b) => a.begin - b.begin || a.end - b.end);
  findings.push(...sizeFindings(infos), ...layoutFindings(infos), ...endFindings(source, infos, dataStart));
  return { tensors: infos.map((info) => headerTensor(source, info, dataStart)), findings };
}

function headerTensor(source: ByteSource, info: TensorInfo, dataStart: number): HeaderTensor {
  return {
    name: info.name,
    dtype: info.dtype,
    shape: info.dtype === 'float4_e2m1fn_x2' ? halvedLast(info.shape) : info.shape,
    columnMajor: false,
    bigEndian: false,
    record: rawRecordWithin(source, info.name, dataStart + info.begin, info.end - info.begin),
    skip: 0,
  };
}

/** torch counts bytes, two numbers each; the header counts numbers. */
function halvedLast(shape: readonly number[]): readonly number[] {
  return shape.map((size, i) => (i === shape.length - 1 ? size / 2 : size));
}

function tensorInfo(name: string, value: unknown): TensorInfo | null {
  if (!isRecord(value)) return null;
  const { dtype: dtypeName, shape, data_offsets: offsets } = value;
  const dtype = typeof dtypeName === 'string' ? headerDtypes.get(dtypeName) : undefined;
  if (dtype === undefined || !areCounts(shape) || !areCounts(offsets) || offsets.length !== 2) return null;
  const [begin = 0, end = 0] = offsets;
  return begin > end ? null : { name, dtype: dtype.torch, bits: dtype.bits, shape, begin, end };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function areCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

function sizeFindings(infos: readonly TensorInfo[]): Finding[] {
  return infos.flatMap(({ name, bits, shape, begin, end }): Finding[] => {
    const expected = (shape.reduce((product, size) => product * size, 1) * bits) / 8;
    return end - begin === expected
      ? []
      : [{ severity: 'error', code: 'tensor-size', entry: name, args: [end - begin, expected] }];
  });
}

/** Tensors must lie one behind the other, from the end of the header on. The first that does not. */
function layoutFindings(infos: readonly TensorInfo[]): Finding[] {
  let expected = 0;
  for (const { name, begin, end } of infos) {
    if (begin !== expected) {
      return [{ severity: 'error', code: 'tensor-offsets', entry: name, args: [begin, expected] }];
    }
    expected = end;
  }
  return [];
}

function endFindings(source: ByteSource, infos: readonly TensorInfo[], dataStart: number): Finding[] {
  const end = infos.reduce((last, info) => Math.max(last, info.end), 0) + dataStart;
  if (end > source.size) return [{ severity: 'error', code: 'cut-file', args: [source.size, end] }];
  if (end === source.size) return [];
  return [{ severity: 'error', code: 'trailing-bytes', offset: end, args: [source.size - end] }];
}
