import { PyCall, PyDict, PyList, PySet, type LossyCode, type Value } from './values';

/**
 * What the opcodes do that change an object. Each says what the graph cannot hold; undefined when nothing is lost.
 * A pickle that Python wrote appends first, then sets items, then builds.
 */
type Update = (items: readonly Value[], target: Value) => LossyCode | undefined;

/** APPEND, APPENDS. */
export const append: Update = (items, target) => {
  if (target instanceof PyList) {
    pushAll(target.items, items);
    return undefined;
  }
  if (items.length === 0) {
    return undefined;
  }
  if (!(target instanceof PyCall)) {
    return 'appended-to-no-list';
  }
  target.items ??= [];
  pushAll(target.items, items);
  return target.entries || target.state !== undefined ? 'appended-late' : undefined;
};

/** SETITEM, SETITEMS: `items` are keys and values in turn. */
export const setItems: Update = (items, target) => {
  if (target instanceof PyDict) {
    pushAll(target.entries, items);
    return target.state === undefined ? undefined : 'set-after-build';
  }
  if (items.length === 0) {
    return undefined;
  }
  if (!(target instanceof PyCall)) {
    return 'set-on-no-dict';
  }
  target.entries ??= [];
  pushAll(target.entries, items);
  return target.state === undefined ? undefined : 'set-after-build';
};

/** ADDITEMS. */
export const addItems: Update = (items, target) => {
  if (target instanceof PySet && target.type === 'set') {
    pushAll(target.items, items);
    return undefined;
  }
  return items.length === 0 ? undefined : 'added-to-no-set';
};

/** BUILD. */
export const build = (state: Value, target: Value): LossyCode | undefined => {
  if (!(target instanceof PyCall || target instanceof PyDict)) {
    return 'built-no-object';
  }
  const isSecond = target.state !== undefined;
  target.state = state;
  return isSecond ? 'built-twice' : undefined;
};

function pushAll(target: Value[], items: readonly Value[]): void {
  for (const item of items) {
    target.push(item);
  }
}
