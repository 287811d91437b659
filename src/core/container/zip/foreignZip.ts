import type { ByteSource } from '../../bytes/byteSource';
import { CheckpointError } from '../../errors';
import type { Container } from '../container';
import { ForeignFileError } from '../foreign';
import { checkCancelled, type OpenContext } from '../format';
import { isFileFault, SectionReader } from '../sections';
import type { ZipArchive } from './archive';
import { layoutFindings, recordFindings } from './checks';
import { readStart } from './content';
import { RecordNames, restoreRoot } from './names';
import { defaultAlignment, locatePositions } from './positions';
import type { ZipRecord } from './record';
import { zipContainer } from './zipContainer';
import { readPickleRecord } from './zipSections';

const namesShown = 20;
/** What torch.save writes after the pickle: all that a failed one leaves. */
const leavings = /^(?:version|byteorder|\.format_version|\.storage_alignment|\.data\/serialization_id|data\/[^/]+)$/;
const pickleName = /\.(?:pkl|pickle|joblib|dill|p)$/i;
/** Records that are looked into, whatever their names. Each costs two reads. */
const recordsTried = 64;
/** Pickles that are read, by name. */
const picklesRead = 1000;

/**
 * Opens a zip archive that is nothing of torch's, for the pickles in it.
 * @param folder Root folder that was taken off the names.
 * @throws ForeignFileError when there is none, with what the archive is instead.
 */
export async function openForeignZip(
  source: ByteSource,
  archive: ZipArchive,
  folder: string | null,
  context: OpenContext,
): Promise<Container> {
  const { records } = archive;
  const failedSave = records.length > 0 && records.every(({ name }) => leavings.test(name));
  restoreRoot(records, folder);
  if (failedSave || records.some(({ encrypted }) => encrypted)) throw foreignZip(records, failedSave);
  const reader = new SectionReader(context);
  for (const record of await findPickles(source, records)) {
    checkCancelled(context);
    await readPickleRecord(source, record, reader, context, () => undefined);
  }
  if (reader.sections.length === 0 && reader.unreadable.every(({ partial }) => partial.globals.length === 0)) {
    throw foreignZip(records, false);
  }
  const layout = await locatePositions(source, records, archive.directoryOffset, defaultAlignment);
  return zipContainer(source, 'unknown', {
    root: null,
    records,
    hidden: archive.hidden,
    metadata: new Map(),
    tensors: [],
    reader,
    findings: [
      { severity: 'error', code: 'no-checkpoint' },
      ...archive.findings,
      ...recordFindings(source, records, new RecordNames(records)),
      ...layoutFindings(layout),
      ...reader.findings,
    ],
  });
}

/** Pickles by name, and among the first records by their first bytes. */
async function findPickles(source: ByteSource, records: readonly ZipRecord[]): Promise<ZipRecord[]> {
  const pickles: ZipRecord[] = [];
  for (const [i, record] of records.entries()) {
    if (pickles.length === picklesRead) break;
    if (pickleName.test(record.name) || (i < recordsTried && (await beginsAsPickle(source, record)))) {
      pickles.push(record);
    }
  }
  return pickles;
}

async function beginsAsPickle(source: ByteSource, record: ZipRecord): Promise<boolean> {
  try {
    const [proto, protocol = 0xff] = await readStart(source, record, 2);
    return proto === 0x80 && protocol <= 5;
  } catch (error) {
    if (error instanceof CheckpointError && isFileFault(error)) return false;
    throw error;
  }
}

/** What a zip archive is that holds no pickle. */
function foreignZip(records: readonly ZipRecord[], failedSave: boolean): ForeignFileError {
  const entries = records.slice(0, namesShown).map(({ name }) => name);
  if (records.some(({ encrypted }) => encrypted)) {
    return new ForeignFileError({ kind: 'encrypted-zip', entries }, 'unsupported');
  }
  return failedSave
    ? new ForeignFileError({ kind: 'failed-save', entries }, 'missing-record', { entry: 'data.pkl' })
    : new ForeignFileError({ kind: 'zip-archive', entries });
}
