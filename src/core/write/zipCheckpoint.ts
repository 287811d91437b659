import { crc32 } from 'node:zlib';
import { defaultAlignment } from '../container/zip/positions';
import type { PicklePart } from '../pickle/writer';
import type { PyPersistent, Value } from '../pickle/values';
import { writePickleParts } from '../pickle/writer';
import { findContent } from '../edit/contents';
import { protocolOf, type EditState } from '../edit/state';
import { bytesPart, type ContentPart, type RangePart, type BytesPart, type SavePlan } from './savePlan';
import { byteOrder, contentSize, type StorageContent } from './storageContent';
import { expectedSize, StorageIds, zipIds, type WrittenStorage } from './storageIds';
import { bytesEntry, layOutZip, type ZipEntry } from './zipLayout';

/** A checkpoint as `torch.save` of torch 2.13 writes one, but for `.data/serialization_id`, which is left out. */
export function planZip(state: EditState, options: { readonly dropUnreferenced: boolean }): SavePlan {
  const { container } = state.original;
  const ids = new StorageIds((key) => findContent(state, key), zipIds);
  const pickle = pickleEntry(state, ids.persistent);
  const order = container.metadata.get('byteorder')?.trim() === 'big' ? 'big' : 'little';
  const alignment = alignmentOf(container.metadata.get('.storage_alignment'));
  const entries: ZipEntry[] = [
    pickle,
    ...(keepsPromises(ids.storages) ? [bytesEntry('.format_version', '1')] : []),
    bytesEntry('.storage_alignment', String(alignment)),
    bytesEntry('byteorder', order),
    ...ids.storages.map((storage) => storageEntry(storage, order)),
    ...(options.dropUnreferenced ? [] : furtherEntries(state)),
    bytesEntry('version', '3\n'),
  ];
  return layOutZip(container.rootFolder || 'archive', entries, alignment);
}

/** `.format_version` says that each storage is as long as the pickle says: torch computes from it where the next is. */
function keepsPromises(storages: readonly WrittenStorage[]): boolean {
  return storages.every((storage) => contentSize(storage.content) === expectedSize(storage));
}

function alignmentOf(text: string | undefined): number {
  const alignment = Number(text);
  return Number.isInteger(alignment) && alignment > 0 && alignment < 0x8000 ? alignment : defaultAlignment;
}

export function pickleEntry(state: EditState, persistent: (node: PyPersistent) => Value): ZipEntry {
  const { original, root } = state;
  const parts = pickleParts(state, writePickleParts(root, { protocol: protocolOf(original), persistent }));
  const [first, ...more] = parts;
  const isPlain = first?.kind === 'bytes' && more.length === 0;
  return { name: 'data.pkl', crc32: isPlain ? crc32(first.bytes) : null, parts };
}

export function pickleParts(state: EditState, parts: readonly PicklePart[]): (BytesPart | RangePart)[] {
  const { container } = state.original;
  const source = container.sections[0]?.source ?? container.source;
  return parts.map((part) => (part instanceof Uint8Array ? bytesPart(part) : { kind: 'range', source, ...part }));
}

function storageEntry({ key, content, unit }: WrittenStorage, order: 'little' | 'big'): ZipEntry {
  const swap = byteOrder(content) === order ? 1 : unit;
  const part: ContentPart = { kind: 'content', content, length: contentSize(content), swap };
  return {
    name: `data/${key}`,
    crc32: content.kind === 'record' && swap === 1 ? content.record.crc32 : null,
    parts: part.length === 0 ? [] : [part],
  };
}

const ownNames = /^(?:data\.pkl|byteorder|version|\.format_version|\.storage_alignment|\.data\/.*|data\/.*)$/i;

/** Whether a record of a checkpoint's archive is one that torch reads or writes. */
export function isOwnRecord(name: string): boolean {
  return ownNames.test(name);
}

/** Records that are none of torch's: what they are for, who wrote them knows. */
function furtherEntries({ original: { container } }: EditState): ZipEntry[] {
  if (container.kind !== 'zip') {
    return [];
  }
  return container.records
    .filter(({ name }) => !isOwnRecord(name))
    .map((record) => {
      const content: StorageContent = { kind: 'record', container, record };
      const part: ContentPart = { kind: 'content', content, length: record.size, swap: 1 };
      return { name: record.name, crc32: record.crc32, parts: record.size === 0 ? [] : [part] };
    });
}
