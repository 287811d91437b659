import type { ByteSource } from '../../bytes/byteSource';
import type { Container } from '../container';
import { ForeignFileError } from '../foreign';
import { startsWith, type Format, type OpenContext } from '../format';
import { noArrays, readArrays } from '../numpy/npz';
import { SectionReader } from '../sections';
import { openArchive, type ZipArchive } from './archive';
import { caseFindings, layoutFindings, recordFindings, rootFindings } from './checks';
import { isCutArchive, openCutZip } from './cutZip';
import { findDeadRecords } from './deadRecords';
import { openForeignZip } from './foreignZip';
import { recogniseKind } from './kinds';
import { metadataFindings, readMetadata } from './metadata';
import { findRoot, RecordNames, stripRoot, type Root } from './names';
import { isNpz } from './npzNames';
import { locatePositions } from './positions';
import type { ZipRecord } from './record';
import { zipContainer } from './zipContainer';
import { readSections } from './zipSections';

/** Shards of a distributed checkpoint are archives put one behind the other. */
const distributedShard = /\.distcp$/;

/** A local header; an end record, which is all that an empty archive has. */
const firstSignatures = [
  [0x50, 0x4b, 0x03, 0x04],
  [0x50, 0x4b, 0x05, 0x06],
];

export const zipFormat: Format = {
  match: ({ bytes }) => firstSignatures.some((signature) => startsWith(bytes, signature)),
  async open(source, context) {
    const archive = await openArchive(source, context.limits);
    if (archive === null) return openCutZip(source, context);
    if (!archive.misplaced) return openWholeZip(source, archive, context);
    if (distributedShard.test(context.fileName)) {
      throw new ForeignFileError({ kind: 'distributed-shard' }, 'unsupported');
    }
    return (await isCutArchive(source, archive, context))
      ? openCutZip(source, context)
      : openWholeZip(source, archive, context);
  },
};

async function openWholeZip(source: ByteSource, archive: ZipArchive, context: OpenContext): Promise<Container> {
  const { records, root } = rootOf(archive);
  const names = new RecordNames(records);
  const kind = recogniseKind(records, names);
  if (kind === null) return openForeignZip(source, { ...archive, records }, root.folder, context);
  const metadata = await readMetadata(source, names);
  const layout = await locatePositions(source, records, archive.directoryOffset, metadata.alignment);
  const dead = await findDeadRecords(source, layout.unowned, archive.hidden, context.limits);
  stripRoot(dead.unlisted, root.folder);
  const reader = new SectionReader(context);
  await readSections(source, kind, records, names, reader, context);
  const arrays = kind === 'npz' ? await readArrays(source, records, reader, context) : noArrays;
  return zipContainer(source, kind, {
    root: root.folder,
    records,
    hidden: [...archive.hidden, ...dead.records, ...dead.unlisted],
    metadata: metadata.values,
    tensors: arrays.tensors,
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
      ...arrays.findings,
    ],
  });
}

/** Records with their names without the root folder. */
function rootOf(archive: ZipArchive): { records: readonly ZipRecord[]; root: Root } {
  const { folder, outside } = archive;
  if (folder !== null && outside === 0 && !isNpz(archive.records)) {
    return { records: archive.records, root: { folder, problem: 'none', outside } };
  }
  const records = archive.fullRecords();
  const root = findRoot(records);
  stripRoot(records, root.folder);
  return { records, root };
}
