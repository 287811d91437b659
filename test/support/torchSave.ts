import { global, proto, stop, text } from './pickleBytes';
import type { EntrySpec } from './zipBuilder';

/** A float32 vector of a state dict; its storage has the key of its place in the list. */
export interface Vector {
  readonly name: string;
  readonly elements: number;
}

const bytesPerElement = 4;

/** The pickle of a dict of float32 vectors, as `torch.save` writes one but for the memo. */
export function stateDictPickle(vectors: readonly Vector[], key = String): Uint8Array {
  const items = vectors.map(({ name, elements }, i) => text(name) + vector(key(i), elements));
  return new Uint8Array(Buffer.from(`${proto(2)}}(${items.join('')}u${stop}`, 'latin1'));
}

/** The records of such a checkpoint as torch 2.13 writes them. Storages are zeros, however many. */
export function checkpointEntries(vectors: readonly Vector[]): EntrySpec[] {
  return [
    { name: 'data.pkl', data: stateDictPickle(vectors) },
    { name: '.format_version', data: '1' },
    { name: '.storage_alignment', data: '64' },
    { name: 'byteorder', data: 'little' },
    ...vectors.map(({ elements }, i) => ({ name: `data/${i}`, data: elements * bytesPerElement })),
    { name: 'version', data: '3\n' },
    { name: '.data/serialization_id', data: '0'.repeat(40) },
  ];
}

function vector(key: string, elements: number): string {
  const storage = `(${text('storage')}${global('torch', 'FloatStorage')}${text(key)}${text('cpu')}${int(elements)}tQ`;
  const hooks = `${global('collections', 'OrderedDict')})R`;
  return `${global('torch._utils', '_rebuild_tensor_v2')}(${storage}K\0${int(elements)}\x85K\x01\x85\x89${hooks}tR`;
}

/** LONG1 of eight bytes. */
function int(value: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return `\x8a\x08${bytes.toString('latin1')}`;
}
