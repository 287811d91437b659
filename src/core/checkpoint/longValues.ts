import type { ByteSource } from '../bytes/byteSource';
import { readBytes } from '../bytes/range';
import { isNode, NodeKind, type BytesType, type StreamRange, type Value } from '../pickle/values';
import { argumentsOf, asCall } from './arguments';
import type { TensorEntry, ValueEntry } from './checkpoint';
import { bytesRepr, latin1Bytes, stringRepr } from './pythonText';
import { byteStringText, cutText, maxReprLength } from './reprText';

export interface LongContent {
  readonly type: BytesType;
  readonly range: StreamRange;
}

/** Where a value lies that was too long to be kept in memory; null for any other. */
export function longContent(value: Value): LongContent | null {
  return isNode(value) && value.kind === NodeKind.Bytes && !(value.data instanceof Uint8Array)
    ? { type: value.type, range: value.data }
    : null;
}

// Of each no more than fills what is shown, and of so many that opening stays within its 64 KiB.
const maxRead = 32;
const maxBytes = 4 * maxReprLength;

/**
 * Reads how the long texts and bytes among the entries begin, so that they show as others do.
 * @param texts Gets what they show as, by node.
 */
export async function showLongValues(
  entries: (TensorEntry | ValueEntry)[],
  source: ByteSource,
  texts: Map<Value, string>,
): Promise<void> {
  let read = 0;
  for (let index = 0; index < entries.length && read < maxRead; index++) {
    const entry = entries[index];
    if (entry?.kind !== 'value') {
      continue;
    }
    const call = asCall(entry.node);
    const content = longContent(call === null ? entry.node : (argumentsOf(call)[0] ?? null));
    if (content === null || (call !== null && entry.type !== 'bytes')) {
      continue;
    }
    read++;
    const { start, length } = content.range;
    const bytes = await readBytes(source, start, Math.min(length, maxBytes));
    const repr = cutText(longRepr(content.type, bytes, call !== null));
    texts.set(entry.node, repr);
    entries[index] = { ...entry, repr };
  }
}

function longRepr(type: BytesType, bytes: Uint8Array, encoded: boolean): string {
  switch (type) {
    case 'bytes':
    case 'buffer':
      return bytesRepr(bytes);
    case 'bytearray':
      return `bytearray(${bytesRepr(bytes)})`;
    case 'utf8-text': {
      const text = decodeStart(bytes);
      return encoded ? bytesRepr(latin1Bytes(text)) : stringRepr(text);
    }
    case 'byte-string': {
      const text = byteStringText(bytes.subarray(0, maxReprLength));
      return text === null ? bytesRepr(bytes) : stringRepr(text);
    }
    case 'escaped-text':
    case 'escaped-byte-string':
      // In the file it stands in quotes' form already.
      return `'${decodeStart(bytes)}'`;
  }
}

/** The text that the bytes begin with; a character that was cut at their end is left out. */
function decodeStart(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes, { stream: true });
}
