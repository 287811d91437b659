import type { ByteSource } from '../bytes/byteSource';
import { CheckpointError } from '../errors';
import type { Limits } from '../limits';
import { Argument, argumentOf, Op, opcodeOf } from './opcodes';
import { malformed } from './pickleError';
import type { StreamRange } from './values';

/** Bytes of the first window where the pickle's end is not known: legacy files put gigabytes of weights behind it. */
const firstWindow = 16 << 10;
const largestWindow = 1 << 20;
const lineFeed = 0x0a;
/** Beyond every window. */
const noFrame = 1 << 30;
/** Looked up in place of a byte, where the window has no more. */
const endOfWindow = 256;

/**
 * The piece of the stream that the machine works on. `next` finds one whole opcode after the other without waiting;
 * when the piece ends, `refill` reads on. What an argument claims to be is checked here, before anything is allocated.
 */
export class Window {
  /** Contents of the window. Overwritten by the next `refill`: whoever keeps bytes copies them. */
  bytes = Buffer.alloc(0);
  /** Where the argument of the current opcode lies in `bytes`. */
  argumentStart = 0;
  argumentEnd = 0;
  /** Where the first of two lines ends. */
  firstLineEnd = 0;
  /** Position of the opcode that `next` looks at, and of the one behind it, in `bytes`. */
  private at = 0;
  private following = 0;
  /** The argument, where it is too long to be read: then `argumentStart` and `argumentEnd` say nothing. */
  range: StreamRange | undefined = undefined;
  /** Bytes from the current opcode on that the next window must have. */
  private wanted = 1;
  /** Absolute position of the line feed that ends a line too long for the window. */
  private scannedTo = -1;
  private scanNeeded = false;
  private buffer = Buffer.alloc(0);
  private size: number;
  /** Bytes that were in a window so far, ranges not counted. */
  loaded = 0;
  /** With those that were only looked through for the end of a line. */
  private bytesRead = 0;
  private base: number;
  /** Where the current FRAME ends, in `bytes`. */
  private frameEnd = noFrame;
  /**
   * Absolute position of the first opcode that lies across the end of its FRAME; -1 when there is none. Nobody writes
   * that, and CPython has three ways to read it: `loads` reads on, `load` drops what is left of the frame, the
   * unpickler written in Python gives up.
   */
  frameCrossing = -1;

  constructor(
    private readonly source: ByteSource,
    start: number,
    private readonly end: number,
    private readonly limits: Limits,
    endIsKnown: boolean,
    private readonly signal?: AbortSignal,
  ) {
    this.base = start;
    this.size = endIsKnown ? largestWindow : firstWindow;
  }

  /** Absolute position of the current opcode. */
  get offset(): number {
    return this.base + this.at;
  }

  /** Absolute position of the byte behind the current opcode and its argument. */
  get position(): number {
    return this.base + this.following;
  }

  get remaining(): number {
    return this.end - this.position;
  }

  /** The opcode behind the current one. Known for every opcode whose argument is no range. */
  get peek(): Op | undefined {
    return opcodeOf[this.bytes[this.following] ?? endOfWindow];
  }

  private get isLast(): boolean {
    return this.base + this.bytes.length >= this.end;
  }

  /**
   * Moves to the next opcode and finds its argument.
   * @returns the opcode; undefined when the window must be refilled first.
   * @throws CheckpointError `truncated` when the stream ends before the argument does, `malformed-pickle` for a byte
   * that is no opcode and for a negative length.
   */
  next(): Op | undefined {
    this.at = this.following;
    const code = opcodeOf[this.bytes[this.at] ?? endOfWindow];
    if (code === undefined) {
      return this.noOpcode();
    }
    const shape = argumentOf[code] ?? Argument.None;
    this.argumentStart = this.at + 1;
    const found = shape <= Argument.Byte8 ? this.settle(code, this.argumentStart + shape) : this.variable(code, shape);
    if (this.following > this.frameEnd) {
      this.leaveFrame();
    }
    return found;
  }

  /** Passes over bytes behind the current opcode. @throws CheckpointError `truncated` when they are not all there. */
  skip(length: number): void {
    if (length > this.remaining) {
      throw new CheckpointError('truncated', { detail: `an array of ${length} bytes goes past the end` });
    }
    this.following += length;
  }

  /** A FRAME of so many bytes starts behind the current opcode. Its bytes may not all be there. */
  enterFrame(length: number): void {
    const end = this.following + length;
    if (this.frameEnd === noFrame || this.following >= this.frameEnd) {
      this.frameEnd = end;
    } else if (end > this.frameEnd) {
      this.noteCrossing();
      this.frameEnd = end;
    }
  }

  private leaveFrame(): void {
    if (this.frameEnd !== noFrame && this.at < this.frameEnd) {
      this.noteCrossing();
    }
    this.frameEnd = noFrame;
  }

  private noteCrossing(): void {
    if (this.frameCrossing < 0) {
      this.frameCrossing = this.offset;
    }
  }

  private noOpcode(): Op | undefined {
    const byte = this.bytes[this.at];
    if (byte === undefined) {
      return this.lack(1);
    }
    throw malformed(`unknown opcode 0x${byte.toString(16).padStart(2, '0')}`);
  }

  private variable(code: Op, shape: Argument): Op | undefined {
    this.range = undefined;
    switch (shape) {
      case Argument.Line:
        return this.line(code);
      case Argument.TwoLines:
        return this.twoLines(code);
      default:
        return this.counted(code, shape);
    }
  }

  /** One byte more than the opcode needs must be there, for `peek`, unless the stream ends. */
  private settle(code: Op, argumentEnd: number): Op | undefined {
    if (argumentEnd >= this.bytes.length && (argumentEnd > this.bytes.length || !this.isLast)) {
      return this.lack(argumentEnd - this.at + 1);
    }
    this.argumentEnd = argumentEnd;
    this.following = argumentEnd;
    return code;
  }

  private counted(code: Op, shape: Argument): Op | undefined {
    const prefix = shape === Argument.Counted1 ? 1 : shape === Argument.Counted8 ? 8 : 4;
    const start = this.argumentStart + prefix;
    if (start > this.bytes.length) {
      return this.lack(prefix + 1);
    }
    const length = prefix === 4 ? this.uint32() : this.unsigned(prefix);
    if (shape === Argument.CountedSigned4 && length >= 2 ** 31) {
      throw malformed(`${Op[code]} has a negative length`);
    }
    if (length > this.end - this.base - start) {
      throw new CheckpointError('truncated', { detail: `${Op[code]} of ${length} bytes goes past the end` });
    }
    if (length > this.limits.inlineBytes) {
      this.range = { start: this.base + start, length };
      this.following = start + length;
      return code;
    }
    this.argumentStart = start;
    return this.settle(code, start + length);
  }

  private line(code: Op): Op | undefined {
    const end = this.scannedTo < 0 ? this.bytes.indexOf(lineFeed, this.argumentStart) : this.scannedTo - this.base;
    if (end < 0) {
      return this.lackLine(code);
    }
    const length = end - this.argumentStart;
    if (length > this.limits.inlineBytes) {
      this.checkLongLine(code, length);
      this.range = { start: this.base + this.argumentStart, length };
      this.following = end + 1;
      this.scannedTo = -1;
      return code;
    }
    const result = this.settle(code, end + 1);
    this.argumentEnd = end;
    return result;
  }

  private twoLines(code: Op): Op | undefined {
    const firstEnd = this.bytes.indexOf(lineFeed, this.argumentStart);
    const secondEnd = firstEnd < 0 ? -1 : this.bytes.indexOf(lineFeed, firstEnd + 1);
    if (secondEnd < 0) {
      return this.lackLine(code);
    }
    const result = this.settle(code, secondEnd + 1);
    this.firstLineEnd = firstEnd;
    this.argumentEnd = secondEnd;
    return result;
  }

  private lackLine(code: Op): Op | undefined {
    const held = this.bytes.length - this.at;
    if (held > this.limits.inlineBytes + 1 && !this.isLast) {
      this.checkLongLine(code, held);
      this.scanNeeded = true;
    }
    return this.lack(2 * held);
  }

  private checkLongLine(code: Op, length: number): void {
    if (code !== Op.STRING && code !== Op.UNICODE) {
      throw new CheckpointError('limit-exceeded', { detail: `${Op[code]} of ${length} bytes or more` });
    }
  }

  private lack(wanted: number): Op | undefined {
    this.following = this.at;
    if (this.isLast) {
      throw new CheckpointError('truncated', { detail: 'the pickle ends before STOP' });
    }
    this.wanted = wanted;
    return undefined;
  }

  /** The argument, or its first byte. */
  uint8(): number {
    return this.bytes[this.argumentStart] ?? 0;
  }

  /** The argument, or its first four bytes, little-endian. */
  uint32(): number {
    const { bytes, argumentStart: start } = this;
    const low = (bytes[start] ?? 0) | ((bytes[start + 1] ?? 0) << 8) | ((bytes[start + 2] ?? 0) << 16);
    return (low | ((bytes[start + 3] ?? 0) << 24)) >>> 0;
  }

  /** The argument, or the first bytes of it, little-endian. Beyond 2⁵³ rounded, which is past the end of every file. */
  unsigned(length: number): number {
    let value = 0;
    for (let index = length - 1; index >= 0; index--) {
      value = value * 256 + (this.bytes[this.argumentStart + index] ?? 0);
    }
    return value;
  }

  /**
   * Reads on from the opcode that did not fit.
   * @throws CheckpointError as `ByteSource.read`; `limit-exceeded` when more than `Limits.pickleBytes` were read;
   * `cancelled`.
   */
  async refill(): Promise<void> {
    const from = this.offset;
    if (this.scanNeeded) {
      this.scanNeeded = false;
      this.scannedTo = await this.scanLine(from + 1);
      this.wanted = 1;
    }
    const allowed = Math.min(this.size, this.limits.pickleBytes - this.bytesRead);
    const length = Math.min(this.end - from, Math.max(this.wanted, allowed));
    if (this.buffer.length < length) {
      this.buffer = Buffer.allocUnsafe(length);
    }
    this.size = Math.min(largestWindow, this.size * 4);
    this.bytes = this.buffer.subarray(0, length);
    this.frameEnd = this.frameEnd === noFrame ? noFrame : this.frameEnd - this.at;
    this.base = from;
    this.at = 0;
    this.following = 0;
    await this.read(from, this.bytes);
    this.loaded += length;
  }

  private async read(position: number, target: Uint8Array): Promise<void> {
    if (this.signal?.aborted) {
      throw new CheckpointError('cancelled');
    }
    this.bytesRead += target.length;
    if (this.bytesRead > this.limits.pickleBytes) {
      throw new CheckpointError('limit-exceeded', { detail: `a pickle of more than ${this.limits.pickleBytes} bytes` });
    }
    await this.source.read(position, target);
  }

  /** @returns the absolute position of the first line feed from `from` on. Keeps nothing of what it reads. */
  private async scanLine(from: number): Promise<number> {
    const chunk = Buffer.allocUnsafe(Math.min(largestWindow, this.end - from));
    for (let position = from; position < this.end; position += chunk.length) {
      const piece = chunk.subarray(0, Math.min(chunk.length, this.end - position));
      await this.read(position, piece);
      const found = piece.indexOf(lineFeed);
      if (found >= 0) {
        return position + found;
      }
    }
    throw new CheckpointError('truncated', { detail: 'a line goes past the end' });
  }
}
