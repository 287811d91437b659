import type { ByteSource } from '../bytes/byteSource';
import { memorySource } from '../bytes/memorySource';
import type { Container, PickleSection } from '../container/container';
import { openContainer } from '../container/detect';
import type { OpenOptions } from '../container/format';
import { bytesSource } from '../container/streamBytes';
import { CheckpointError } from '../errors';
import { isNode, NodeKind, PyBytes, PyByteString, PyStr, type PyCall, type Value } from '../pickle/values';
import { argumentsOf } from './arguments';
import type { FindingList } from './findingList';
import { NameTable } from './names';
import { latin1Bytes } from './pythonText';
import type { Nested } from './storageTable';

/** What `pickle.dump` of a storage calls: its bytes are a whole legacy file. */
const loaderName = 'torch.storage._load_from_bytes';

export interface NestedFiles {
  readonly nested: Map<PyCall, Nested>;
  readonly containers: Map<PyCall, Container>;
}

interface NestedBytes {
  readonly source: ByteSource;
  /** Where the bytes lie in the file; null where they are packed or in memory. */
  readonly base: number | null;
}

/** Opens the legacy files that stand in a pickle as bytes. One that cannot be read is a finding. */
export async function openNested(
  section: PickleSection,
  sectionBase: number | null,
  options: OpenOptions,
  findings: FindingList,
  into: NestedFiles,
): Promise<void> {
  const names = new NameTable(section.graph.protocol);
  for (const call of section.graph.calls) {
    if (names.callee(call.callee) !== loaderName) {
      continue;
    }
    try {
      const bytes = await bytesOf(argumentsOf(call)[0], section, sectionBase, names, options);
      const container = bytes === null ? null : await openContainer(bytes.source, nestedOptions(options));
      const inner = container?.sections[0];
      if (bytes === null || container === null || inner === undefined) {
        findings.add('error', 'nested-unreadable', { entry: section.name, args: ['not-a-checkpoint'] });
        continue;
      }
      const name = `${section.name}#${String(into.nested.size)}`;
      into.containers.set(call, container);
      into.nested.set(call, { place: { container, section: inner, name, base: bytes.base }, root: inner.graph.root });
    } catch (error) {
      if (!(error instanceof CheckpointError) || error.code === 'cancelled' || error.code === 'io') {
        throw error;
      }
      findings.add('error', 'nested-unreadable', { entry: section.name, args: [error.code] });
    }
  }
}

/** Without the progress: a nested file is a small part of the whole. */
function nestedOptions({ limits, signal }: OpenOptions): OpenOptions {
  return { ...(limits && { limits }), ...(signal && { signal }) };
}

async function bytesOf(
  value: Value | undefined,
  section: PickleSection,
  base: number | null,
  names: NameTable,
  { signal }: OpenOptions,
): Promise<NestedBytes | null> {
  const content = contentOf(value, names);
  if (content === null) {
    return null;
  }
  if (content.kind !== NodeKind.Bytes) {
    const bytes = content.kind === NodeKind.ByteString ? content.bytes : latin1Bytes(content.value);
    return { source: memorySource(bytes), base: null };
  }
  const { type, data } = content;
  const liesThere = !(data instanceof Uint8Array) && (type === 'bytes' || type === 'bytearray');
  return {
    source: await bytesSource(content, section.source, signal),
    base: base === null || !liesThere ? null : base + data.start,
  };
}

/** What holds the bytes. Protocol 2 has none: `_codecs.encode(text, 'latin1')`. */
function contentOf(value: Value | undefined, names: NameTable): PyBytes | PyByteString | PyStr | null {
  if (value === undefined || !isNode(value)) {
    return null;
  }
  switch (value.kind) {
    case NodeKind.Bytes:
    case NodeKind.ByteString:
      return value;
    case NodeKind.Call: {
      const [text] = names.callee(value.callee) === '_codecs.encode' ? argumentsOf(value) : [];
      return text instanceof PyStr || text instanceof PyBytes || text instanceof PyByteString ? text : null;
    }
    default:
      return null;
  }
}
