import type { ByteSource } from '../../bytes/byteSource';
import { memorySource } from '../../bytes/memorySource';
import type { ContainerKind, StorageRecord } from '../container';
import { checkCancelled, type OpenContext } from '../format';
import type { SectionReader } from '../sections';
import { readContent } from './content';
import { readDataPosition } from './localHeader';
import type { RecordNames } from './names';
import { storedMethod, type ZipRecord } from './record';

/** Pickles of a package that are read. Seen: some dozens. */
const packagePickles = 1000;

/** Reads the pickles that make up an archive of this kind, the main one first. */
export async function readSections(
  source: ByteSource,
  kind: ContainerKind,
  records: readonly ZipRecord[],
  names: RecordNames,
  reader: SectionReader,
  context: OpenContext,
): Promise<void> {
  for (const pickle of pickles(kind, records, names)) {
    checkCancelled(context);
    const storage = (key: string): StorageRecord | undefined => {
      const found = names.findIn(pickle.storageFolder, key + pickle.storageSuffix);
      return found === undefined ? undefined : { key, record: found };
    };
    await readPickleRecord(source, pickle.record, reader, context, storage);
  }
}

/** Reads one record as a pickle; what is wrong with it goes into `reader`. */
export async function readPickleRecord(
  source: ByteSource,
  record: ZipRecord,
  reader: SectionReader,
  context: OpenContext,
  storage: (key: string) => StorageRecord | undefined,
): Promise<void> {
  try {
    if (record.method === storedMethod && !record.encrypted) {
      const start = await readDataPosition(source, record);
      const end = Math.min(start + record.size, source.size);
      await reader.read(record.name, source, { start, end }, storage);
    } else {
      const content = await readContent(source, record, context.limits.inflatedBytes);
      await reader.read(record.name, memorySource(content), { start: 0, end: content.length }, storage);
    }
  } catch (error) {
    reader.fail(record.name, error);
  }
}

interface PickleRecord {
  readonly record: ZipRecord;
  /** The record `storageFolder/KEYstorageSuffix` holds the storage with the key KEY. The folder is in lower case. */
  readonly storageFolder: string;
  readonly storageSuffix: string;
}

function pickles(kind: ContainerKind, records: readonly ZipRecord[], names: RecordNames): PickleRecord[] {
  switch (kind) {
    case 'zip':
      return beside(names, ['data.pkl']);
    case 'torchscript':
    case 'mobile':
      // bytecode.pkl shares the storages of constants.pkl.
      return [
        ...beside(names, ['data.pkl', 'constants.pkl', 'attributes.pkl', 'traced_inputs.pkl']),
        ...beside(names, ['bytecode.pkl'], 'constants'),
      ];
    case 'package':
      return records
        .filter(({ name }) => name.endsWith('.pkl') && !name.startsWith('.data/'))
        .slice(0, packagePickles)
        .map((record) => ({ record, storageFolder: '.data', storageSuffix: '.storage' }));
    default:
      return [];
  }
}

/** The storages of `X.pkl` are `X/<key>`. */
function beside(names: RecordNames, pickleNames: readonly string[], folder?: string): PickleRecord[] {
  return pickleNames.flatMap((name) => {
    const record = names.find(name);
    if (record === undefined) return [];
    return [{ record, storageFolder: folder ?? name.slice(0, -'.pkl'.length), storageSuffix: '' }];
  });
}
