import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import type { SourceIdentity } from '../bytes/byteSource';
import { identityOf } from '../bytes/fileSource';
import { ZipRecord } from '../container/zip/record';
import { defaultAlignment } from '../container/zip/positions';
import { findContent } from '../edit/contents';
import type { EditState } from '../edit/state';
import { CheckpointError } from '../errors';
import { holdCompanion, hostTag, journalOf, releaseCompanion } from './companions';
import { realFileSystem, type FileSystem } from './fileSystem';
import { crcOfTail, cutBack, recoverAppend, removeJournal, writeJournal, type Journal } from './journal';
import { writePlan } from './planWriter';
import { checkSpace, checkTarget, writeFully } from './replaceFile';
import { saveError } from './saveError';
import { contentSize } from './storageContent';
import { expectedSize, StorageIds, type WrittenStorage } from './storageIds';
import { pickleEntry } from './zipCheckpoint';
import { ZipLayout, type PlacedEntry } from './zipLayout';

/** What an append writes behind a file. */
export interface AppendPlan {
  /** Bytes of the file as it is. */
  readonly oldSize: number;
  /** The new pickle, the directory, the end records. */
  readonly bytes: Uint8Array;
}

/**
 * What an append would write, in milliseconds whatever the weights' size; null where the edit changes more than the
 * pickle, or where the file is none that a pickle and a directory can be put behind.
 * @param fileSize Bytes of the file now: it grew where it was appended to since it was opened.
 */
export async function planAppend(state: EditState, fileSize = state.original.source.size): Promise<AppendPlan | null> {
  const { container } = state.original;
  const records = container.records;
  if (container.kind !== 'zip' || container.compression !== null || !container.rootFolder || !areOwn(records)) {
    return null;
  }
  // Of an archive that is not what its directory says, more would come to light than the pickle.
  if (container.findings.some(({ severity }) => severity === 'error')) {
    return null;
  }
  const ids = new StorageIds((key) => findContent(state, key), {
    key: (_index, key) => key,
    tail: [],
    namesModules: false,
  });
  const pickle = pickleEntry(state, ids.persistent);
  const isWithin = ({ content }: WrittenStorage): boolean =>
    content.kind === 'record' && content.container === container;
  if (!ids.storages.every(isWithin) || !keysFit(ids.storages)) {
    return null;
  }
  const layout = new ZipLayout(container.rootFolder, defaultAlignment, fileSize);
  layout.add(pickle);
  const used = new Set(ids.storages.flatMap(({ content }) => (content.kind === 'record' ? [content.record.name] : [])));
  const plan = layout.finish(keptEntries(state, records, used, ids.storages));
  const bytes: Buffer[] = [];
  await writePlan(plan, {
    async write(piece) {
      bytes.push(Buffer.from(piece));
    },
  });
  return { oldSize: fileSize, bytes: Buffer.concat(bytes) };
}

function areOwn(records: readonly unknown[]): records is readonly ZipRecord[] {
  return records.every((record) => record instanceof ZipRecord && record.readable && !record.packed);
}

/** Each storage keeps its record's name. */
function keysFit(storages: readonly WrittenStorage[]): boolean {
  return storages.every(({ key, content }) => content.kind === 'record' && content.record.name === `data/${key}`);
}

/** Entries of the old directory that the new one has too. */
function keptEntries(
  state: EditState,
  records: readonly ZipRecord[],
  used: ReadonlySet<string>,
  storages: readonly WrittenStorage[],
): PlacedEntry[] {
  const promises = keepsPromises(state, records, storages);
  const isKept = ({ name }: ZipRecord): boolean => {
    switch (name) {
      case 'data.pkl':
      case '.data/serialization_id':
        return false;
      case '.format_version':
        return promises;
      default:
        return name.startsWith('data/') ? used.has(name) : true;
    }
  };
  const encoder = new TextEncoder();
  return records.filter(isKept).map((record) => ({
    name: encoder.encode(`${state.original.container.rootFolder ?? ''}/${record.name}`),
    size: record.size,
    headerOffset: record.headerOffset,
    crc32: () => record.crc32 ?? 0,
  }));
}

/** `.format_version`: the pickle names `0`, `1` … in this order, and they lie in this order with nothing between them. */
function keepsPromises(
  { original }: EditState,
  records: readonly ZipRecord[],
  storages: readonly WrittenStorage[],
): boolean {
  const stored = records.filter(({ name }) => name.startsWith('data/'));
  const first = stored[0] === undefined ? 0 : records.indexOf(stored[0]);
  return (
    original.container.metadata.has('.format_version') &&
    stored.every((record, i) => records[first + i] === record) &&
    storages.length <= stored.length &&
    storages.every(
      (storage, i) =>
        storage.key === String(i) &&
        stored[i]?.name === `data/${i}` &&
        contentSize(storage.content) === expectedSize(storage),
    )
  );
}

export interface AppendOptions {
  /** What the file must still be. */
  readonly expected: SourceIdentity;
  readonly fileSystem?: FileSystem;
}

/**
 * Puts the plan behind the file. A journal beside it, synced before the first byte, lets the next opening undo an append
 * that was cut (`recoverAppend`).
 * @throws CheckpointError `save-…`; the file is then as it was, or will be once it is opened.
 */
export async function appendToFile(path: string, plan: AppendPlan, options: AppendOptions): Promise<SourceIdentity> {
  const fileSystem = options.fileSystem ?? realFileSystem;
  try {
    const target = await fileSystem.realpath(path);
    const { kind } = await recoverAppend(target, fileSystem);
    if (kind === 'pending' || kind === 'unwritable') {
      throw new CheckpointError('save-failed', { detail: `an append is ${kind}` });
    }
    checkTarget(await fileSystem.stat(target, { bigint: true }), options.expected);
    await checkSpace(dirname(target), plan.bytes.length, fileSystem);
    holdCompanion(journalOf(target));
    try {
      await writeJournal(target, await journalFor(target, plan, fileSystem), fileSystem);
      return await append(target, plan, fileSystem);
    } finally {
      releaseCompanion(journalOf(target));
    }
  } catch (error) {
    throw saveError(error);
  }
}

async function journalFor(path: string, { oldSize, bytes }: AppendPlan, fileSystem: FileSystem): Promise<Journal> {
  return {
    host: hostTag(),
    pid: process.pid,
    oldSize,
    newSize: oldSize + bytes.length,
    tailCrc: await crcOfTail(path, oldSize, fileSystem),
    appendedCrc: crc32(bytes),
  };
}

async function append(path: string, { oldSize, bytes }: AppendPlan, fileSystem: FileSystem): Promise<SourceIdentity> {
  let identity: SourceIdentity;
  try {
    const handle = await fileSystem.open(path, 'r+');
    try {
      await writeFully(handle, bytes, oldSize);
      await handle.sync();
      identity = identityOf(await handle.stat({ bigint: true }));
    } finally {
      await handle.close();
    }
  } catch (error) {
    await undo(path, oldSize, fileSystem);
    throw error;
  }
  // The append is whole: one that is left is found to be so.
  await Promise.allSettled([removeJournal(path, fileSystem)]);
  return identity;
}

/** Where even this fails, the journal stays, and the next opening does it. */
async function undo(path: string, oldSize: number, fileSystem: FileSystem): Promise<void> {
  const [cut] = await Promise.allSettled([cutBack(path, oldSize, fileSystem)]);
  if (cut.status === 'fulfilled') {
    await Promise.allSettled([removeJournal(path, fileSystem)]);
  }
}
