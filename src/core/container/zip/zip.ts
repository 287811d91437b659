import type { ByteSource } from '../../bytes/byteSource';
import type { Container } from '../container';
import { ForeignFileError } from '../foreign';
import { startsWith, type Format, type OpenContext } from '../format';
import { readArrays } from '../numpy/npz';
import { SectionReader } from '../sections';
import { openArchive, type ZipArchive } from './archive';
import { caseFindings, layoutFindings, recordFindings, rootFindings } from './checks';
import { openCutZip } from './cutZip';
import { findDeadRecords } from './deadRecords';
import { openForeignZip } from './foreignZip';
import { isNpz, recogniseKind } from './kinds';
import { metadataFindings, readMetadata } from './metadata';
import { findRoot, RecordNames, stripRoot, type Root } from './names';
import { locatePositions } from './positions';
import type { ZipRecord } from './record';
import { zipContainer } from './zipContainer';
import { readSections } from './zipSections';

export const zipFormat: Format = {
  match: (head) => startsWith(head.bytes, [0x50, 0x4b, 0x03, 0x04]),
  async open(source, context) {
    const archive = await openArchive(source, context.limits);
    return archive === null ? openCutZip(source, context) : openWholeZip(source, archive, context);
  },
};

/** Shards of a distributed checkpoint are archives put one behind the other. */
const distributedShard = /\.distcp$/;

async function openWholeZip(source: ByteSource, archive: ZipArchive, context: OpenContext): Promise<Container> {
  if (archive.misplaced && distributedShard.test(context.fileName)) {
    throw new ForeignFileError({ kind: 'distributed-shard' }, 'unsupported');
  }
  const { records, root } = await rootOf(archive);
  const names = new RecordNames(records);
  const kind = recogniseKind(records, names);
  if (kind === null) return openForeignZip(source, { ...archive, records }, root.folder, context);
  const metadata = await readMetadata(source, names);
  const layout = await locatePositions(source, records, archive.directoryOffset, metadata.alignment);
  const dead = await findDeadRecords(source, layout.unowned, archive.hidden, context.limits);
  stripRoot(dead.unlisted, root.folder);
  const reader = new SectionReader(context);
  await readSections(source, kind, records, names, reader, context);
  const arrays = kind === 'npz' ? await readArrays(source, records, reader, context) : null;
  return zipContainer(source, kind, {
    root: root.folder,
    records,
    hidden: [...archive.hidden, ...dead.records, ...dead.unlisted],
    metadata: metadata.values,
    tensors: arrays?.tensors ?? [],
    reader,
    findings: [
      ...archive.findings,
      ...rootFindings(root),
      ...caseFindings(names),
      ...recordFindings(source, records, names),
      ...layoutFindings(layout),
      ...dead.findings,
      ...metadata.findings,
      ...metadataFindings(kind, metadata.values),
      ...reader.findings,
      ...(arrays?.findings ?? []),
    ],
  });
}

/** Records with their names without the root folder. */
async function rootOf(archive: ZipArchive): Promise<{ records: readonly ZipRecord[]; root: Root }> {
  const { folder, outside } = archive;
  if (folder !== null && outside === 0 && !isNpz(archive.records)) {
    return { records: archive.records, root: { folder, problem: 'none', outside } };
  }
  const records = await archive.fullRecords();
  const root: Root = isNpz(records) ? { folder: null, problem: 'none', outside: 0 } : findRoot(records);
  stripRoot(records, root.folder);
  return { records, root };
}
