import type { WeightsOnly } from '../checkpoint/checkpoint';
import type { Container, PickleSection } from '../container/container';
import { BlockerTable } from './blockerTable';
import type { GlobalUses } from './uses';
import { checkPickle } from './weightsOnlyPickle';
import { checkStorages } from './weightsOnlyStorages';

/**
 * Would `torch.load(file, weights_only=True)` of torch 2.13 take the file, and everything that stops it: torch itself
 * names only the first. Devices that a machine lacks do not count, nor modules that have yet to be imported.
 */
export function weightsOnlyOf(container: Container, uses: GlobalUses): WeightsOnly {
  const table = new BlockerTable();
  checkContainer(table, container, uses);
  const blockers = table.blockers();
  return { torch: '2.13', loads: blockers.length === 0, blockers };
}

function checkContainer(table: BlockerTable, container: Container, uses: GlobalUses): void {
  if (container.compression !== null) {
    table.add('container', container.compression);
  }
  switch (container.kind) {
    case 'safetensors':
      break;
    case 'zip':
      checkZipRecords(table, container);
      checkMainPickle(table, container, uses, 'data.pkl');
      break;
    case 'legacy':
      checkMainPickle(table, container, uses, '');
      break;
    case 'pickle':
      // Not torch.save's: the first object of the stream is no magic number. What it names would stop it too.
      table.add('container', container.kind);
      checkMainPickle(table, container, uses, '');
      break;
    case 'tar':
    case 'torchscript':
    case 'mobile':
    case 'package':
    case 'pt2':
    case 'npy':
    case 'npz':
    case 'unknown':
      table.add('container', container.kind);
      break;
  }
  for (const finding of container.findings) {
    if (finding.severity === 'error') {
      table.add('broken-file', finding.code);
    }
  }
}

/** torch's archive reader asks for a version, in one of two places. */
function checkZipRecords(table: BlockerTable, container: Container): void {
  const names = container.records.map((record) => record.name.toLowerCase());
  if (!names.includes('version') && !names.includes('.data/version')) {
    table.add('record-missing', 'version');
  }
}

function checkMainPickle(table: BlockerTable, container: Container, uses: GlobalUses, name: string): void {
  const section = mainSection(container, name);
  if (section === undefined) {
    table.add('no-pickle', name);
    return;
  }
  checkPickle(table, section.graph, uses);
  if (container.kind === 'zip' || container.kind === 'legacy') {
    checkStorages(table, section, container.kind);
  }
  if (container.kind === 'legacy') {
    for (const { graph } of container.asides) {
      checkPickle(table, graph, uses);
    }
  }
}

/** torch finds records in whatever case they are written. */
function mainSection(container: Container, name: string): PickleSection | undefined {
  return name === ''
    ? container.sections[0]
    : container.sections.find((section) => section.name.toLowerCase() === name);
}
