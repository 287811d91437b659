import type { ByteSource } from '../bytes/byteSource';
import { CheckpointError } from '../errors';
import { defaultLimits, type Limits } from '../limits';
import { Machine } from './machine';
import { heapEstimate } from './opcodes';
import { PickleError, type PartialPickle } from './pickleError';
import type { PickleGraph, Value } from './values';
import { Window } from './window';

export { PickleError, type PartialPickle } from './pickleError';

export interface ReadPickleOptions {
  /** Absolute position of the first byte that is no longer the pickle's; the source's size where it is left out. */
  readonly end?: number;
  readonly limits?: Limits;
  readonly signal?: AbortSignal;
  /** As joblib.load reads: the numbers of an array follow the object that stands for it. */
  readonly rawArrays?: boolean;
  /** Bytes from the start of the pickle, now and then. */
  progress?(bytesDone: number, bytesTotal: number): void;
}

/**
 * Reads one pickle of protocol 0 to 5 from `start` on, up to its STOP. Nothing is imported or called; long texts and
 * `bytes` stay in the source as ranges.
 * @throws PickleError `malformed-pickle`, `truncated` or `limit-exceeded`, with what was seen before;
 * CheckpointError `cancelled`, or as `ByteSource.read`.
 */
export async function readPickle(
  source: ByteSource,
  start: number,
  options: ReadPickleOptions = {},
): Promise<PickleGraph> {
  const limits = options.limits ?? defaultLimits;
  const end = Math.min(options.end ?? source.size, source.size);
  const window = new Window(source, start, end, limits, options.end !== undefined, options.signal);
  const machine = new Machine(window, limits, options.rawArrays ?? false);
  try {
    const root = await runToStop(machine, window, limits, () => {
      options.progress?.(window.offset - start, end - start);
    });
    return { root, end: window.position, ...seenBy(machine, window) };
  } catch (error) {
    throw withPartial(error, machine, window);
  }
}

async function runToStop(machine: Machine, window: Window, limits: Limits, beforeRefill: () => void): Promise<Value> {
  for (;;) {
    const root = machine.run();
    if (root !== undefined) {
      return root;
    }
    if (heapEstimate(machine.opcodes) + 2 * window.loaded > limits.pickleHeapBytes) {
      throw new CheckpointError('limit-exceeded', { detail: `objects of more than ${limits.pickleHeapBytes} bytes` });
    }
    beforeRefill();
    await window.refill();
  }
}

function withPartial(error: unknown, machine: Machine, window: Window): unknown {
  if (!(error instanceof CheckpointError)) {
    return error;
  }
  const { code, detail, cause } = error;
  if (code !== 'malformed-pickle' && code !== 'truncated' && code !== 'limit-exceeded') {
    return error;
  }
  const fields = { offset: window.offset, cause, ...(detail === undefined ? {} : { detail }) };
  return new PickleError(code, fields, seenBy(machine, window));
}

function seenBy(machine: Machine, window: Window): PartialPickle {
  const { protocol, globals, calls, persistents, opcodes } = machine;
  const crossing = { offset: window.frameCrossing, code: 'frame-crossing' } as const;
  const lossy = crossing.offset < 0 ? machine.lossy : [...machine.lossy, crossing];
  return { protocol, globals, calls, persistents, opcodes, lossy };
}
