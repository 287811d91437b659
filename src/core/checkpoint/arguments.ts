import { isNode, NodeKind, type PyCall, type PyGlobal, type Value } from '../pickle/values';
import { latin1 } from './pythonText';

/** Why a tensor, or a storage, cannot be what the pickle says. Caught where the entry is made; never leaves this folder. */
export class Unreadable extends Error {
  constructor(readonly reason: UnreadableReason) {
    super(reason);
  }
}

export type UnreadableReason =
  // An argument is missing, or of another type than the function takes.
  | 'bad-arguments'
  // A size that is negative, or too large for any machine.
  | 'bad-shape'
  // A negative stride or storage offset.
  | 'bad-stride'
  | 'unknown-dtype'
  // The persistent id does not name a storage.
  | 'bad-storage'
  // Tensors inside tensors, deeper than any real file.
  | 'too-deep';

/** The call that a node is; null when it is something else. */
export function asCall(value: Value | undefined): PyCall | null {
  return value !== undefined && isNode(value) && value.kind === NodeKind.Call ? value : null;
}

export function asGlobal(value: Value | undefined): PyGlobal | null {
  return value !== undefined && isNode(value) && value.kind === NodeKind.Global ? value : null;
}

/** Items of a tuple or list. */
export function asItems(value: Value | undefined): readonly Value[] | null {
  if (value !== undefined && isNode(value) && (value.kind === NodeKind.Tuple || value.kind === NodeKind.List)) {
    return value.items;
  }
  return null;
}

const noValues: readonly Value[] = [];

/** Positional arguments of a call; none when a hostile pickle gives something other than a tuple. */
export function argumentsOf(call: PyCall): readonly Value[] {
  return asItems(call.args) ?? noValues;
}

/** A `str`, or a Python 2 one as latin1 text. */
export function asText(value: Value | undefined): string | null {
  if (value === undefined || !isNode(value)) {
    return null;
  }
  if (value.kind === NodeKind.Str) {
    return value.value;
  }
  return value.kind === NodeKind.ByteString ? latin1(value.bytes) : null;
}

function isIntegers(items: readonly Value[]): items is readonly number[] {
  for (const item of items) {
    if (typeof item !== 'number') {
      return false;
    }
  }
  return true;
}

/** Ints of a tuple, a list or a `torch.Size`, not copied. */
export function integers(value: Value | undefined): readonly number[] {
  const call = asCall(value);
  const items = asItems(call === null ? value : argumentsOf(call)[0]);
  if (items === null || !isIntegers(items)) {
    throw new Unreadable('bad-arguments');
  }
  return items;
}

export function integer(value: Value | undefined): number {
  if (typeof value !== 'number') {
    throw new Unreadable('bad-arguments');
  }
  return value;
}

/** A bool, or what Python 2 and hand-made pickles give for one. */
export function truth(value: Value | undefined): boolean {
  return value === true || (typeof value === 'number' && value !== 0);
}

/** The value of a string key; undefined when the dict lacks it. What is set twice counts as set last. */
export function lookUp(entries: readonly Value[], key: string): Value | undefined {
  for (let index = entries.length - 2; index >= 0; index -= 2) {
    if (asText(entries[index]) === key) {
      return entries[index + 1];
    }
  }
  return undefined;
}

/** Keys and values of a dict, an OrderedDict or another call that had items set; null when there are none to speak of. */
export function dictEntries(value: Value | undefined): readonly Value[] | null {
  if (value === undefined || !isNode(value)) {
    return null;
  }
  if (value.kind === NodeKind.Dict) {
    return value.entries;
  }
  return value.kind === NodeKind.Call ? (value.entries ?? pairs(value)) : null;
}

/** `OrderedDict([[k, v], …])`, as Python 2 wrote it; `Counter({…})`. */
function pairs(call: PyCall): readonly Value[] | null {
  const argument = argumentsOf(call)[0];
  if (argument !== undefined && isNode(argument) && argument.kind === NodeKind.Dict) {
    return argument.entries;
  }
  const items = asItems(argument);
  return items === null ? noValues : items.flatMap((item) => asItems(item)?.slice(0, 2) ?? []);
}
