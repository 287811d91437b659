import { auditImports } from '../audit/audit';
import type { ByteSource } from '../bytes/byteSource';
import type { Container, ContainerRecord, PickleSection } from '../container/container';
import { openContainer } from '../container/detect';
import type { OpenOptions } from '../container/format';
import { defaultLimits } from '../limits';
import { isNode, NodeKind, type Value } from '../pickle/values';
import type { Branch, Checkpoint, CheckpointKind, Entry, Path, Reading, Storage } from './checkpoint';
import { FindingList } from './findingList';
import { listHeader } from './headerTensors';
import { Interpreter } from './interpreter';
import { checkpointKind, mainStateDict, stateDictKeys, wrapperPrefix } from './kinds';
import { showLongValues } from './longValues';
import { openNested, type NestedFiles } from './nested';
import { readOptimizers } from './optimizers';
import { StorageTable, type Place } from './storageTable';
import { summarize } from './summary';
import { readModuleClasses } from './torchScript';
import { Walk } from './walk';

/**
 * Opens a checkpoint of any format without running it and without reading a weight.
 * @throws ForeignFileError when it is none; CheckpointError when nothing of it can be read.
 */
export async function openCheckpoint(source: ByteSource, options: OpenOptions = {}): Promise<Checkpoint> {
  const container = await openContainer(source, options);
  const findings = new FindingList();
  const nested: NestedFiles = { nested: new Map(), containers: new Map() };
  const base = container.compression === null ? 0 : null;
  for (const section of container.sections) {
    await openNested(section, base, options, findings, nested);
  }
  const limits = options.limits ?? defaultLimits;
  const storages = new StorageTable(nested.nested);
  const walk = new Walk(storages, findings, limits);
  const headerStorages = await list(container, base, storages, findings, walk);
  const longTexts = new Map<Value, string>();
  for (const section of container.sections.slice(0, 1)) {
    await showLongValues(walk.entries, section.source, longTexts);
  }
  const reading: Reading = { limits, nested, longTexts };
  return describe({ source, container, reading, findings, storages, walk, headerStorages });
}

/** What describes a checkpoint once everything in it is listed. */
export interface Listed {
  readonly source: ByteSource;
  readonly container: Container;
  readonly reading: Reading;
  readonly findings: FindingList;
  readonly storages: StorageTable;
  readonly walk: Walk;
  readonly headerStorages: readonly Storage[];
}

export function describe({ source, container, reading, findings, storages, walk, headerStorages }: Listed): Checkpoint {
  if (storages.textualIds) {
    findings.add('error', 'persistent-id-text', { entry: container.sections[0]?.name ?? '' });
  }
  const optimizers = readOptimizers(walk);
  const audit = auditImports(container, walk.uses, reading.nested.containers);
  const main = mainStateDict(walk.branches);
  return {
    source,
    container,
    kind: kindOf(container, walk.entries, walk.branches),
    wrapper: main === null ? null : wrapperPrefix(stateDictKeys(walk.entries, main)),
    entries: walk.entries,
    branches: walk.branches,
    storages: [...storages.storages, ...headerStorages],
    optimizers,
    weightsOnly: audit.weightsOnly,
    imports: audit.imports,
    findings: [...container.findings, ...findings.all(), ...audit.findings],
    summary: summarize(walk.entries, walk.branches),
    reading,
  };
}

/** Fills the walk with what a container holds; the storages that a header describes, not a pickle. */
async function list(
  container: Container,
  base: number | null,
  storages: StorageTable,
  findings: FindingList,
  walk: Walk,
): Promise<readonly Storage[]> {
  switch (container.kind) {
    case 'torchscript':
    case 'mobile':
      await listScript(container, base, storages, findings, walk);
      return [];
    case 'package':
    case 'pt2':
      listRecords(container.records, walk);
      return [];
    case 'safetensors':
    case 'npy':
    case 'npz':
      return listHeader(container, base, walk);
    default:
      listPickle(container.sections[0], container, base, storages, walk);
      return [];
  }
}

function listPickle(
  section: PickleSection | undefined,
  container: Container,
  base: number | null,
  storages: StorageTable,
  walk: Walk,
): void {
  if (section !== undefined) {
    const place: Place = { container, section, name: section.name, base };
    walk.add(section.graph.root, [], new Interpreter(place, storages, null));
  }
}

async function listScript(
  container: Container,
  base: number | null,
  storages: StorageTable,
  findings: FindingList,
  walk: Walk,
): Promise<void> {
  const parts: readonly (readonly [string, Path])[] = [
    ['data.pkl', []],
    ['constants.pkl', ['.constants']],
  ];
  for (const [name, path] of parts) {
    const section = container.sections.find((each) => each.name === name);
    if (section !== undefined && !isEmptyTuple(section.graph.root)) {
      const place: Place = { container, section, name, base };
      const classes = await readModuleClasses(container, section, findings);
      walk.add(
        section.graph.root,
        path,
        new Interpreter(place, storages, classes),
        path.length > 0 ? 'constant' : null,
      );
    }
  }
  listRecords(
    container.records.filter(({ name }) => /\.py$|^extra\//.test(name)),
    walk,
  );
}

/** Most archives have no constants, and say so. */
function isEmptyTuple(value: Value): boolean {
  return isNode(value) && value.kind === NodeKind.Tuple && value.items.length === 0;
}

/** Parts of an archive that are listed, and not looked into. */
function listRecords(records: readonly ContainerRecord[], walk: Walk): void {
  for (const { name, size } of records) {
    walk.addEntry({ kind: 'value', path: [name], type: 'record', repr: `${String(size)} bytes`, node: null });
  }
}

function kindOf(container: Container, entries: readonly Entry[], branches: readonly Branch[]): CheckpointKind {
  switch (container.kind) {
    case 'torchscript':
    case 'mobile':
      return 'module';
    case 'npy':
      return entries.length === 1 ? 'tensor' : 'other';
    case 'safetensors':
    case 'npz':
      return entries.some(({ kind }) => kind === 'tensor') ? 'state-dict' : 'other';
    default:
      return checkpointKind(entries, branches);
  }
}
