import type { ByteSource } from '../bytes/byteSource';
import { readBytes } from '../bytes/range';
import { CheckpointError } from '../errors';
import type { Finding } from '../findings';
import type { Container } from './container';
import { ForeignFileError } from './foreign';
import type { Format, Head, OpenContext } from './format';
import { duplicateKeys } from './jsonKeys';
import { emptyContainer } from './rawRecord';
import { isRecord, readTensors } from './safetensorsTensors';

/** The header's length as a u64 stands in front of it. */
const lengthBytes = 8;
/** safetensors' own limit. Seen beyond it: 126 MB for 1.3 million tensors (safetensors issue 668), which it refuses. */
const largestHeader = 100_000_000;
const metadataKey = '__metadata__';

export const safetensorsFormat: Format = { match: isSafetensors, open: openSafetensors };

/** A length and then JSON: an object, white space before it allowed. */
function isSafetensors({ bytes, fileName }: Head): boolean {
  const length = headerLength(bytes);
  if (length === null || length === 0) return false;
  if (length > largestHeader && !fileName.endsWith('.safetensors')) return false;
  return bytes.subarray(lengthBytes).find((byte) => !isSpace(byte)) === 0x7b;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

function headerLength(bytes: Uint8Array): number | null {
  if (bytes.length <= lengthBytes) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, lengthBytes);
  return Number(view.getBigUint64(0, true));
}

/**
 * Reads the header; every rule of torch-format.md 1.8 that the file breaks is a finding.
 * @throws CheckpointError `malformed-safetensors` when the header is no JSON object, `limit-exceeded`;
 * ForeignFileError when the header is cut.
 */
async function openSafetensors(source: ByteSource, context: OpenContext): Promise<Container> {
  const length = headerLength(await readBytes(source, 0, lengthBytes + 1)) ?? 0;
  if (length > largestHeader) {
    throw new CheckpointError('limit-exceeded', { detail: `header of ${length} bytes, the limit is ${largestHeader}` });
  }
  if (length > source.size - lengthBytes) {
    const needed = lengthBytes + length;
    throw new ForeignFileError({ kind: 'cut-header', bytesPresent: source.size, bytesNeeded: needed }, 'truncated');
  }
  const text = decode(await readBytes(source, lengthBytes, length));
  const header = parse(text);
  const findings: Finding[] = duplicateKeys(text).map((entry) => ({
    severity: 'error',
    code: 'duplicate-keys',
    entry,
  }));
  const entries = Object.entries(header).filter(([name]) => name !== metadataKey);
  if (entries.length > context.limits.entries) {
    throw new CheckpointError('limit-exceeded', { detail: `${entries.length} tensors` });
  }
  const { tensors, findings: tensorFindings } = readTensors(source, entries, lengthBytes + length);
  const metadata = readMetadata(header[metadataKey], findings);
  return {
    ...emptyContainer(source),
    kind: 'safetensors',
    records: tensors.map(({ record }) => record),
    tensors,
    metadata,
    findings: [...findings, ...tensorFindings],
  };
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new CheckpointError('malformed-safetensors', { detail: 'the header is no UTF-8', cause });
  }
}

function parse(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CheckpointError('malformed-safetensors', { offset: lengthBytes, detail: 'the header is no JSON', cause });
  }
  if (isRecord(value)) return value;
  throw new CheckpointError('malformed-safetensors', { offset: lengthBytes, detail: 'the header is no JSON object' });
}

function readMetadata(value: unknown, findings: Finding[]): ReadonlyMap<string, string> {
  if (value === undefined || value === null) return new Map();
  if (!isRecord(value)) {
    findings.push({ severity: 'error', code: 'metadata-invalid', entry: metadataKey });
    return new Map();
  }
  const metadata = new Map<string, string>();
  for (const [key, text] of Object.entries(value)) {
    if (typeof text === 'string') metadata.set(key, text);
    else findings.push({ severity: 'error', code: 'metadata-invalid', entry: key });
  }
  return metadata;
}
