import type { ByteSource } from '../../bytes/byteSource';
import { readBytes } from '../../bytes/range';
import { CheckpointError } from '../../errors';
import { signatureAt, viewOf } from './fields';
import type { ZipRecord } from './record';

export const localSignature = 0x04034b50;
export const localHeaderSize = 30;

/**
 * Where a record's bytes begin, as its local header says. Like torch, this takes only the signature and the two
 * lengths from it: name, flags and sizes are the directory's.
 * @throws CheckpointError `malformed-zip` when there is no local header.
 */
export async function readDataPosition(source: ByteSource, record: ZipRecord): Promise<number> {
  if (record.headerOffset + localHeaderSize > source.size) {
    throw new CheckpointError('truncated', { offset: record.headerOffset, entry: record.name });
  }
  return dataPosition(await readBytes(source, record.headerOffset, localHeaderSize), record);
}

/** As `readDataPosition`, of a header already read. */
export function dataPosition(header: Uint8Array, record: ZipRecord): number {
  if (signatureAt(header, 0) !== localSignature) {
    throw new CheckpointError('malformed-zip', {
      offset: record.headerOffset,
      entry: record.name,
      detail: 'no local header where the directory says',
    });
  }
  const view = viewOf(header);
  return record.headerOffset + localHeaderSize + view.getUint16(26, true) + view.getUint16(28, true);
}
