import type { ByteSource } from '../../bytes/byteSource';
import { readBytes } from '../../bytes/range';
import { CheckpointError } from '../../errors';
import type { Finding } from '../../findings';
import type { Container, ContainerRecord, HeaderTensor } from '../container';
import { startsWith, type Format, type OpenContext } from '../format';
import { emptyContainer, rawRecord } from '../rawRecord';
import { SectionReader } from '../sections';
import { npyHeaderLength, npyPrefix, npySignature, parseNpyHeader, type NpyHeader } from './npyHeader';

export const npyFormat: Format = { match: ({ bytes }) => startsWith(bytes, npySignature), open: openNpy };

/**
 * Opens one numpy array. An array of objects is a pickle behind the header.
 * @throws CheckpointError `malformed-numpy`
 */
async function openNpy(source: ByteSource, context: OpenContext): Promise<Container> {
  const prefix = await readBytes(source, 0, Math.min(npyPrefix, source.size));
  const length = npyHeaderLength(prefix);
  if (length === null) throw new CheckpointError('malformed-numpy', { offset: 0, detail: 'no header' });
  const header = parseNpyHeader(await readBytes(source, 0, Math.min(length, source.size)));
  const record = rawRecord('', header.length, source.size - header.length);
  const reader = new SectionReader(context);
  if (header.objects) await reader.read('', source, { start: header.length });
  return {
    ...emptyContainer(source),
    kind: 'npy',
    records: [record],
    sections: reader.sections,
    unreadable: reader.unreadable,
    tensors: header.objects ? [] : [npyTensor('', header, record, 0)],
    findings: [...sizeFindings(source, header), ...reader.findings],
  };
}

/** @param skip Bytes of `record` before the first element. */
export function npyTensor(name: string, header: NpyHeader, record: ContainerRecord, skip: number): HeaderTensor {
  const { dtype, shape, columnMajor, bigEndian } = header;
  return { name, dtype, shape, columnMajor, bigEndian, record, skip };
}

function sizeFindings(source: ByteSource, header: NpyHeader): Finding[] {
  if (header.itemSize === 0) return [];
  const end = header.length + header.itemSize * header.shape.reduce((product, size) => product * size, 1);
  if (end > source.size) return [{ severity: 'error', code: 'cut-file', args: [source.size, end] }];
  if (end === source.size) return [];
  return [{ severity: 'warning', code: 'trailing-bytes', offset: end, args: [source.size - end] }];
}
