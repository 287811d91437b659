import type { ByteSource } from '../../bytes/byteSource';
import { memorySource } from '../../bytes/memorySource';
import { CheckpointError } from '../../errors';
import type { Finding } from '../../findings';
import type { HeaderTensor } from '../container';
import { checkCancelled, type OpenContext } from '../format';
import { isFileFault, type SectionReader } from '../sections';
import { readContent, readStart } from '../zip/content';
import type { ZipRecord } from '../zip/record';
import { npyTensor } from './npy';
import { npyHeaderLength, parseNpyHeader } from './npyHeader';

/** Arrays whose headers are read: each costs a read. Seen: some thousands. */
const arraysRead = 20_000;
/** Where nearly every header ends. */
const usualHeader = 256;

export interface NpzArrays {
  readonly tensors: readonly HeaderTensor[];
  readonly findings: readonly Finding[];
}

export const noArrays: NpzArrays = { tensors: [], findings: [] };

/** Reads the header of each array of an `.npz`; arrays of objects are pickles. */
export async function readArrays(
  source: ByteSource,
  records: readonly ZipRecord[],
  reader: SectionReader,
  context: OpenContext,
): Promise<NpzArrays> {
  const tensors: HeaderTensor[] = [];
  const findings: Finding[] = [];
  for (const record of records.slice(0, arraysRead)) {
    checkCancelled(context);
    try {
      const tensor = await readArray(source, record, reader, context);
      if (tensor !== null) tensors.push(tensor);
    } catch (error) {
      if (!(error instanceof CheckpointError) || !isFileFault(error)) throw error;
      findings.push({ severity: 'error', code: 'record-unreadable', entry: record.name, args: [error.code] });
    }
  }
  return { tensors, findings };
}

/** Null for an array of objects, which is read as a pickle. */
async function readArray(
  source: ByteSource,
  record: ZipRecord,
  reader: SectionReader,
  context: OpenContext,
): Promise<HeaderTensor | null> {
  let start = await readStart(source, record, usualHeader);
  const length = npyHeaderLength(start) ?? 0;
  if (length > start.length) start = await readStart(source, record, length);
  const header = parseNpyHeader(start);
  if (!header.objects) return npyTensor(record.name.replace(/\.npy$/, ''), header, record, header.length);
  const content = memorySource(await readContent(source, record, context.limits.inflatedBytes));
  await reader.read(record.name, content, { start: header.length });
  return null;
}
