import { isNode, NodeKind, type Value } from '../pickle/values';
import { asItems, lookUp } from './arguments';
import { latin1 } from './pythonText';

/** Whether two keys are one to Python: 1, 1.0 and True are. Null for keys that are compared by what is in them. */
export function keyIdentity(key: Value): string | number | null {
  if (typeof key === 'number' || typeof key === 'boolean') {
    return Number(key);
  }
  if (!isNode(key)) {
    return null;
  }
  switch (key.kind) {
    case NodeKind.Str:
      return key.value;
    case NodeKind.ByteString:
      return latin1(key.bytes);
    case NodeKind.Float:
      return Number.isNaN(key.value) ? null : key.value;
    default:
      return null;
  }
}

const noOwn: readonly Value[] = [];

/** Keys that are more than text and numbers: what they name is needed by the dict. */
export function objectKeys(entries: readonly Value[]): readonly Value[] {
  let found: Value[] | null = null;
  for (let index = 0; index < entries.length; index += 2) {
    const key = entries[index] ?? null;
    if (isNode(key) && key.kind !== NodeKind.Str && key.kind !== NodeKind.ByteString && key.kind !== NodeKind.Float) {
      found ??= [];
      found.push(key);
    }
  }
  return found ?? noOwn;
}

/** The two keys that `Optimizer.state_dict()` has. */
export function isOptimizer(entries: readonly Value[]): boolean {
  return (
    entries.length <= 64 && lookUp(entries, 'state') !== undefined && asItems(lookUp(entries, 'param_groups')) !== null
  );
}

/** 53 bits, as many as a double holds: with 32, two of a hundred thousand keys share one as often as not. */
function hashText(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x9e3779b9;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca6b);
  }
  return (high >>> 11) * 2 ** 32 + (low >>> 0);
}

/**
 * Whether a dict may have a key twice. By sorted hashes: a set of a hundred thousand keys would be larger than anything
 * else that opening makes, and two keys of one hash only cost a closer look.
 */
export function mayRepeatKeys(entries: readonly Value[]): boolean {
  const hashes = new Float64Array(entries.length / 2);
  let count = 0;
  for (let index = 0; index + 1 < entries.length; index += 2) {
    const identity = keyIdentity(entries[index] ?? null);
    if (identity !== null) {
      hashes[count++] = typeof identity === 'number' ? identity : -1 - hashText(identity);
    }
  }
  const sorted = hashes.subarray(0, count).sort();
  for (let index = 1; index < count; index++) {
    if (sorted[index] === sorted[index - 1]) {
      return true;
    }
  }
  return false;
}
