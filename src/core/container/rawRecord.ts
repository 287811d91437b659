import type { ByteSource } from '../bytes/byteSource';
import { readBytes } from '../bytes/range';
import { CheckpointError } from '../errors';
import type { Container, ContainerRecord } from './container';

/** A record that lies in the file as it is. */
export function rawRecord(name: string, position: number | null, size: number): ContainerRecord {
  return { name, size, packedSize: size, position, packed: false, crc32: null };
}

/** As `rawRecord`, of a range that may lie beyond the end of a cut file. */
export function rawRecordWithin(source: ByteSource, name: string, position: number, size: number): ContainerRecord {
  return position + size <= source.size
    ? rawRecord(name, position, size)
    : { ...rawRecord(name, null, size), cut: true };
}

/** A range of a record that lies in the file as it is; of a cut one nothing is known to be there. */
export function partOfRecord(whole: ContainerRecord, start: number, size: number): ContainerRecord {
  const position = whole.position === null ? null : whole.position + start;
  return { ...rawRecord(whole.name, position, size), ...(whole.cut === true && { cut: true }) };
}

/** `readRecord` and `locate` of a container whose records lie in the file as they are. */
export function rawAccess(source: ByteSource): Pick<Container, 'readRecord' | 'locate'> {
  const locate = (record: ContainerRecord): number => {
    if (record.position !== null) return record.position;
    throw new CheckpointError('truncated', { entry: record.name, detail: 'the file ends before this record' });
  };
  return {
    async readRecord(record, limit) {
      if (record.size > limit) {
        throw new CheckpointError('limit-exceeded', {
          entry: record.name,
          detail: `${record.size} bytes, the limit is ${limit}`,
        });
      }
      return readBytes(source, locate(record), record.size);
    },
    locate: async (record) => locate(record),
  };
}

/** A container without anything in it, to be spread under what a format has. */
export function emptyContainer(source: ByteSource): Omit<Container, 'kind'> {
  return {
    source,
    compression: null,
    rootFolder: null,
    records: [],
    hidden: [],
    sections: [],
    asides: [],
    unreadable: [],
    tensors: [],
    metadata: new Map(),
    findings: [],
    ...rawAccess(source),
  };
}
