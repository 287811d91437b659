import type { ByteSource } from '../bytes/byteSource';
import { memorySource } from '../bytes/memorySource';
import { readBytes } from '../bytes/range';
import { sliceSource } from '../bytes/sliceSource';
import type { Container, PickleSection } from '../container/container';
import { openContainer } from '../container/detect';
import type { OpenOptions } from '../container/format';
import { CheckpointError } from '../errors';
import { defaultLimits } from '../limits';
import { isNode, NodeKind, type PyBytes, type PyCall, type Value } from '../pickle/values';
import { argumentsOf, asText } from './arguments';
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
  options: OpenOptions,
): Promise<NestedBytes | null> {
  if (value === undefined || !isNode(value)) {
    return null;
  }
  if (value.kind === NodeKind.Bytes) {
    return ofBytes(value, section, base);
  }
  // Protocol 2 has no bytes: `_codecs.encode(text, 'latin1')`, the text as UTF-8.
  if (value.kind !== NodeKind.Call || names.callee(value.callee) !== '_codecs.encode') {
    return null;
  }
  const [content] = argumentsOf(value);
  const text = asText(content) ?? (await longText(content, section, options));
  return text === null ? null : { source: memorySource(latin1Bytes(text)), base: null };
}

function ofBytes({ type, data }: PyBytes, section: PickleSection, base: number | null): NestedBytes | null {
  if (data instanceof Uint8Array) {
    return { source: memorySource(data), base: null };
  }
  if (type !== 'bytes' && type !== 'bytearray') {
    return null;
  }
  return {
    source: sliceSource(section.source, data.start, data.length),
    base: base === null ? null : base + data.start,
  };
}

async function longText(
  value: Value | undefined,
  section: PickleSection,
  { limits }: OpenOptions,
): Promise<string | null> {
  if (value === undefined || !isNode(value) || value.kind !== NodeKind.Bytes || value.type !== 'utf8-text') {
    return null;
  }
  const { data } = value;
  if (data instanceof Uint8Array) {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(data);
  }
  const limit = (limits ?? defaultLimits).inflatedBytes;
  if (data.length > limit) {
    throw new CheckpointError('limit-exceeded', {
      offset: data.start,
      detail: `nested file of ${String(data.length)} bytes`,
    });
  }
  const bytes = await readBytes(section.source, data.start, data.length);
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}
