import { memorySource } from '../../../src/core/bytes/memorySource';
import type { Branch, Entry } from '../../../src/core/checkpoint/checkpoint';
import { FindingList } from '../../../src/core/checkpoint/findingList';
import { Interpreter } from '../../../src/core/checkpoint/interpreter';
import { StorageTable } from '../../../src/core/checkpoint/storageTable';
import { Walk } from '../../../src/core/checkpoint/walk';
import { emptyContainer } from '../../../src/core/container/rawRecord';
import type { Finding } from '../../../src/core/findings';
import { defaultLimits } from '../../../src/core/limits';
import type { PickleGraph, Value } from '../../../src/core/pickle/values';

/** Lists a graph that no protocol-2 pickle can hold, without a file around it. */
export async function openGraph(
  root: Value,
  protocol = 4,
): Promise<{ entries: readonly Entry[]; branches: readonly Branch[]; findings: Finding[] }> {
  const source = memorySource(new Uint8Array());
  const graph: PickleGraph = {
    root,
    protocol,
    end: 0,
    globals: [],
    calls: [],
    persistents: [],
    opcodes: new Uint32Array(256),
    lossy: [],
  };
  const section = { name: 'data.pkl', graph, source, storage: () => undefined };
  const findings = new FindingList();
  const storages = new StorageTable(new Map());
  const walk = new Walk(storages, findings, defaultLimits);
  walk.add(
    root,
    [],
    new Interpreter(
      { container: { ...emptyContainer(source), kind: 'zip' }, section, name: 'data.pkl', base: 0 },
      storages,
      null,
    ),
  );
  return { entries: walk.entries, branches: walk.branches, findings: findings.all() };
}
