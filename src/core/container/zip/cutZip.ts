import type { ByteSource } from '../../bytes/byteSource';
import { readBytes } from '../../bytes/range';
import { CheckpointError } from '../../errors';
import type { PickleGraph } from '../../pickle/values';
import type { Container } from '../container';
import { ForeignFileError } from '../foreign';
import type { OpenContext } from '../format';
import { storageId, type StorageId } from '../persistentId';
import { noArrays, readArrays } from '../numpy/npz';
import { isFileFault, SectionReader } from '../sections';
import type { ZipArchive } from './archive';
import { entrySignature } from './centralDirectory';
import { walkEntries, type Walk } from './entryWalk';
import { signatureAt } from './fields';
import { recogniseKind } from './kinds';
import { metadataFindings, readMetadata } from './metadata';
import { findRoot, RecordNames, stripRoot } from './names';
import { recordOf, type LocalEntry } from './localEntry';
import type { ZipRecord } from './record';
import { wholeSize } from './wholeSize';
import { zipContainer } from './zipContainer';
import { readSections } from './zipSections';

const namesShown = 1000;

/**
 * Opens an archive whose end is missing, as a download that stopped leaves it: entries are found by their local
 * headers, storages have the size that the pickle says.
 * @throws ForeignFileError `truncated` when no pickle is whole.
 */
export async function openCutZip(source: ByteSource, context: OpenContext): Promise<Container> {
  const sizes = new StorageSizes(source, context);
  const walk = await walkWith(sizes, source, context);
  const records = [...walk.whole, ...cutRecord(walk)];
  const root = findRoot(records);
  const needed = sizes.main === null || root.folder === null ? null : wholeSize(walk, sizes.main, root.folder);
  stripRoot(records, root.folder);
  const names = new RecordNames(walk.whole);
  const kind = recogniseKind(walk.whole, names);
  const reader = new SectionReader(context);
  if (kind !== null) await readSections(source, kind, walk.whole, new RecordNames(records), reader, context);
  const arrays = kind === 'npz' ? await readArrays(source, walk.whole, reader, context) : noArrays;
  if (kind === null || reader.sections.length + arrays.tensors.length === 0) {
    const wholeEntries = walk.whole.slice(0, namesShown).map(({ name }) => name);
    throw new ForeignFileError(
      { kind: 'cut-zip', bytesPresent: source.size, bytesNeeded: needed, wholeEntries },
      'truncated',
    );
  }
  const metadata = await readMetadata(source, names);
  return zipContainer(source, kind, {
    root: root.folder,
    records,
    hidden: [],
    metadata: metadata.values,
    tensors: arrays.tensors,
    reader,
    findings: [
      { severity: 'error', code: 'cut-file', args: needed === null ? [source.size] : [source.size, needed] },
      ...metadata.findings,
      ...metadataFindings(kind, metadata.values).filter(({ code }) => code !== 'version-missing'),
      ...reader.findings,
      ...arrays.findings,
    ],
  });
}

/**
 * Whether an archive whose directory is misplaced is a cut one: then the end record found is that of an archive within
 * one of its entries, or its entries do not lead up to a directory.
 */
export async function isCutArchive(source: ByteSource, archive: ZipArchive, context: OpenContext): Promise<boolean> {
  const { end } = await walkWith(new StorageSizes(source, context), source, context);
  if (archive.endPosition < end) return true;
  const bytes = await readBytes(source, end, Math.min(4, source.size - end));
  return signatureAt(bytes, 0) !== entrySignature;
}

function walkWith(sizes: StorageSizes, source: ByteSource, context: OpenContext): Promise<Walk> {
  return walkEntries(
    source,
    (entry) => sizes.of(entry),
    context.limits.records,
    (record) => sizes.learn(record),
  );
}

/** The entry that the file ends in, listed without a position: its storage is known, its bytes are not whole. */
function cutRecord({ cut }: Walk): ZipRecord[] {
  if (cut === null || cut.size === null) return [];
  const record = recordOf(cut.entry, { size: cut.size, packedSize: cut.size }, cut.entry.crc32);
  record.cut = true;
  return [record];
}

/** What the pickles met so far say of the records beside them. */
class StorageSizes {
  /** The storages of the first `data.pkl` that is whole, in the order of their first mention. */
  main: readonly StorageId[] | null = null;
  /** By full name of the record. */
  private readonly sizes = new Map<string, number>();
  private readonly read = new Set<string>();

  constructor(
    private readonly source: ByteSource,
    private readonly context: OpenContext,
  ) {}

  /** Bytes of an entry; null when no pickle says. */
  async of({ name, position }: LocalEntry): Promise<number | null> {
    return isPickle(name) ? this.pickleSize(name, position) : (this.sizes.get(name) ?? null);
  }

  /** Reads what a pickle says, where `of` did not need to: sizes may stand in its header. */
  async learn({ name, position }: ZipRecord): Promise<void> {
    if (isPickle(name) && position !== null && !this.read.has(name)) await this.pickleSize(name, position);
  }

  private async pickleSize(name: string, position: number): Promise<number | null> {
    this.read.add(name);
    const graph = await this.graphAt(position);
    if (graph === null) return null;
    const ids = new Map<string, StorageId>();
    for (const id of graph.persistents.flatMap((persistent) => storageId(persistent) ?? [])) {
      if (ids.has(id.key)) continue;
      ids.set(id.key, id);
      this.sizes.set(`${name.slice(0, -pickleSuffix.length)}/${id.key}`, id.elements * (id.elementSize ?? 0));
    }
    if (/(?:^|\/)data\.pkl$/i.test(name)) this.main ??= [...ids.values()];
    return graph.end - position;
  }

  private async graphAt(position: number): Promise<PickleGraph | null> {
    try {
      return await new SectionReader(this.context).graph(this.source, { start: position });
    } catch (error) {
      if (error instanceof CheckpointError && isFileFault(error)) return null;
      throw error;
    }
  }
}

const pickleSuffix = '.pkl';

function isPickle(name: string): boolean {
  return name.endsWith(pickleSuffix);
}
