import type { StorageId } from '../persistentId';
import type { Walk } from './entryWalk';
import { localHeaderSize } from './localHeader';
import { directoryEntrySize } from './centralDirectory';
import { alignUp, defaultAlignment } from './positions';

/** zip64 end record, its locator, end record: torch writes all three. */
const endRecords = 56 + 20 + 22;
const overflowed = 0xffffffff;

/**
 * Size of the whole file that `torch.save` wrote, of which the beginning is there: its writer is regular
 * (torch-format.md 1.1). Null where too little is there to tell which version wrote it.
 * @param ids Storages in the order of their first mention in the pickle.
 */
export function wholeSize(walk: Walk, ids: readonly StorageId[], folder: string): number | null {
  const present = [...walk.whole.map(({ name }) => name), ...(walk.cut === null ? [] : [walk.cut.entry.name])];
  // The second record tells the versions apart.
  if (present.length < 2 || present[0] !== `${folder}/data.pkl`) return null;
  const expected = expectedRecords(ids, new Set(present.map((name) => name.slice(folder.length + 1))));
  const wholeNames = new Set(walk.whole.map(({ name }) => name));
  let at = walk.end;
  let directory = endRecords;
  for (const { size, headerOffset, nameBytes } of walk.whole) {
    directory += directoryEntry(nameBytes, size, headerOffset);
  }
  for (const { name, size } of expected) {
    const fullName = `${folder}/${name}`;
    if (wholeNames.has(fullName)) continue;
    const nameBytes = Buffer.byteLength(fullName);
    directory += directoryEntry(nameBytes, size, at);
    at = entryEnd(at, nameBytes, size);
  }
  return at + directory;
}

interface Expected {
  readonly name: string;
  readonly size: number;
}

/** What follows `data.pkl`, in order. */
function expectedRecords(ids: readonly StorageId[], present: ReadonlySet<string>): Expected[] {
  const storages = ids.map(({ key, elements, elementSize }) => ({
    name: `data/${key}`,
    size: elements * (elementSize ?? 0),
  }));
  // Since 2.7 in the order of the pickle, before sorted as strings.
  const ordered = present.has('.format_version');
  if (!ordered) storages.sort((a, b) => (a.name < b.name ? -1 : 1));
  const before = ordered
    ? [
        { name: '.format_version', size: 1 },
        { name: '.storage_alignment', size: 2 },
      ]
    : [];
  // Since 2.1.
  const modern = ordered || present.has('byteorder');
  return [
    ...before,
    ...(modern ? [{ name: 'byteorder', size: 6 }] : []),
    ...storages,
    { name: 'version', size: 2 },
    ...(modern ? [{ name: '.data/serialization_id', size: 40 }] : []),
  ];
}

function entryEnd(headerOffset: number, nameBytes: number, size: number): number {
  const zip64 = (size >= overflowed ? 16 : 0) + (headerOffset >= overflowed ? 8 : 0);
  const header = headerOffset + localHeaderSize + nameBytes + 4 + (zip64 > 0 ? 4 + zip64 : 0);
  const descriptor = size === 0 ? 0 : zip64 > 0 ? 24 : 16;
  return alignUp(header, defaultAlignment) + size + descriptor;
}

function directoryEntry(nameBytes: number, size: number, headerOffset: number): number {
  const zip64 = (size >= overflowed ? 16 : 0) + (headerOffset >= overflowed ? 8 : 0);
  return directoryEntrySize + nameBytes + (zip64 > 0 ? 4 + zip64 : 0);
}
