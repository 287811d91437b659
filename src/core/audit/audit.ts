import type { Import, WeightsOnly } from '../checkpoint/checkpoint';
import type { Container, ContainerKind } from '../container/container';
import type { Finding } from '../findings';
import { Op } from '../pickle/opcodes';
import type { PartialPickle } from '../pickle/pickleError';
import { ImportTable } from './importTable';
import type { GlobalUses, NestedContainers } from './uses';
import { weightsOnlyOf } from './weightsOnly';

export interface Audit {
  /** In the order met, the main pickle first. */
  readonly imports: readonly Import[];
  readonly weightsOnly: WeightsOnly;
  readonly findings: readonly Finding[];
}

/**
 * Every name that the pickles of an opened container import, those of pickles that broke off and of nested checkpoints too,
 * and whether `weights_only` would take the file. Reads nothing; `auditRecords` looks into the other records.
 */
export function auditImports(container: Container, uses: GlobalUses, nested: NestedContainers): Audit {
  const table = new ImportTable(uses);
  const findings: Finding[] = [];
  addContainer(table, findings, container, (name) => ({ section: name, unread: isUnread(container, name) }));
  // A nested checkpoint is read when the pickle around it is: its names belong to that pickle's record.
  const outer = { section: container.sections[0]?.name ?? '', unread: false };
  for (const inner of nested.values()) {
    addContainer(table, findings, inner, () => outer);
  }
  return { imports: table.imports(), weightsOnly: weightsOnlyOf(container, uses), findings };
}

/** Adds all that a container's pickles import; `place` says for each by its record's name where it stands. */
export function addContainer(
  table: ImportTable,
  findings: Finding[],
  container: Container,
  place: (name: string) => PicklePlace,
): void {
  for (const { name, graph } of container.sections) {
    addPickle(table, findings, graph, place(name));
  }
  for (const { name, partial } of container.unreadable) {
    addPickle(table, findings, partial, place(name));
  }
  for (const { name, graph } of container.asides) {
    // Behind the one pickle of a plain file nobody reads on; those of a legacy checkpoint belong to it.
    const at = place(name);
    addPickle(table, findings, graph, container.kind === 'pickle' ? { ...at, unread: true } : at);
  }
}

/** Where a pickle stands, and whether loading the file leaves it alone. */
export interface PicklePlace {
  readonly section: string;
  readonly unread: boolean;
}

export function addPickle(table: ImportTable, findings: Finding[], pickle: PartialPickle, place: PicklePlace): void {
  let extended = usesExtensions(pickle.opcodes);
  for (const global of pickle.globals) {
    const judged = table.add(global, pickle.protocol, place);
    extended ||= judged.reason === 'extends-pickle';
  }
  if (extended) {
    findings.push({ severity: 'warning', code: 'pickle-extension', entry: place.section });
  }
  if (pickle.lossy.some(({ code }) => code === 'frame-crossing')) {
    findings.push({ severity: 'warning', code: 'frame-crossing', entry: place.section });
  }
}

/** The copyreg registry gives objects by number: what EXT brings in depends on the process that loads. */
export function usesExtensions(opcodes: Uint32Array): boolean {
  return [Op.EXT1, Op.EXT2, Op.EXT4].some((op) => (opcodes[op] ?? 0) > 0);
}

/** What torch.load reads of a zip checkpoint, and torch.jit.load of its archives, whatever else lies beside it. */
const readByTorch: Readonly<Partial<Record<ContainerKind, RegExp>>> = {
  zip: /^data\.pkl$/i,
  torchscript: /^(data|constants|attributes|traced_inputs)\.pkl$/,
  mobile: /^(data|constants|bytecode)\.pkl$/,
};

export function isUnread(container: Container, section: string): boolean {
  const read = readByTorch[container.kind];
  return read !== undefined && !read.test(section);
}
