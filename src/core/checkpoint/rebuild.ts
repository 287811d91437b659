import type { PyCall, Value } from '../pickle/values';
import { elementsOf } from './aliases';
import { argumentsOf, asCall, asItems, dictEntries, integer, integers, lookUp, truth, Unreadable } from './arguments';
import { dtypeOfTensorClass } from './dtypes';
import { contiguousStride } from './strides';
import type { TensorReader } from './tensorReader';
import { detachedTensor, elementSize, stridedTensor, type OpenTensor } from './openTensor';

/** Makes the tensor that a call gives. @throws Unreadable when its arguments make none. */
export type Rebuild = (reader: TensorReader, args: readonly Value[], call: PyCall) => OpenTensor;

function withNote(spec: OpenTensor, ...notes: readonly string[]): OpenTensor {
  return { ...spec, notes: [...spec.notes, ...notes] };
}

/** `{'conj': True}` and `{'neg': True}`: bits that torch keeps beside the numbers. */
function withBits(spec: OpenTensor, metadata: Value | undefined): OpenTensor {
  const entries = dictEntries(metadata);
  const bits = entries === null ? [] : ['conj', 'neg'].filter((bit) => truth(lookUp(entries, bit)));
  return bits.length === 0 ? spec : withNote(spec, ...bits);
}

// Read by index: of all functions here, these two are called once for each of a hundred thousand tensors.
const rebuildTensor: Rebuild = (reader, args) => {
  const storage = reader.storage(args[0]);
  const spec = stridedTensor(
    storage,
    storage.dtype ?? 'uint8',
    integer(args[1]),
    integers(args[2]),
    integers(args[3]),
    truth(args[4]),
  );
  return args.length <= 6 ? spec : withBits(spec, args[6]);
};

const rebuildTensorV3: Rebuild = (reader, args) => {
  const storage = reader.storage(args[0]);
  const spec = stridedTensor(
    storage,
    reader.dtype(args[6]),
    integer(args[1]),
    integers(args[2]),
    integers(args[3]),
    truth(args[4]),
  );
  return args.length <= 7 ? spec : withBits(spec, args[7]);
};

const rebuildParameter: Rebuild = (reader, [data, requiresGrad, , state]) => {
  const parameter: OpenTensor = { ...reader.tensor(data), requiresGrad: truth(requiresGrad), role: 'parameter' };
  return reader.withState(parameter, state);
};

const rebuildQuantized: Rebuild = (reader, [storageValue, offset, size, stride, parameters, requiresGrad]) => {
  const storage = reader.storage(storageValue);
  const spec = stridedTensor(
    storage,
    storage.dtype ?? 'quint8',
    integer(offset),
    integers(size),
    integers(stride),
    truth(requiresGrad),
  );
  const scheme = asItems(parameters)?.[0];
  const name = reader.nameOf(scheme);
  return withNote(spec, 'quantized', name.slice(name.lastIndexOf('.') + 1));
};

/** One entry that stands for several tensors: bytes are theirs together, the storage is that of the values. */
function composite(
  layout: string,
  shape: readonly number[],
  parts: readonly OpenTensor[],
  values: OpenTensor,
): OpenTensor {
  return {
    ...detachedTensor(values.dtype, shape, values.device, values.requiresGrad),
    layout,
    storage: values.storage,
    bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
  };
}

const rebuildSparse: Rebuild = (reader, [layoutValue, data]) => {
  const layout = reader.layout(layoutValue);
  const items = asItems(data) ?? [];
  if (layout === 'sparse_coo') {
    const indices = reader.tensor(items[0]);
    const values = reader.tensor(items[1]);
    return composite(layout, integers(items[2]), [indices, values], values);
  }
  const compressed = reader.tensor(items[0]);
  const plain = reader.tensor(items[1]);
  const values = reader.tensor(items[2]);
  return composite(layout, integers(items[3]), [compressed, plain, values], values);
};

const rebuildMeta: Rebuild = (reader, [dtype, size, stride, requiresGrad]) => ({
  ...detachedTensor(reader.dtype(dtype), integers(size), 'meta', truth(requiresGrad)),
  stride: integers(stride),
  offset: 0,
});

const rebuildWrapper: Rebuild = (
  reader,
  [type, dtype, size, stride, offset, layout, device, requiresGrad],
): OpenTensor => ({
  ...detachedTensor(reader.dtype(dtype), integers(size), reader.device(device), truth(requiresGrad)),
  stride: integers(stride),
  offset: integer(offset),
  layout: reader.layout(layout),
  notes: [reader.subclass(type) ?? 'subclass'],
});

/** Components of different shapes in one buffer; their sizes are numbers of another tensor, which is not read. */
const rebuildNested: Rebuild = (reader, [bufferValue, sizesValue]) => {
  const buffer = reader.tensor(bufferValue);
  const sizes = reader.tensor(sizesValue);
  const [components = 0, dimensions = 0] = sizes.shape;
  if (dimensions > 64) {
    throw new Unreadable('bad-shape');
  }
  return {
    ...composite('strided', [], [buffer, sizes], buffer),
    shape: [components, ...new Array<number>(dimensions).fill(-1)],
    notes: ['nested'],
  };
};

/** `values` of shape [total, …] cut at `offsets`: the dimension at `_ragged_idx` has a size of its own in each row. */
const rebuildJagged: Rebuild = (reader, [state]) => {
  const entries = dictEntries(state) ?? [];
  const values = reader.tensor(lookUp(entries, 'values'));
  const offsetsValue = lookUp(entries, 'offsets') ?? null;
  const offsets = reader.tensor(offsetsValue);
  const raggedIndex = integer(lookUp(entries, '_ragged_idx') ?? 1);
  const shape: number[] = [Math.max((offsets.shape[0] ?? 1) - 1, 0), ...values.shape];
  if (raggedIndex < 1 || raggedIndex >= shape.length) {
    throw new Unreadable('bad-arguments');
  }
  shape[raggedIndex] = -1;
  return {
    ...composite('jagged', [], [values, offsets], values),
    shape,
    ragged: reader.raggedName(offsetsValue),
    requiresGrad: truth(lookUp(entries, 'requires_grad')) || values.requiresGrad,
    notes: ['nested'],
  };
};

/** Devices without storages of their own: the numbers stand in a numpy array, which is no storage of the file. */
const rebuildFromNumpy: Rebuild = (reader, [array, dtypeValue, device, requiresGrad]) => {
  const dtype = reader.dtype(dtypeValue);
  const call = asCall(array);
  const state = asItems(call?.state);
  const shape = integers(state === null ? argumentsOf(call ?? missing())[2] : state[1]);
  return {
    ...detachedTensor(dtype, shape, reader.device(device), truth(requiresGrad)),
    stride: contiguousStride(shape),
    offset: 0,
    bytes: elementsOf(shape) * elementSize(dtype),
  };
};

function missing(): never {
  throw new Unreadable('bad-arguments');
}

const rebuildFromCpu: Rebuild = (reader, [data, dtype, device, requiresGrad]) => ({
  ...reader.tensor(data),
  dtype: reader.dtype(dtype),
  device: reader.device(device),
  requiresGrad: truth(requiresGrad),
});

const plainTensorClasses = new Set(['torch.Tensor', 'torch.nn.parameter.Parameter', 'torch.nn.parameter.Buffer']);

const rebuildFromType: Rebuild = (reader, [inner, type, args, state], call) => {
  const name = reader.nameOf(inner);
  if (!reader.isTensor(name)) {
    throw new Unreadable('bad-arguments');
  }
  const spec = reader.rebuild(name, asItems(args) ?? [], call);
  const subclass = reader.subclass(type);
  const attributes = dictEntries(asItems(state)?.[0] ?? state);
  const isBuffer =
    subclass === 'torch.nn.parameter.Buffer' || (attributes !== null && truth(lookUp(attributes, '_is_buffer')));
  const isNamed = subclass === null || plainTensorClasses.has(subclass) || spec.notes.includes(subclass);
  const tensor: OpenTensor = {
    ...spec,
    role: isBuffer ? 'buffer' : subclass === 'torch.nn.parameter.Parameter' ? 'parameter' : spec.role,
    notes: isNamed ? spec.notes : [...spec.notes, subclass],
  };
  return reader.withState(tensor, state ?? undefined);
};

/** `Parameter.__new__(Parameter, data, requires_grad)`; then BUILD by `Tensor.__setstate__`, as torch 0.1 to 0.3 wrote it. */
const oldParameter: Rebuild = (reader, [data, requiresGrad], { state }) => {
  const items = asItems(state) ?? [];
  // (data, _, hooks, requires_grad, _) or (requires_grad, _, hooks): `torch.Tensor.__setstate__`.
  const [value, grad] =
    items.length === 5 ? [items[0], items[3]] : [data, items.length === 3 ? items[0] : requiresGrad];
  return { ...reader.tensor(value ?? data), requiresGrad: grad === undefined || truth(grad), role: 'parameter' };
};

const uninitialized: Rebuild = (_reader, [requiresGrad]) => ({
  ...detachedTensor('float32', [0], null, truth(requiresGrad)),
  role: 'parameter',
  notes: ['uninitialized'],
});

/** By the name of what is called. */
export const rebuilds: ReadonlyMap<string, Rebuild> = new Map<string, Rebuild>([
  ['torch._utils._rebuild_tensor', rebuildTensor],
  ['torch._utils._rebuild_tensor_v2', rebuildTensor],
  ['torch._utils._rebuild_tensor_v3', rebuildTensorV3],
  ['torch._utils._rebuild_parameter', rebuildParameter],
  ['torch._utils._rebuild_parameter_with_state', rebuildParameter],
  ['torch._utils._rebuild_qtensor', rebuildQuantized],
  ['torch._utils._rebuild_sparse_tensor', rebuildSparse],
  ['torch._utils._rebuild_sparse_csr_tensor', rebuildSparse],
  ['torch._utils._rebuild_meta_tensor_no_storage', rebuildMeta],
  ['torch._utils._rebuild_wrapper_subclass', rebuildWrapper],
  ['torch._utils._rebuild_nested_tensor', rebuildNested],
  ['torch.nested._internal.nested_tensor._rebuild_njt', rebuildJagged],
  ['torch._utils._rebuild_device_tensor_from_numpy', rebuildFromNumpy],
  ['torch._utils._rebuild_xla_tensor', rebuildFromNumpy],
  ['torch._utils._rebuild_device_tensor_from_cpu_tensor', rebuildFromCpu],
  ['torch._tensor._rebuild_from_type_v2', rebuildFromType],
  ['torch._tensor._rebuild_from_type', rebuildFromType],
  ['torch.nn.parameter.Parameter', oldParameter],
  ['torch.autograd.variable.Variable', oldParameter],
  ['torch.nn.parameter.UninitializedParameter', uninitialized],
]);

const tensorClassName = /^torch\.(?:cuda\.)?(\w+Tensor|Tensor)$/;

/** The dtype of an old tensor class, null for `torch.Tensor` itself; undefined for what is none. */
export function tensorClass(name: string): string | null | undefined {
  const className = tensorClassName.exec(name)?.[1];
  if (className === undefined) {
    return undefined;
  }
  return className === 'Tensor' ? null : dtypeOfTensorClass(className)?.name;
}

/** `torch.FloatTensor()` and BUILD (storage, offset, size, stride): torch 0.1. */
export function oldTensor(reader: TensorReader, name: string, call: PyCall): OpenTensor {
  const items = asItems(call.state);
  if (items === null) {
    const dtype = tensorClass(name) ?? 'float32';
    return { ...detachedTensor(dtype, [0], 'cpu', false), stride: [1], offset: 0 };
  }
  const storage = reader.storage(items[0]);
  const dtype = tensorClass(name) ?? storage.dtype ?? 'float32';
  return stridedTensor(storage, dtype, integer(items[1]), integers(items[2]), integers(items[3]), false);
}
