import type { ByteSource } from '../bytes/byteSource';
import { CheckpointError } from '../errors';
import { defaultLimits, type Limits } from '../limits';
import type { Container } from './container';

export interface OpenOptions {
  /** Decides for `.safetensors`, as in torch; else it only helps to word what is wrong. */
  readonly fileName?: string;
  readonly limits?: Limits;
  readonly signal?: AbortSignal;
  readonly progress?: (bytesDone: number, bytesTotal: number) => void;
}

/** Options with their defaults, as every format gets them. */
export interface OpenContext {
  readonly fileName: string;
  readonly limits: Limits;
  readonly signal: AbortSignal | undefined;
  readonly progress: ((bytesDone: number, bytesTotal: number) => void) | undefined;
}

/** The first bytes of a file: what formats tell themselves by. */
export interface Head {
  /** As many as there are, at most `headBytes`. */
  readonly bytes: Uint8Array;
  readonly size: number;
  readonly fileName: string;
}

/** Enough for a tar header and the first lines of a text. */
export const headBytes = 1024;

/** A format that this program reads. To add one: one file that exports this, one row in `detect.ts`. */
export interface Format {
  match(head: Head): boolean;
  /** Reads the directory and the pickles, never a storage. */
  open(source: ByteSource, context: OpenContext): Promise<Container>;
}

export function openContext(options: OpenOptions): OpenContext {
  return {
    fileName: options.fileName ?? '',
    limits: options.limits ?? defaultLimits,
    signal: options.signal,
    progress: options.progress,
  };
}

/** @throws CheckpointError `cancelled` */
export function checkCancelled(context: { readonly signal: AbortSignal | undefined }): void {
  if (context.signal?.aborted) throw new CheckpointError('cancelled');
}

export function startsWith(bytes: Uint8Array, signature: readonly number[], offset = 0): boolean {
  return bytes.length >= offset + signature.length && signature.every((byte, i) => bytes[offset + i] === byte);
}

/** The bytes as latin1 text: one character a byte. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
