import type { Gunzip, Unzlib } from 'fflate';
import type { ByteSource } from '../bytes/byteSource';
import { memorySource } from '../bytes/memorySource';
import type { Finding } from '../findings';
import type { Container } from './container';
import { ForeignFileError } from './foreign';
import { checkCancelled, startsWith, type Format, type OpenContext } from './format';

// Packed bytes unpacked at a time: at most a thousandfold comes out at once.
const chunkBytes = 16 << 10;

/**
 * Files packed as a whole: `.gz`, and zlib as joblib writes it. They are unpacked into memory, up to a limit.
 * @param openInner Opens what is inside.
 */
export function compressedFormats(
  openInner: (source: ByteSource, context: OpenContext) => Promise<Container>,
): Format[] {
  return [
    {
      match: ({ bytes }) => startsWith(bytes, [0x1f, 0x8b, 0x08]),
      open: (source, context) => openCompressed(source, context, 'gzip', openInner),
    },
    {
      match: ({ bytes }) => isZlib(bytes),
      open: (source, context) => openCompressed(source, context, 'zlib', openInner),
    },
  ];
}

/** RFC 1950: deflate with a window of 32 KiB, no preset dictionary, and a check that is a multiple of 31. */
function isZlib([method = 0, flags = 0]: Uint8Array): boolean {
  return method === 0x78 && (flags & 0x20) === 0 && (method * 256 + flags) % 31 === 0;
}

/** @throws ForeignFileError when it unpacks to more than `Limits.inflatedBytes`, to nothing, or is packed twice. */
async function openCompressed(
  source: ByteSource,
  context: OpenContext,
  compression: 'gzip' | 'zlib',
  openInner: (source: ByteSource, context: OpenContext) => Promise<Container>,
): Promise<Container> {
  const { bytes, whole } = await unpack(source, compression, context);
  const container = await openInner(memorySource(bytes), context);
  if (container.compression !== null) throw new ForeignFileError(archive(compression));
  const findings: Finding[] = [{ severity: 'info', code: 'compressed-wrapper', args: [compression, bytes.length] }];
  if (!whole) findings.push({ severity: 'error', code: 'compressed-cut', args: [source.size, bytes.length] });
  return { ...container, compression, findings: [...findings, ...container.findings] };
}

function archive(format: 'gzip' | 'zlib'): ConstructorParameters<typeof ForeignFileError>[0] {
  return { kind: 'archive', format, entries: [] };
}

interface Unpacked {
  readonly bytes: Uint8Array;
  /** False when the packed data ends early or is damaged: `bytes` is what came before. */
  readonly whole: boolean;
}

async function unpack(source: ByteSource, compression: 'gzip' | 'zlib', context: OpenContext): Promise<Unpacked> {
  const { inflatedBytes } = context.limits;
  const chunks: Uint8Array[] = [];
  let length = 0;
  const onChunk = (chunk: Uint8Array): void => {
    length += chunk.length;
    if (length <= inflatedBytes) chunks.push(chunk.slice());
  };
  const fflate = await import('fflate');
  const stream = compression === 'gzip' ? new fflate.Gunzip(onChunk) : new fflate.Unzlib(onChunk);
  let whole = true;
  for (let at = 0; at < source.size && whole; at += chunkBytes) {
    checkCancelled(context);
    context.progress?.(at, source.size);
    const packed = new Uint8Array(Math.min(chunkBytes, source.size - at));
    await source.read(at, packed);
    whole = push(stream, packed, false);
    if (length > inflatedBytes) {
      const detail = `more than ${inflatedBytes} bytes unpacked`;
      throw new ForeignFileError(archive(compression), 'limit-exceeded', { detail });
    }
  }
  // Apart from the last bytes: with them fflate would give up what it could still unpack.
  whole &&= push(stream, new Uint8Array(), true);
  if (length === 0) throw new ForeignFileError(archive(compression), 'truncated');
  return { bytes: Buffer.concat(chunks, length), whole };
}

function push(stream: Gunzip | Unzlib, packed: Uint8Array, final: boolean): boolean {
  try {
    stream.push(packed, final);
    return true;
  } catch {
    // fflate throws for data that is damaged or ends early; what it gave before stands.
    return false;
  }
}
