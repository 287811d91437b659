import type { Container, ContainerRecord, PickleSection, StorageRecord } from '../container/container';
import type { PickleGraph, PyCall } from '../pickle/values';
import { contentSize, type StorageContent } from '../write/storageContent';
import type { Checkpoint, TensorEntry, ValueEntry } from './checkpoint';
import { FindingList } from './findingList';
import { Interpreter } from './interpreter';
import { describe } from './open';
import { stringRepr } from './pythonText';
import { cutText } from './reprText';
import { StorageTable, type Place } from './storageTable';
import { Walk } from './walk';

/** What stands in place of a file's main pickle. */
export interface EditedGraph {
  readonly graph: PickleGraph;
  /** Storages whose bytes are not simply those of the file's record, by key. */
  readonly contents: ReadonlyMap<string, StorageContent>;
  /** `__metadata__` of a `.safetensors`, where it is listed; elsewhere what `Container.metadata` was. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** A checkpoint as it would be if the file held the edited graph. Reads nothing. */
export function describeCheckpoint(original: Checkpoint, edited: EditedGraph): Checkpoint {
  const { source, reading } = original;
  const container = editedContainer(original.container, edited);
  const findings = new FindingList();
  const storages = new StorageTable(reading.nested.nested, container.kind !== 'safetensors');
  const walk = new Walk(storages, findings, reading.limits);
  const [section] = container.sections;
  if (section !== undefined) {
    const place: Place = { container, section, name: section.name, base: container.compression === null ? 0 : null };
    walk.add(section.graph.root, [], new Interpreter(place, storages, null));
  }
  showKnownTexts(walk.entries, original);
  for (const [name, text] of container.kind === 'safetensors' ? edited.metadata : []) {
    const repr = cutText(stringRepr(text));
    walk.addEntry({ kind: 'value', path: ['.metadata', name], type: 'str', repr, node: null });
  }
  const kept = { ...reading, nested: { ...reading.nested, containers: stillNested(original, edited.graph.calls) } };
  return { ...describe({ source, container, reading: kept, findings, storages, walk, headerStorages: [] }), reading };
}

function showKnownTexts(entries: (TensorEntry | ValueEntry)[], { reading }: Checkpoint): void {
  if (reading.longTexts.size === 0) {
    return;
  }
  entries.forEach((entry, index) => {
    const repr = entry.kind === 'value' ? reading.longTexts.get(entry.node) : undefined;
    if (entry.kind === 'value' && repr !== undefined) {
      entries[index] = { ...entry, repr };
    }
  });
}

function stillNested({ reading }: Checkpoint, calls: readonly PyCall[]): Map<PyCall, Container> {
  const { containers } = reading.nested;
  return new Map(
    containers.size === 0
      ? []
      : calls.flatMap((call) => {
          const container = containers.get(call);
          return container === undefined ? [] : [[call, container] as const];
        }),
  );
}

/** The file's container with the edited pickle as its main one. */
function editedContainer(container: Container, { graph, contents, metadata }: EditedGraph): Container {
  const [main, ...others] = container.sections;
  const made = new Map<string, StorageRecord>();
  const section: PickleSection = {
    name: main?.name ?? '',
    graph,
    source: main?.source ?? container.source,
    storage(key) {
      const content = contents.get(key);
      if (content === undefined) {
        return main?.storage(key);
      }
      const known = made.get(key) ?? storageRecord(key, content);
      made.set(key, known);
      return known;
    },
  };
  return { ...container, sections: [section, ...others], tensors: [], metadata };
}

function storageRecord(key: string, content: StorageContent): StorageRecord {
  if (content.kind === 'record') {
    return { key, record: content.record, container: content.container, content };
  }
  const size = contentSize(content);
  const record: ContainerRecord = { name: key, size, packedSize: size, position: null, packed: false, crc32: null };
  return { key, record, content };
}
