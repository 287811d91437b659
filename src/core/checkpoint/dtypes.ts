/** What a dtype's numbers are, as far as reading and showing them goes. */
export type DtypeClass = 'float' | 'complex' | 'int' | 'bool' | 'quantized' | 'bits';

export interface Dtype {
  /** torch's name without `torch.`. */
  readonly name: string;
  /** Bytes per element. */
  readonly size: number;
  readonly class: DtypeClass;
  /** Name of the typed storage class; null for the dtypes that only untyped storages hold (torch-format.md 3). */
  readonly storage: string | null;
}

const rows: readonly (readonly [name: string, size: number, dtypeClass: DtypeClass, storage: string | null])[] = [
  ['float64', 8, 'float', 'DoubleStorage'],
  ['float32', 4, 'float', 'FloatStorage'],
  ['float16', 2, 'float', 'HalfStorage'],
  ['bfloat16', 2, 'float', 'BFloat16Storage'],
  ['int64', 8, 'int', 'LongStorage'],
  ['int32', 4, 'int', 'IntStorage'],
  ['int16', 2, 'int', 'ShortStorage'],
  ['int8', 1, 'int', 'CharStorage'],
  ['uint8', 1, 'int', 'ByteStorage'],
  ['bool', 1, 'bool', 'BoolStorage'],
  ['complex128', 16, 'complex', 'ComplexDoubleStorage'],
  ['complex64', 8, 'complex', 'ComplexFloatStorage'],
  ['qint8', 1, 'quantized', 'QInt8Storage'],
  ['quint8', 1, 'quantized', 'QUInt8Storage'],
  ['qint32', 4, 'quantized', 'QInt32Storage'],
  ['quint4x2', 1, 'quantized', 'QUInt4x2Storage'],
  ['quint2x4', 1, 'quantized', 'QUInt2x4Storage'],
  ['float8_e4m3fn', 1, 'float', null],
  ['float8_e5m2', 1, 'float', null],
  ['float8_e4m3fnuz', 1, 'float', null],
  ['float8_e5m2fnuz', 1, 'float', null],
  ['float8_e8m0fnu', 1, 'float', null],
  ['float4_e2m1fn_x2', 1, 'float', null],
  ['uint16', 2, 'int', null],
  ['uint32', 4, 'int', null],
  ['uint64', 8, 'int', null],
  ['complex32', 4, 'complex', null],
  ['bcomplex32', 4, 'complex', null],
  ['bits8', 1, 'bits', null],
  ['bits16', 2, 'bits', null],
  ['bits1x8', 1, 'bits', null],
  ['bits2x4', 1, 'bits', null],
  ['bits4x2', 1, 'bits', null],
  ['int1', 1, 'int', null],
  ['int2', 1, 'int', null],
  ['int3', 1, 'int', null],
  ['int4', 1, 'int', null],
  ['int5', 1, 'int', null],
  ['int6', 1, 'int', null],
  ['int7', 1, 'int', null],
  ['uint1', 1, 'int', null],
  ['uint2', 1, 'int', null],
  ['uint3', 1, 'int', null],
  ['uint4', 1, 'int', null],
  ['uint5', 1, 'int', null],
  ['uint6', 1, 'int', null],
  ['uint7', 1, 'int', null],
];

/** Every dtype that torch 2.14 has, by its name. */
export const dtypes: ReadonlyMap<string, Dtype> = new Map(
  rows.map(([name, size, dtypeClass, storage]) => [name, { name, size, class: dtypeClass, storage }]),
);

/** Other names of `torch.<name>`: one dtype object has several. */
const dtypeAliases: ReadonlyMap<string, string> = new Map([
  ['double', 'float64'],
  ['float', 'float32'],
  ['half', 'float16'],
  ['long', 'int64'],
  ['int', 'int32'],
  ['short', 'int16'],
  ['cdouble', 'complex128'],
  ['cfloat', 'complex64'],
  ['chalf', 'complex32'],
  ['bit', 'uint1'],
]);

/** The dtype that `torch.<name>` is, aliases normalised; undefined when it is none. */
export function dtypeNamed(name: string): Dtype | undefined {
  return dtypes.get(dtypeAliases.get(name) ?? name);
}

const byStorage: ReadonlyMap<string, Dtype> = new Map(
  [...dtypes.values()].flatMap((dtype) => (dtype.storage === null ? [] : [[dtype.storage, dtype] as const])),
);

/** The dtype of a typed storage class (`FloatStorage`), whatever its module; undefined for `UntypedStorage` and others. */
export function dtypeOfStorage(className: string): Dtype | undefined {
  return byStorage.get(className);
}

/** The dtype of an old tensor class (`FloatTensor`), as torch 0.1 pickled them; undefined for others. */
export function dtypeOfTensorClass(className: string): Dtype | undefined {
  return className.endsWith('Tensor') ? byStorage.get(`${className.slice(0, -'Tensor'.length)}Storage`) : undefined;
}
