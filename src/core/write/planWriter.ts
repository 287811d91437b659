import type { ByteSource } from '../bytes/byteSource';
import { CheckpointError } from '../errors';
import { swapBytes } from '../tensor/byteOrder';
import type { Checksum, ContentPart, SavePart, SavePlan } from './savePlan';
import { streamContent } from './streamContent';

/** Where a plan is written to, front to back. */
export interface Sink {
  /** The bytes may be overwritten once this is done. */
  write(bytes: Uint8Array): Promise<void>;
}

export interface WriteOptions {
  readonly signal?: AbortSignal;
  /** Bytes written so far, and in all. */
  readonly progress?: (bytesDone: number, bytesTotal: number) => void;
  /** Told of finite numbers that a cast found too large for its dtype. */
  readonly onOverflow?: (count: number) => void;
}

/** Bytes that go to the sink at once. Two such buffers are in use: one is filled while the other is written. */
const bufferBytes = 8 << 20;

/**
 * Writes a plan in memory that does not grow with it.
 * @throws CheckpointError `cancelled`, `save-source-changed` where a file that bytes are copied from is no longer what it
 * was; what reading and the sink throw.
 */
export async function writePlan(plan: SavePlan, sink: Sink, options: WriteOptions = {}): Promise<void> {
  const output = new Output(sink, plan.size, options);
  try {
    for (const part of plan.parts) {
      await writePart(part, output, options);
    }
    await output.finish();
  } catch (error) {
    await output.settle();
    throw error;
  }
}

async function writePart(part: SavePart, output: Output, options: WriteOptions): Promise<void> {
  switch (part.kind) {
    case 'bytes':
      part.checksum?.update(part.bytes);
      return output.append(part.bytes);
    case 'late':
      return output.append(part.make());
    case 'range':
      return output.copy(part.source, part.start, part.length, part.checksum);
    case 'content':
      return writeContent(part, output, options);
  }
}

async function writeContent(part: ContentPart, output: Output, options: WriteOptions): Promise<void> {
  const { content, swap, checksum } = part;
  if (content.kind === 'record' && !content.record.packed && swap === 1) {
    const { container, record } = content;
    return output.copy(container.source, await container.locate(record), record.size, checksum);
  }
  let length = 0;
  for await (const piece of streamContent(content, options)) {
    // What is held in memory for good is not turned in place.
    const turned = swap > 1 && content.kind === 'bytes' ? piece.slice() : piece;
    swapBytes(turned, swap);
    checksum?.update(turned);
    length += turned.length;
    await output.append(turned);
  }
  if (length !== part.length) {
    throw new CheckpointError('save-source-changed', { detail: `${length} bytes of a storage of ${part.length}` });
  }
}

class Output {
  private buffer = Buffer.allocUnsafeSlow(bufferBytes);
  private spare = Buffer.allocUnsafeSlow(bufferBytes);
  private filled = 0;
  private done = 0;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly sink: Sink,
    private readonly size: number,
    private readonly options: WriteOptions,
  ) {}

  async append(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const piece = bytes.subarray(at, at + bufferBytes - this.filled);
      this.buffer.set(piece, this.filled);
      at += piece.length;
      await this.advance(piece.length);
    }
  }

  /** Reads into the buffer itself. */
  async copy(source: ByteSource, start: number, length: number, checksum?: Checksum): Promise<void> {
    for (let at = 0; at < length;) {
      const piece = this.buffer.subarray(this.filled, Math.min(bufferBytes, this.filled + length - at));
      await readUnchanged(source, start + at, piece);
      checksum?.update(piece);
      at += piece.length;
      await this.advance(piece.length);
    }
  }

  async finish(): Promise<void> {
    if (this.filled > 0) {
      await this.flush();
    }
    await this.writing;
    this.options.progress?.(this.done, this.size);
  }

  /** Waits for what is being written, whatever becomes of it: an error of it is told where it is waited for. */
  async settle(): Promise<void> {
    await Promise.allSettled([this.writing]);
  }

  private async advance(bytes: number): Promise<void> {
    this.filled += bytes;
    if (this.filled === bufferBytes) {
      await this.flush();
    }
  }

  private async flush(): Promise<void> {
    await this.writing;
    if (this.options.signal?.aborted === true) {
      throw new CheckpointError('cancelled');
    }
    this.options.progress?.(this.done, this.size);
    const full = this.buffer.subarray(0, this.filled);
    this.writing = this.sink.write(full);
    this.writing.catch(() => undefined);
    [this.buffer, this.spare] = [this.spare, this.buffer];
    this.done += this.filled;
    this.filled = 0;
  }
}

async function readUnchanged(source: ByteSource, offset: number, target: Uint8Array): Promise<void> {
  try {
    await source.read(offset, target);
  } catch (error) {
    if (error instanceof CheckpointError && (error.code === 'file-changed' || error.code === 'truncated')) {
      throw new CheckpointError('save-source-changed', { offset, cause: error });
    }
    throw error;
  }
}
