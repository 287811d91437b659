import { CheckpointError } from '../errors';
import { defaultLimits, type Limits } from '../limits';
import type { PicklePart } from './byteWriter';
import { Pickler } from './pickler';
import type { PyPersistent, Value } from './values';

export type { PicklePart } from './byteWriter';

export interface WritePickleOptions {
  /** `PickleGraph.protocol` of the graph: from 3 on its names are Python 3's, and are written as Python 2's. */
  readonly protocol?: number;
  readonly limits?: Limits;
  /**
   * What is written in place of a persistent id: itself, another one, or any other value. Called in pickling order, as
   * `torch.save` calls its own; once for each time that one is written.
   */
  readonly persistent?: (node: PyPersistent) => Value;
}

/**
 * The pickle that CPython writes for these values at protocol 2, byte for byte.
 * @throws CheckpointError `unsupported` for values that lie in the stream as ranges (`writePickleParts` takes them) and
 * for names that the protocol cannot hold; `limit-exceeded` beyond `Limits.pickleBytes`.
 */
export function writePickle(root: Value, options: WritePickleOptions = {}): Uint8Array {
  const [pickle, ...rest] = writePickleParts(root, options);
  if (!(pickle instanceof Uint8Array) || rest.length > 0) {
    throw new CheckpointError('unsupported', { detail: 'ranges of the stream in a pickle written to memory' });
  }
  return pickle;
}

/** The same, with ranges of the stream that the graph was read from left for the caller to copy. */
export function writePickleParts(root: Value, options: WritePickleOptions = {}): readonly PicklePart[] {
  const mapsNames = (options.protocol ?? 2) >= 3;
  const { limits = defaultLimits, persistent = asItIs } = options;
  return new Pickler(mapsNames, limits, persistent).dump(root);
}

function asItIs(node: PyPersistent): Value {
  return node;
}
