import type { ByteSource } from '../../src/core/bytes/byteSource';
import { memorySource } from '../../src/core/bytes/memorySource';
import type { Checkpoint, Entry, Path, Storage, TensorEntry, ValueEntry } from '../../src/core/checkpoint/checkpoint';
import type { Container, ContainerRecord } from '../../src/core/container/container';
import { emptyContainer } from '../../src/core/container/rawRecord';
import { defaultLimits } from '../../src/core/limits';

// Checkpoints put together by hand, for tests of what is made from them.

/** A record of 24 bytes at position 64 of its file, unless said otherwise. */
export function record(fields: Partial<ContainerRecord> = {}): ContainerRecord {
  return { name: 'data/0', size: 24, packedSize: 24, position: 64, packed: false, crc32: null, ...fields };
}

/** A storage of that record, in an empty ZIP container. */
export function storage(fields: Partial<Storage> = {}): Storage {
  const data = fields.record ?? record();
  return {
    index: 0,
    key: '0',
    section: 'data.pkl',
    bytes: data.size,
    dtype: 'float32',
    device: 'cpu',
    record: data,
    container: zipContainer(),
    position: data.position,
    ...fields,
  };
}

export function zipContainer(source: ByteSource = memorySource(new Uint8Array(1_024))): Container {
  return { ...emptyContainer(source), kind: 'zip' };
}

/** A float32 tensor of shape [2, 3], unless said otherwise. */
export function tensor(path: Path, fields: Partial<TensorEntry> = {}): TensorEntry {
  return {
    kind: 'tensor',
    path,
    shape: [2, 3],
    dtype: 'float32',
    device: 'cpu',
    stride: [3, 1],
    offset: 0,
    layout: 'strided',
    requiresGrad: false,
    role: null,
    parameter: null,
    storage: storage(),
    notes: [],
    bytes: 24,
    node: null,
    ...fields,
  };
}

export function value(path: Path, type: string, repr: string): ValueEntry {
  return { kind: 'value', path, type, repr, node: null };
}

/** A state dict in a ZIP file of 1,024 bytes, with these entries and nothing else to say of it. */
export function builtCheckpoint(entries: readonly Entry[], fields: Partial<Checkpoint> = {}): Checkpoint {
  const container = zipContainer();
  const tensors = entries.filter((entry) => entry.kind === 'tensor');
  return {
    source: container.source,
    container,
    kind: 'state-dict',
    wrapper: null,
    entries,
    branches: [],
    storages: [],
    optimizers: [],
    weightsOnly: { torch: '2.13', loads: true, blockers: [] },
    imports: [],
    findings: [],
    summary: {
      tensors: tensors.length,
      parameters: 6 * tensors.length,
      tensorBytes: 24 * tensors.length,
      storageBytes: 24,
      dtypes: new Map([['float32', tensors.length]]),
      devices: new Map([['cpu', tensors.length]]),
    },
    reading: { limits: defaultLimits, nested: { nested: new Map(), containers: new Map() }, longTexts: new Map() },
    ...fields,
  };
}
