import { CheckpointError } from '../errors';
import type { StreamRange } from './values';

/** Bytes to be written, or a range to be copied from the stream that the graph was read from. */
export type PicklePart = Uint8Array | StreamRange;

const loneSurrogate = /\p{Surrogate}/u;

/** Grows as it is written to. */
export class ByteWriter {
  private readonly parts: PicklePart[] = [];
  private buffer = Buffer.allocUnsafe(1 << 12);
  private length = 0;
  private written = 0;

  constructor(private readonly maxBytes: number) {}

  byte(value: number): void {
    const at = this.reserve(1);
    this.buffer[at] = value;
  }

  bytes(values: Uint8Array): void {
    const at = this.reserve(values.length);
    this.buffer.set(values, at);
  }

  /** Little-endian, four bytes, signed or unsigned. */
  int32(value: number): void {
    const at = this.reserve(4);
    this.buffer.writeInt32LE(value | 0, at);
  }

  uint16(value: number): void {
    const at = this.reserve(2);
    this.buffer.writeUInt16LE(value, at);
  }

  uint64(value: number): void {
    const at = this.reserve(8);
    this.buffer.writeBigUInt64LE(BigInt(value), at);
  }

  /** Big-endian, as BINFLOAT has it. */
  float64(value: number): void {
    const at = this.reserve(8);
    this.buffer.writeDoubleBE(value, at);
  }

  /** UTF-8, lone surrogates like any other code unit. @returns the number of bytes. */
  text(text: string): number {
    const start = this.length;
    const position = this.reserve(3 * text.length);
    let length = text.length;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code >= 0x80) {
        length = encodeUtf8(this.buffer, position, text);
        break;
      }
      this.buffer[position + index] = code;
    }
    this.length = start + length;
    return length;
  }

  /** The text with its length before it, in four bytes. */
  countedText(text: string): void {
    const prefix = this.reserve(4);
    const length = this.text(text);
    this.buffer.writeUInt32LE(length, prefix);
  }

  data(data: PicklePart): void {
    if (data instanceof Uint8Array) {
      this.bytes(data);
    } else {
      this.flush();
      this.parts.push(data);
    }
  }

  finish(): PicklePart[] {
    this.flush();
    return this.parts;
  }

  private flush(): void {
    if (this.length > 0) {
      this.parts.push(this.buffer.subarray(0, this.length));
      this.written += this.length;
      this.buffer = Buffer.allocUnsafe(1 << 12);
      this.length = 0;
    }
  }

  /** Position of `count` bytes that may now be written. Called first: it may put a larger buffer in place. */
  private reserve(count: number): number {
    const start = this.length;
    const wanted = start + count;
    if (wanted > this.buffer.length) {
      this.grow(wanted);
    }
    this.length = wanted;
    return start;
  }

  private grow(wanted: number): void {
    if (this.written + wanted > this.maxBytes) {
      throw new CheckpointError('limit-exceeded', { detail: `a pickle of more than ${this.maxBytes} bytes` });
    }
    const larger = Buffer.allocUnsafe(Math.max(wanted, 2 * this.buffer.length));
    larger.set(this.buffer.subarray(0, this.length));
    this.buffer = larger;
  }
}

/** @returns the number of bytes. */
function encodeUtf8(target: Buffer, start: number, text: string): number {
  if (!loneSurrogate.test(text)) {
    return target.write(text, start, 'utf8');
  }
  let position = start;
  for (const character of text) {
    const code = character.charCodeAt(0);
    if (character.length === 1 && code >= 0xd800 && code <= 0xdfff) {
      target[position++] = 0xe0 | (code >> 12);
      target[position++] = 0x80 | ((code >> 6) & 0x3f);
      target[position++] = 0x80 | (code & 0x3f);
    } else {
      position += target.write(character, position, 'utf8');
    }
  }
  return position - start;
}
