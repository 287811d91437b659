import type { ByteSource } from '../bytes/byteSource';
import type { Escapes } from '../bytes/escapes';
import { memorySource } from '../bytes/memorySource';
import { sliceSource } from '../bytes/sliceSource';
import { textSource } from '../bytes/textSource';
import type { BytesType, PyBytes } from '../pickle/values';

/** How bytes lie in the stream that were pickled as text; null where they lie there as they are. */
const escapesOf: Readonly<Record<BytesType, Escapes | null>> = {
  bytes: null,
  bytearray: null,
  buffer: null,
  'byte-string': null,
  'utf8-text': 'utf8',
  'escaped-text': 'raw-unicode-escape',
  'escaped-byte-string': 'string-escape',
};

/**
 * The bytes of a value, however the pickle holds them; of a text those that encoding it as latin1 gives. Nothing is
 * copied: whole files of gigabytes stand in pickles so (`torch.storage._load_from_bytes`).
 * @param stream The source that the pickle was read from.
 * @throws CheckpointError `malformed-pickle` when a text is none of bytes, `cancelled`, or as `ByteSource.read`.
 */
export async function bytesSource(value: PyBytes, stream: ByteSource, signal?: AbortSignal): Promise<ByteSource> {
  const { type, data } = value;
  if (data instanceof Uint8Array) return memorySource(data);
  const escapes = escapesOf[type];
  return escapes === null ? sliceSource(stream, data.start, data.length) : textSource(stream, data, escapes, signal);
}
