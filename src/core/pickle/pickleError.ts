import { CheckpointError, type ErrorCode, type ErrorFields } from '../errors';
import type { PickleGraph } from './values';

/** What a pickle had said before it turned out to be broken: Python would have run that much of it. */
export type PartialPickle = Pick<PickleGraph, 'protocol' | 'globals' | 'calls' | 'persistents' | 'opcodes' | 'lossy'>;

/** A pickle that cannot be read to its end: `malformed-pickle`, `truncated` or `limit-exceeded`. */
export class PickleError extends CheckpointError {
  constructor(
    code: ErrorCode,
    fields: ErrorFields,
    readonly partial: PartialPickle,
  ) {
    super(code, fields);
  }
}

/** For the decoders below the reader, which adds the offset. */
export function malformed(detail: string): CheckpointError {
  return new CheckpointError('malformed-pickle', { detail });
}
