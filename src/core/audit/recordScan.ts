import type { ByteSource } from '../bytes/byteSource';
import { memorySource } from '../bytes/memorySource';
import { readBytes } from '../bytes/range';
import { sliceSource } from '../bytes/sliceSource';
import type { Container, ContainerRecord, PickleSection } from '../container/container';
import { openContainer } from '../container/detect';
import { checkCancelled } from '../container/format';
import { storageId } from '../container/persistentId';
import { isFileFault } from '../container/sections';
import { CheckpointError } from '../errors';
import type { Finding } from '../findings';
import { defaultLimits, type Limits } from '../limits';
import { addContainer, addPickle, isUnread, usesExtensions, type PicklePlace } from './audit';
import type { AuditFindingCode } from './codes';
import { ImportTable } from './importTable';
import { scanPickles, type FoundPickle } from './pickleScan';
import { ReadBudget } from './readBudget';

export interface ScanOptions {
  readonly limits?: Limits;
  readonly signal?: AbortSignal;
  /** After each record. */
  readonly progress?: (recordsDone: number, recordsTotal: number) => void;
}

/** Archives within archives that are followed. Seen: two (a `.pt` in a `.pt2`). */
const nestingScanned = 4;
/** Enough for every signature below. */
const headBytes = 512;
/** Findings beyond this many say nothing new. */
const mostFindings = 1000;
/** What a scan may read beyond twice the file's size: a record's head is read twice, and never more than all of it. */
const readAhead = 1 << 20;
/** Records within records that are looked at, all in all. */
const nestedRecords = 100_000;

/** Packed forms that hide what is in them. */
const wrappers: readonly (readonly [format: string, signature: readonly number[]])[] = [
  ['7z', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['rar', [0x52, 0x61, 0x72, 0x21]],
  ['lz4', [0x04, 0x22, 0x4d, 0x18]],
];

/** Beside each source file of a TorchScript archive torch writes where its lines come from. */
const debugRecord = /(?:^|\/)code\/.+\.py\.debug_pkl$/;

/** What torch's own writer puts there names nothing but the functions that make its lists. */
function isDebugPickle({ pickle, error }: FoundPickle): boolean {
  const isNamed = pickle.globals.every(({ module }) => module === 'torch.jit._pickle');
  return isNamed && error === null && !usesExtensions(pickle.opcodes);
}

/** What `openContainer` opens that is no plain sequence of pickles. */
const containers: readonly (readonly [position: number, signature: readonly number[]])[] = [
  [0, [0x50, 0x4b, 0x03, 0x04]],
  [0, [0x1f, 0x8b]],
  [0, [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]],
  [257, [0x75, 0x73, 0x74, 0x61, 0x72]],
];

/**
 * Looks for pickles in what opening a container left alone: every record that no persistent id names (whatever it is
 * called), records that torch does not see, archives and arrays within records, bytes behind the end of a pickle.
 * Records that are read as storages are data, and stay unread.
 */
export class RecordScan {
  readonly findings: Finding[] = [];
  /** No entry of the checkpoint needs what is found here. */
  private readonly table = new ImportTable(new Map());
  private readonly limits: Limits;
  private readonly budget: ReadBudget;
  private readonly unpacking: ReadBudget;
  private readonly nesting = new ReadBudget(nestedRecords);

  constructor(
    private readonly container: Container,
    private readonly options: ScanOptions,
  ) {
    this.limits = options.limits ?? defaultLimits;
    this.budget = new ReadBudget(2 * container.source.size + readAhead);
    this.unpacking = new ReadBudget(this.limits.inflatedBytes);
  }

  imports(): ReturnType<ImportTable['imports']> {
    return this.table.imports();
  }

  /** @throws CheckpointError `cancelled`, and what the file system says. */
  async run(): Promise<void> {
    await this.scan(this.container, null, 0);
  }

  private async scan(container: Container, outer: PicklePlace | null, depth: number): Promise<void> {
    const known = knownRecords(container);
    const waiting = container.records.filter((record) => record.size > 0 && !known.has(record));
    const records = [...waiting, ...container.hidden];
    for (const [index, record] of records.entries()) {
      checkCancelled({ signal: this.options.signal });
      const section = nested(outer, record.name);
      if (this.budget.isSpent || this.nesting.isSpent) {
        this.find('unscanned-record', section, ['limit-exceeded']);
        return;
      }
      const unread = outer?.unread ?? (index >= waiting.length || isUnread(container, record.name));
      await this.scanRecord(container, record, { section, unread }, depth);
      if (depth === 0) {
        this.options.progress?.(index + 1, records.length);
      }
    }
    await this.scanBehindPickles(container, outer);
  }

  private async scanRecord(
    container: Container,
    record: ContainerRecord,
    place: PicklePlace,
    depth: number,
  ): Promise<void> {
    try {
      this.nesting.spend(Math.min(depth, 1));
      await this.scanSource(await this.contentOf(container, record), place, depth);
    } catch (error) {
      if (!(error instanceof CheckpointError) || !isFileFault(error)) {
        throw error;
      }
      this.find('unscanned-record', place.section, [error.code]);
    }
  }

  private async contentOf(container: Container, record: ContainerRecord): Promise<ByteSource> {
    if (!record.packed) {
      return this.budget.meter(sliceSource(container.source, await container.locate(record), record.size));
    }
    this.unpacking.spend(record.size);
    return memorySource(await container.readRecord(record, record.size));
  }

  private async scanSource(source: ByteSource, place: PicklePlace, depth: number): Promise<void> {
    const head = await readBytes(source, 0, Math.min(headBytes, source.size));
    const wrapper = wrappers.find(([, signature]) => matches(head, 0, signature));
    if (wrapper !== undefined) {
      this.find('unscanned-record', place.section, [wrapper[0]]);
    } else if (containers.some(([position, signature]) => matches(head, position, signature))) {
      await this.scanNested(source, place, depth);
    } else {
      await this.scanPickles(source, 0, place, 'hidden-pickle');
    }
  }

  private async scanNested(source: ByteSource, place: PicklePlace, depth: number): Promise<void> {
    if (depth >= nestingScanned) {
      this.find('unscanned-record', place.section, ['nesting']);
      return;
    }
    const { signal } = this.options;
    const container = await openContainer(source, { limits: this.limits, ...(signal && { signal }) });
    addContainer(this.table, this.findings, container, (name) => ({ ...place, section: nested(place, name) }));
    await this.scan(container, place, depth + 1);
  }

  private async scanPickles(
    source: ByteSource,
    start: number,
    place: PicklePlace,
    code: AuditFindingCode,
  ): Promise<void> {
    const { signal } = this.options;
    const found = await scanPickles(source, start, { limits: this.limits, ...(signal && { signal }) });
    if (debugRecord.test(place.section) && found.every(isDebugPickle)) {
      return;
    }
    for (const { pickle, error } of found) {
      addPickle(this.table, this.findings, pickle, place);
      if (error !== null) {
        this.find('broken-pickle', place.section, [error.code]);
      }
    }
    if (found.some(({ pickle }) => pickle.globals.length > 0)) {
      this.find(code, place.section);
    }
  }

  /** torch stops at STOP, and so do scanners that look at one pickle a record. */
  private async scanBehindPickles(container: Container, outer: PicklePlace | null): Promise<void> {
    for (const section of container.sections) {
      const record = container.records.find(
        (candidate) => candidate.name === section.name && liesIn(container, section, candidate),
      );
      const end = section.source === container.source ? endOf(record) : section.source.size;
      if (container.kind !== 'legacy' && end !== null && section.graph.end < end) {
        const place = { section: nested(outer, section.name), unread: true };
        await this.scanPickles(sliceSource(section.source, 0, end), section.graph.end, place, 'pickle-after-stop');
      }
    }
  }

  private find(code: AuditFindingCode, entry: string, args?: readonly (string | number)[]): void {
    if (this.findings.length >= mostFindings) {
      return;
    }
    this.findings.push({ severity: 'warning', code, entry, ...(args && { args }) });
  }
}

function nested(outer: PicklePlace | null, name: string): string {
  return outer === null ? name : `${outer.section}/${name}`;
}

function matches(bytes: Uint8Array, position: number, signature: readonly number[]): boolean {
  return signature.every((byte, index) => bytes[position + index] === byte);
}

function endOf(record: ContainerRecord | undefined): number | null {
  return record === undefined || record.position === null ? null : record.position + record.size;
}

/** Records that need no look: pickles that were read, and what they and the container name as data. */
function knownRecords(container: Container): ReadonlySet<ContainerRecord> {
  if (container.kind === 'legacy' || container.kind === 'tar') {
    return new Set(container.records);
  }
  const known = new Set<ContainerRecord>(container.tensors.map(({ record }) => record));
  for (const section of container.sections) {
    addStorages(known, section);
  }
  const unreadable = new Set(container.unreadable.map(({ name }) => name));
  const names = new Set([...unreadable, ...container.sections.map(({ name }) => name)]);
  for (const record of container.records) {
    // Of several records of a name one was read.
    if (names.has(record.name) && (unreadable.delete(record.name) || isSectionRecord(container, record))) {
      known.add(record);
    }
  }
  return known;
}

/** The records that persistent ids ask for, with as many bytes as they have. */
function addStorages(known: Set<ContainerRecord>, section: PickleSection): void {
  for (const persistent of section.graph.persistents) {
    const id = storageId(persistent);
    const record = id === null ? undefined : section.storage(id.key)?.record;
    if (id !== null && record?.size === id.elements * (id.elementSize ?? 1)) {
      known.add(record);
    }
  }
}

/** Of several records with the name of a pickle, the one that was read. */
function isSectionRecord(container: Container, record: ContainerRecord): boolean {
  return container.sections.some((section) => section.name === record.name && liesIn(container, section, record));
}

function liesIn(container: Container, section: PickleSection, { position, size }: ContainerRecord): boolean {
  const isInPlace = section.source === container.source && position !== null;
  return !isInPlace || (section.graph.end > position && section.graph.end <= position + size);
}
