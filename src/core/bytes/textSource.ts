import { CheckpointError } from '../errors';
import type { ByteSource } from './byteSource';
import { TokenReader, type Escapes } from './escapes';
import { checkRange } from './range';

// Bytes of text read at a time.
const windowBytes = 64 << 10;
/** Bytes of content between two entries of the index: one costs 8 bytes of memory. */
const indexStep = 64 << 10;

export interface TextRange {
  readonly start: number;
  readonly length: number;
}

/**
 * The bytes that a text stands for, of a text too long for memory: a long protocol-2 `bytes` is UTF-8 of latin1, and
 * in older protocols there are escapes. The text is read through once, to know its length and where to begin reading;
 * that memory grows by one eight-thousandth of it. Closing it leaves the source open.
 * @throws CheckpointError `malformed-pickle` when the text is none of bytes, `cancelled`, or as `ByteSource.read`.
 */
export async function textSource(
  source: ByteSource,
  range: TextRange,
  escapes: Escapes,
  signal?: AbortSignal,
): Promise<ByteSource> {
  checkRange(source.size, range.start, range.length);
  const index = new Array<number>();
  let size = 0;
  const walk = new TextWalk(source, range, escapes, 0);
  while (await walk.fill()) {
    if (signal?.aborted) throw new CheckpointError('cancelled');
    for (; walk.step(); size++) if (size % indexStep === 0) index.push(walk.tokenStart);
  }
  return {
    size,
    identity: { ...source.identity, size },
    async read(offset, target) {
      checkRange(size, offset, target.length);
      const from = index[Math.floor(offset / indexStep)];
      if (target.length === 0 || from === undefined) return;
      const reading = new TextWalk(source, range, escapes, from);
      let at = -(offset % indexStep);
      while (at < target.length && (await reading.fill())) {
        for (; at < target.length && reading.step(); at++) if (at >= 0) target[at] = reading.value;
      }
    },
    async close() {},
  };
}

/** Goes through a text token by token, from a position relative to its start. */
class TextWalk {
  private readonly tokens: TokenReader;
  private readonly buffer: Uint8Array;
  private window: Uint8Array;
  private at = 0;
  /** Position of the window in the text. */
  private windowStart: number;

  constructor(
    private readonly source: ByteSource,
    private readonly range: TextRange,
    escapes: Escapes,
    from: number,
  ) {
    this.tokens = new TokenReader(escapes);
    this.buffer = new Uint8Array(Math.min(windowBytes, range.length));
    this.window = this.buffer.subarray(0, 0);
    this.windowStart = from;
  }

  /** Position in the text of the token that `step` read. */
  get tokenStart(): number {
    return this.windowStart + this.at - this.tokens.length;
  }

  /** The byte that it stands for. */
  get value(): number {
    return this.tokens.value;
  }

  /** Reads the next window, from the first token that did not fit; false at the end. */
  async fill(): Promise<boolean> {
    this.windowStart += this.at;
    this.at = 0;
    const left = this.range.length - this.windowStart;
    this.window = this.buffer.subarray(0, Math.min(left, this.buffer.length));
    if (left === 0) return false;
    await this.source.read(this.range.start + this.windowStart, this.window);
    return true;
  }

  /** Reads one token; false where the window must be filled first. */
  step(): boolean {
    if (this.at >= this.window.length) return false;
    const last = this.windowStart + this.window.length === this.range.length;
    this.tokens.next(this.window, this.at, last);
    this.at += this.tokens.length;
    return this.tokens.length > 0;
  }
}
