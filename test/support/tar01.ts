import { global, pickleBytes, proto, stop, text } from './pickleBytes';

const blockSize = 512;

/**
 * A checkpoint as torch 0.1 saved it (torch-format.md 1.3): a dict of two tensors, `weight` (2 × 3 floats) and `bias`
 * (the last 2 of the same 6), the second over a view of the storage.
 */
export function tar01(): Buffer {
  const weight = '5';
  const bias = '6';
  return tar([
    ['sys_info', pickleBytes(proto(2), '}', stop)],
    ['pickle', pickleBytes(proto(2), `}(${text('weight')}${text(weight)}Q${text('bias')}${text(bias)}Qu`, stop)],
    ['storages', Buffer.concat([count(1), storage(1, 6), views([[2, 1, 4, 2]])])],
    ['tensors', Buffer.concat([count(2), tensor(5, 1, [2, 3], [3, 1]), tensor(6, 2, [2], [1])])],
  ]);
}

/** An uncompressed tar of these files. */
export function tar(members: readonly (readonly [name: string, content: Uint8Array])[]): Buffer {
  const blocks = members.flatMap(([name, content]) => [
    header(name, content.length),
    Buffer.from(content),
    Buffer.alloc((blockSize - (content.length % blockSize)) % blockSize),
  ]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * blockSize)]);
}

function header(name: string, size: number): Buffer {
  const block = Buffer.alloc(blockSize);
  block.write(name, 0);
  block.write('0000644\0', 100);
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  block.write('        0', 148);
  block.write('ustar\0' + '00', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

function count(value: number): Buffer {
  return Buffer.from(pickleBytes(proto(2), `K${String.fromCharCode(value)}`, stop));
}

function storage(key: number, elements: number): Buffer {
  const triple = `K${String.fromCharCode(key)}${text('cuda:1')}${global('torch', 'FloatStorage')}\x87`;
  const numbers = Float32Array.from({ length: elements }, (_, i) => i);
  return Buffer.concat([pickleBytes(proto(2), triple, stop), int64s([elements]), Buffer.from(numbers.buffer)]);
}

function views(rows: readonly (readonly number[])[]): Uint8Array {
  const tuples = rows.map((row) => `(${row.map((value) => `K${String.fromCharCode(value)}`).join('')}t`);
  return pickleBytes(proto(2), `](${tuples.join('')}e`, stop);
}

function tensor(key: number, storageKey: number, shape: readonly number[], stride: readonly number[]): Buffer {
  const triple = `K${String.fromCharCode(key)}K${String.fromCharCode(storageKey)}${global('torch', 'FloatTensor')}\x87`;
  return Buffer.concat([pickleBytes(proto(2), triple, stop), int64s([shape.length, ...shape, ...stride, 0])]);
}

function int64s(values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(8 * values.length);
  values.forEach((value, i) => buffer.writeBigInt64LE(BigInt(value), 8 * i));
  return buffer;
}
