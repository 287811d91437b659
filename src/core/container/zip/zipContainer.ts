import type { ByteSource } from '../../bytes/byteSource';
import type { Finding } from '../../findings';
import type { Container, ContainerKind, ContainerRecord, HeaderTensor } from '../container';
import { emptyContainer } from '../rawRecord';
import type { SectionReader } from '../sections';
import { readContent } from './content';
import { readDataPosition } from './localHeader';
import { inFileOrder } from './positions';
import { ZipRecord } from './record';

/** What was found in an archive. */
export interface ZipParts {
  readonly root: string | null;
  readonly records: readonly ZipRecord[];
  readonly hidden: readonly ZipRecord[];
  readonly metadata: ReadonlyMap<string, string>;
  readonly reader: SectionReader;
  readonly tensors: readonly HeaderTensor[];
  readonly findings: readonly Finding[];
}

export function zipContainer(source: ByteSource, kind: ContainerKind, parts: ZipParts): Container {
  return {
    ...emptyContainer(source),
    kind,
    rootFolder: parts.root,
    records: inFileOrder(parts.records),
    hidden: parts.hidden,
    sections: parts.reader.sections,
    unreadable: parts.reader.unreadable,
    tensors: parts.tensors,
    metadata: parts.metadata,
    findings: parts.findings,
    readRecord: async (record, limit) => readContent(source, ownRecord(record), limit),
    locate: async (record) => readDataPosition(source, ownRecord(record)),
  };
}

function ownRecord(record: ContainerRecord): ZipRecord {
  if (record instanceof ZipRecord) return record;
  throw new TypeError(`record ${record.name} is of another container`);
}
