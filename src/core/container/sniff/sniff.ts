import type { ByteSource } from '../../bytes/byteSource';
import { readBytes } from '../../bytes/range';
import type { ForeignFile } from '../foreign';
import { startsWith, type Head } from '../format';
import { signatures } from './signatures';
import { textFile } from './text';

/** What a file is by its first bytes, where these leave no doubt; null when they say nothing. */
export function bySignature({ bytes }: Head): ForeignFile | null {
  const found = signatures.find((row) => startsWith(bytes, row.bytes, row.offset));
  return found?.foreign ?? null;
}

/** What a file is that no format of this program matched. */
export async function foreignFile(source: ByteSource, head: Head): Promise<ForeignFile> {
  if (source.size === 0) return { kind: 'empty' };
  return (
    textFile(head) ??
    (await tensorflowFile(source, head)) ??
    onnxFile(head) ??
    (await zeros(source, head)) ?? { kind: 'unknown', head: hexadecimal(head.bytes.subarray(0, 16)) }
  );
}

function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

/** Eight bytes at the end of a LevelDB table: `.index` of TensorFlow 2, `.ckpt` of its first version. */
const tableFooter = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];

async function tensorflowFile(source: ByteSource, { fileName }: Head): Promise<ForeignFile | null> {
  if (/\.data-\d{5}-of-\d{5}$/.test(fileName)) return { kind: 'model', format: 'tensorflow-checkpoint' };
  if (source.size < tableFooter.length) return null;
  const footer = await readBytes(source, source.size - tableFooter.length, tableFooter.length);
  if (!startsWith(footer, tableFooter)) return null;
  return { kind: 'model', format: fileName.endsWith('.index') ? 'tensorflow-index' : 'tensorflow-checkpoint' };
}

/** Protobuf: `ir_version` (field 1, a small number), then a field that ModelProto has. */
function onnxFile({ bytes }: Head): ForeignFile | null {
  const [tag, version = 0, next = 0] = bytes;
  // producer_name 2, producer_version 3, domain 4, model_version 5, graph 7, opset_import 8.
  const known = [0x12, 0x1a, 0x22, 0x28, 0x3a, 0x42];
  if (tag !== 0x08 || version === 0 || version > 64 || !known.includes(next)) return null;
  return { kind: 'model', format: 'onnx' };
}

const zeroSamples = 16;

/** A file that was allocated and never written. Looked at in a few places: files are large. */
async function zeros(source: ByteSource, head: Head): Promise<ForeignFile | null> {
  if (head.bytes.some((byte) => byte !== 0)) return null;
  const length = head.bytes.length;
  for (let i = 1; i <= zeroSamples; i++) {
    const offset = Math.floor(((source.size - length) * i) / zeroSamples);
    if ((await readBytes(source, offset, length)).some((byte) => byte !== 0)) return null;
  }
  return { kind: 'zeros', size: source.size };
}
