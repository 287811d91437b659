import { dtypeOfStorage } from '../checkpoint/dtypes';
import type { ByteSource } from '../bytes/byteSource';
import { readBytes } from '../bytes/range';
import { CheckpointError } from '../errors';
import { isNode, NodeKind, type PickleGraph, type Value } from '../pickle/values';
import type { TarStorage, TarTables, TarTensor } from './container';
import { checkCancelled, type OpenContext } from './format';
import { itemsOf, keyOf, textOf } from './persistentId';
import { partOfRecord, rawRecordWithin } from './rawRecord';
import type { SectionReader } from './sections';
import type { TarMember } from './tarMembers';

/** Dimensions of one tensor. torch itself has no more than 64. */
const dimensionsRead = 64;

/** Reads what the members `storages` and `tensors` say of each storage and tensor, passing over the weights. */
export async function readTarTables(
  source: ByteSource,
  storagesMember: TarMember,
  tensorsMember: TarMember,
  reader: SectionReader,
  context: OpenContext,
): Promise<TarTables> {
  const storages = new Map<string, TarStorage>();
  const tensors = new Map<string, TarTensor>();
  for (const [member, read] of [
    [storagesMember, (cursor: TarCursor) => readStorages(cursor, source, storages)],
    [tensorsMember, (cursor: TarCursor) => readTensors(cursor, tensors)],
  ] as const) {
    try {
      await read(new TarCursor(source, member, reader, context));
    } catch (error) {
      reader.fail(member.name, error);
    }
  }
  return { storages, tensors };
}

async function readStorages(cursor: TarCursor, source: ByteSource, storages: Map<string, TarStorage>): Promise<void> {
  const count = await cursor.count();
  for (let i = 0; i < count; i++) {
    const [keyValue, deviceValue, type] = itemsOf(await cursor.pickle()) ?? [];
    const [key, device] = [keyOf(keyValue), textOf(deviceValue)];
    const elementSize = dtypeOfStorage(globalName(type))?.size;
    if (key === null || device === null || elementSize === undefined) throw cursor.malformed('a storage');
    const elements = await cursor.int64();
    const bytes = elements * elementSize;
    if (elements < 0) throw cursor.malformed('the length of a storage');
    const record = rawRecordWithin(source, key, cursor.position, bytes);
    storages.set(key, { device, type: `torch.${globalName(type)}`, elements, root: null, rootOffset: 0, record });
    cursor.skip(bytes);
  }
  addViews(storages, itemsOf(await cursor.pickle()) ?? []);
}

/** `(key, root key, offset, length)`, in elements of the root. */
function addViews(storages: Map<string, TarStorage>, views: readonly Value[]): void {
  for (const view of views) {
    const [keyValue, rootValue, rootOffset, elements] = itemsOf(view) ?? [];
    const [key, rootKey] = [keyOf(keyValue), keyOf(rootValue)];
    const root = rootKey === null ? undefined : storages.get(rootKey);
    if (key === null || root === undefined || typeof rootOffset !== 'number' || typeof elements !== 'number') continue;
    if (rootOffset < 0 || elements < 0 || rootOffset + elements > root.elements) continue;
    const elementSize = root.elements === 0 ? 0 : root.record.size / root.elements;
    const record = partOfRecord(root.record, rootOffset * elementSize, elements * elementSize);
    storages.set(key, { ...root, elements, root: rootKey, rootOffset, record });
  }
}

async function readTensors(cursor: TarCursor, tensors: Map<string, TarTensor>): Promise<void> {
  const count = await cursor.count();
  for (let i = 0; i < count; i++) {
    const [keyValue, storageValue, type] = itemsOf(await cursor.pickle()) ?? [];
    const [key, storageKey] = [keyOf(keyValue), keyOf(storageValue)];
    if (key === null || storageKey === null) throw cursor.malformed('a tensor');
    const dimensions = await cursor.int32();
    if (dimensions < 0 || dimensions > dimensionsRead) throw cursor.malformed('the dimensions of a tensor');
    // The count of dimensions was written as 8 bytes.
    cursor.skip(4);
    const shape = await cursor.int64s(dimensions);
    const stride = await cursor.int64s(dimensions);
    tensors.set(key, { storageKey, type: `torch.${globalName(type)}`, shape, stride, offset: await cursor.int64() });
  }
}

function globalName(value: Value | undefined): string {
  return value !== undefined && isNode(value) && value.kind === NodeKind.Global ? value.name : '';
}

/** What nearly every pickle of a member fits into; longer ones are read again. */
const firstWindow = 512;
/** The classes that triples name; a pickle with anything else is one for the audit. */
const expectedClass = /^\w+(?:Storage|Tensor)$/;

/** Reads pickles and numbers one behind the other. */
class TarCursor {
  position: number;
  private readonly end: number;

  constructor(
    private readonly source: ByteSource,
    private readonly member: TarMember,
    private readonly reader: SectionReader,
    private readonly context: OpenContext,
  ) {
    this.position = member.position;
    this.end = Math.min(source.size, member.position + member.size);
  }

  malformed(what: string): CheckpointError {
    return new CheckpointError('malformed-tar', { offset: this.position, entry: this.member.name, detail: what });
  }

  skip(bytes: number): void {
    this.position += bytes;
  }

  async pickle(): Promise<Value> {
    checkCancelled(this.context);
    const graph = await this.graph();
    this.position = graph.end;
    if (graph.calls.length > 0 || graph.globals.some(({ name }) => !expectedClass.test(name))) {
      this.reader.add(this.member.name, graph, this.source);
    }
    return graph.root;
  }

  private async graph(): Promise<PickleGraph> {
    const near = this.position + firstWindow;
    if (near < this.end) {
      try {
        return await this.reader.graph(this.source, { start: this.position, end: near });
      } catch (error) {
        if (!(error instanceof CheckpointError) || error.code !== 'truncated') throw error;
      }
    }
    return this.reader.graph(this.source, { start: this.position, end: this.end });
  }

  async count(): Promise<number> {
    const value = await this.pickle();
    if (typeof value !== 'number' || value < 0 || value > this.context.limits.records) throw this.malformed('a count');
    return value;
  }

  async int32(): Promise<number> {
    return (await this.view(4)).getInt32(0, true);
  }

  async int64(): Promise<number> {
    const [value] = await this.int64s(1);
    return value ?? 0;
  }

  async int64s(count: number): Promise<number[]> {
    const view = await this.view(8 * count);
    return Array.from({ length: count }, (_, i) => Number(view.getBigInt64(8 * i, true)));
  }

  private async view(bytes: number): Promise<DataView> {
    if (this.position + bytes > this.end) {
      throw new CheckpointError('truncated', { offset: this.position, entry: this.member.name });
    }
    const read = await readBytes(this.source, this.position, bytes);
    this.position += bytes;
    return new DataView(read.buffer);
  }
}
