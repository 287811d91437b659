import type { ByteSource } from '../bytes/byteSource';
import type { Finding } from '../findings';
import type { PickleGraph } from '../pickle/values';
import type { Container, ContainerRecord, PickleSection, StorageRecord } from './container';
import { startsWith, type Format, type OpenContext } from './format';
import { locateStorages, viewRecord } from './legacyStorages';
import { itemsOf, keyOf, storageId, type StorageId } from './persistentId';
import { emptyContainer, rawRecord } from './rawRecord';
import { SectionReader } from './sections';

/** `torch.save` before 1.6 begins with a pickle of this number. */
export const legacyMagic = 0x1950a86a20f9469cfc6cn;
const proto = 0x80;
// LONG1 of ten bytes, behind PROTO and its argument.
const magicOpcode = [0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
const protocolVersion = 1001;

/** The five pickles, with the names that torch's source gives them. */
const preambleNames = ['magic_number', 'protocol_version', 'sys_info'] as const;
const objectName = 'object';
const keysName = 'storage_keys';

export const legacyFormat: Format = {
  match: ({ bytes }) => startsWith(bytes, [proto]) && startsWith(bytes, magicOpcode, 2),
  open: openLegacy,
};

/**
 * Opens what `torch.save` wrote before 1.6: five pickles one behind the other, then the storages
 * (torch-format.md 1.2). A file that is cut is opened as far as it is whole.
 * @throws CheckpointError when the object cannot be read, and names nothing that it would import.
 */
export async function openLegacy(source: ByteSource, context: OpenContext): Promise<Container> {
  const storages = new Map<string, StorageRecord>();
  const { main, asides, records, findings } = await readPickles(source, context, (key) => storages.get(key));
  const [object] = main.sections;
  const [broken] = [...asides.unreadable, ...main.unreadable];
  const graphs = [...asides.sections.map(({ graph }) => graph), ...(broken === undefined ? [] : [broken.partial])];
  // Nothing to list and nothing that would be imported, also not by the pickles before the object.
  if (object === undefined && broken !== undefined && graphs.every(({ globals }) => globals.length === 0)) {
    throw broken.error;
  }
  const keys = asides.sections.find(({ name }) => name === keysName);
  if (object !== undefined && keys !== undefined) {
    const ids = object.graph.persistents.flatMap((persistent) => storageId(persistent) ?? []);
    const located = await locateStorages(source, keys.graph.end, keyList(keys.graph), firstByKey(ids));
    for (const storage of located.records) storages.set(storage.key, storage);
    addViews(storages, ids);
    for (const { record } of located.records) records.push(record);
    findings.push(...located.findings);
  }
  return {
    ...emptyContainer(source),
    kind: 'legacy',
    records,
    sections: main.sections,
    asides: asides.sections,
    unreadable: [...main.unreadable, ...asides.unreadable],
    findings: [...findings, ...main.findings, ...asides.findings],
  };
}

interface LegacyPickles {
  readonly main: SectionReader;
  readonly asides: SectionReader;
  readonly records: ContainerRecord[];
  readonly findings: Finding[];
}

/** Reads the five pickles, up to the first one that is broken. */
async function readPickles(
  source: ByteSource,
  context: OpenContext,
  storage: PickleSection['storage'],
): Promise<LegacyPickles> {
  const pickles = { main: new SectionReader(context), asides: new SectionReader(context), records: [], findings: [] };
  const { main, asides, records, findings }: LegacyPickles = pickles;
  let at = 0;
  for (const name of [...preambleNames, objectName, keysName] as const) {
    const [reader, sectionName] = name === objectName ? [main, ''] : [asides, name];
    const section = await reader.read(sectionName, source, { start: at }, storage);
    if (section === null) break;
    records.push(rawRecord(name, at, section.graph.end - at));
    at = section.graph.end;
    if (name === 'protocol_version' && section.graph.root !== protocolVersion) {
      findings.push({ severity: 'error', code: 'legacy-version' });
    }
  }
  return pickles;
}

/** A key that is no key is taken as one that no storage has. */
function keyList(graph: PickleGraph): readonly string[] {
  return (itemsOf(graph.root) ?? []).map((item) => keyOf(item) ?? '');
}

/** The first mention of a storage decides its dtype. */
function firstByKey(ids: readonly StorageId[]): ReadonlyMap<string, StorageId> {
  return new Map(ids.toReversed().map((id) => [id.key, id]));
}

function addViews(storages: Map<string, StorageRecord>, ids: readonly StorageId[]): void {
  for (const id of ids) {
    const root = storages.get(id.key);
    const view = root === undefined ? null : viewRecord(root.record, id);
    if (view !== null && !storages.has(view.key)) storages.set(view.key, view);
  }
}
