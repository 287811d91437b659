import type { ByteSource } from '../../src/core/bytes/byteSource';
import { loadCatalogue } from '../../src/core/catalogue/loadCatalogue';
import type { Checkpoint } from '../../src/core/checkpoint/checkpoint';
import { openCheckpoint } from '../../src/core/checkpoint/open';

const bytesOf: Readonly<Record<string, [name: string, bytes: number]>> = {
  float32: ['F32', 4],
  int64: ['I64', 8],
};

/** The state dict of a network of torchvision, in a file that is all zeros and never stands in memory. */
export async function architectureFile(name: string): Promise<Checkpoint> {
  const architecture = (await loadCatalogue()).architecture(name);
  if (architecture === null) {
    throw new Error(`${name} is no architecture`);
  }
  return zeroFile(architecture.keys);
}

export function zeroFile(
  keys: readonly { readonly key: string; readonly shape: readonly number[]; readonly dtype: string }[],
): Promise<Checkpoint> {
  let end = 0;
  const tensors = keys.map(({ key, shape, dtype }) => {
    const [type, size] = bytesOf[dtype] ?? ['F32', 4];
    const begin = end;
    end += size * shape.reduce((product, each) => product * each, 1);
    return [key, { dtype: type, shape, data_offsets: [begin, end] }] as const;
  });
  const text = JSON.stringify(Object.fromEntries(tensors));
  const header = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return openCheckpoint(zeros(Buffer.concat([length, header]), end), { fileName: 'model.safetensors' });
}

/** These bytes, and zeros behind them. */
function zeros(start: Buffer, behind: number): ByteSource {
  const size = start.length + behind;
  return {
    size,
    identity: { size, modified: null, file: null },
    read: (offset, target) => {
      target.fill(0);
      target.set(start.subarray(offset, Math.min(start.length, offset + target.length)));
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}
