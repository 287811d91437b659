import type { Container, HeaderTensor } from '../container/container';
import type { Storage } from './checkpoint';
import { noNotes } from './openTensor';
import { stringRepr } from './pythonText';
import { cutText } from './reprText';
import { wholeRecord } from './storageTable';
import { contiguousStride } from './strides';
import type { Walk } from './walk';

/** Lists tensors that the container itself describes (safetensors, numpy) and its metadata; the storages that they lie in. */
export function listHeader(container: Container, base: number | null, walk: Walk): Storage[] {
  const storages = container.tensors.map((tensor, index) => headerStorage(tensor, index, container, base));
  container.tensors.forEach((tensor, index) => {
    const { name, dtype, shape, columnMajor, bigEndian } = tensor;
    walk.addEntry({
      kind: 'tensor',
      path: container.kind === 'npy' ? [] : [name],
      shape,
      dtype,
      device: null,
      stride: columnMajor ? contiguousStride(shape.toReversed()).reverse() : contiguousStride(shape),
      offset: 0,
      layout: 'strided',
      requiresGrad: false,
      role: null,
      parameter: null,
      storage: storages[index] ?? null,
      notes: bigEndian ? ['big-endian'] : noNotes,
      bytes: storages[index]?.bytes ?? 0,
      node: null,
    });
  });
  for (const [name, text] of container.metadata) {
    const repr = cutText(stringRepr(text));
    walk.addEntry({ kind: 'value', path: ['.metadata', name], type: 'str', repr, node: null });
  }
  return storages;
}

function headerStorage(tensor: HeaderTensor, index: number, container: Container, base: number | null): Storage {
  const { record, skip } = tensor;
  const isPlain = record.position !== null && base !== null && !record.packed;
  return {
    index,
    key: tensor.name,
    section: '',
    bytes: Math.max(record.size - skip, 0),
    dtype: tensor.dtype,
    device: null,
    record: wholeRecord(record),
    container,
    position: isPlain ? base + record.position + skip : null,
    ...(skip > 0 && { skip }),
  };
}
