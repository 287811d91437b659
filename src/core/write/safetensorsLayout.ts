import type { Entry, Storage, TensorEntry } from '../checkpoint/checkpoint';
import { dtypeNamed } from '../checkpoint/dtypes';
import { keyOf } from '../checkpoint/path';
import { contiguousStride, isContiguous } from '../checkpoint/strides';
import { safetensorsDtypes } from '../container/safetensorsTensors';
import type { EditState } from '../edit/state';
import { CheckpointError } from '../errors';
import { bytesPart, planOf, type SavePart, type SavePlan } from './savePlan';
import { byteOrder, contentSize, type StorageContent } from './storageContent';
import { dropTied, refuseTied } from './tiedTensors';

/**
 * What becomes of tensors that share memory, which the format cannot say: they are refused, written once each, or, where
 * they are the same, left out and named in the metadata (as `safetensors.torch.save_model` does).
 */
export type TiedTensors = 'refuse' | 'copy' | 'drop';

/** A tensor with the name that it gets. */
export interface NamedTensor {
  readonly name: string;
  readonly entry: TensorEntry;
  readonly storage: Storage;
}

/** safetensors' own order: of dtypes from the last to the first, of names from the first to the last. */
const dtypeOrder: readonly string[] = [...safetensorsDtypes.keys()];
const lengthBytes = 8;

/**
 * A `.safetensors`, as the format's own library writes one (torch-format.md 1.8).
 * @throws CheckpointError `save-unsupported` with the first entry that is no plain tensor of a flat dict.
 */
export function planSafetensors(state: EditState, tied: TiedTensors): SavePlan {
  const { original, checkpoint } = state;
  const isOwn = original.container.kind === 'safetensors';
  const metadata = new Map(isOwn ? state.metadata : [['format', 'pt']]);
  const all = checkpoint.entries.flatMap(namedTensor);
  if (tied === 'refuse') {
    refuseTied(all);
  }
  const tensors = tied === 'drop' ? dropTied(all, metadata) : all;
  return layOut(tensors.toSorted(inOwnOrder), metadata);
}

/** What is listed beside the tensors: metadata of a `.safetensors`, and version numbers of a state dict, which it lacks. */
const besides: readonly unknown[] = ['.metadata', '._metadata'];

function namedTensor(entry: Entry): NamedTensor[] {
  const [name, ...more] = entry.path;
  if (entry.kind === 'value' && besides.includes(name)) {
    return [];
  }
  if (entry.kind !== 'tensor' || typeof name !== 'string' || name === '__metadata__' || more.length > 0) {
    throw unsupported(entry, 'no tensor of a flat dict with names');
  }
  const { dtype, layout, notes, storage, stride } = entry;
  if (!dtypeOrder.includes(dtype) || layout !== 'strided' || notes.length > 0 || storage === null || stride === null) {
    throw unsupported(entry, [dtype, layout, ...notes].join(', '));
  }
  return [{ name, entry, storage }];
}

function unsupported(entry: Entry, detail: string): CheckpointError {
  return new CheckpointError('save-unsupported', { entry: keyOf(entry.path), detail });
}

function inOwnOrder(a: NamedTensor, b: NamedTensor): number {
  const byDtype = dtypeOrder.indexOf(b.entry.dtype) - dtypeOrder.indexOf(a.entry.dtype);
  return byDtype || Buffer.compare(Buffer.from(a.name), Buffer.from(b.name));
}

function layOut(tensors: readonly NamedTensor[], metadata: ReadonlyMap<string, string>): SavePlan {
  const members: string[] = metadata.size === 0 ? [] : [member('__metadata__', Object.fromEntries(metadata))];
  const parts: SavePart[] = [];
  let at = 0;
  for (const { name, entry, storage } of tensors) {
    const content = tensorContent(entry, storage);
    const length = contentSize(content);
    members.push(
      member(name, {
        dtype: safetensorsDtypes.get(entry.dtype),
        shape: headerShape(entry),
        data_offsets: [at, at + length],
      }),
    );
    at += length;
    if (length > 0) {
      parts.push({ kind: 'content', content, length, swap: byteOrder(content) === 'little' ? 1 : unitOf(entry) });
    }
  }
  const json = Buffer.from(`{${members.join(',')}}`);
  const padded = Math.ceil(json.length / lengthBytes) * lengthBytes;
  const header = Buffer.alloc(lengthBytes + padded, ' ');
  header.writeBigUInt64LE(BigInt(padded), 0);
  header.set(json, lengthBytes);
  return planOf([bytesPart(header), ...parts]);
}

function member(name: string, value: unknown): string {
  return `${JSON.stringify(name)}:${JSON.stringify(value)}`;
}

/** Numbers where torch counts bytes of two. */
function headerShape({ dtype, shape }: TensorEntry): readonly number[] {
  return dtype === 'float4_e2m1fn_x2' ? shape.map((size, i) => (i === shape.length - 1 ? 2 * size : size)) : shape;
}

function unitOf({ dtype: name }: TensorEntry): number {
  const dtype = dtypeNamed(name);
  return dtype === undefined ? 1 : dtype.class === 'complex' ? dtype.size / 2 : dtype.size;
}

/** The tensor's elements, one behind the other. */
function tensorContent(entry: TensorEntry, storage: Storage): StorageContent {
  const { shape, dtype } = entry;
  const stride = entry.stride ?? contiguousStride(shape);
  const offset = entry.offset ?? 0;
  const elementSize = dtypeNamed(dtype)?.size ?? 1;
  const content = contentOfStorage(storage);
  const size = shape.reduce((product, length) => product * length, elementSize);
  if (offset === 0 && size === contentSize(content) && isContiguous(shape, stride)) {
    return content;
  }
  return { kind: 'gather', from: content, elementSize, offset, shape, stride };
}

function contentOfStorage({ content, container, record, key }: Storage): StorageContent {
  if (content !== undefined) {
    return content;
  }
  if (record === null) {
    throw new CheckpointError('missing-record', { entry: key });
  }
  return { kind: 'record', container, record };
}
