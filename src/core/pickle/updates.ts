import { PyCall, PyDict, PyList, PySet, type Value } from './values';

/**
 * What the opcodes do that change an object. Each says what the graph cannot hold; undefined when nothing is lost.
 * A pickle that Python wrote appends first, then sets items, then builds.
 */
type Update = (items: readonly Value[], target: Value) => string | undefined;

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
    return 'items appended to something that is no list';
  }
  target.items ??= [];
  pushAll(target.items, items);
  return target.entries || target.state !== undefined ? 'items appended late' : undefined;
};

/** SETITEM, SETITEMS: `items` are keys and values in turn. */
export const setItems: Update = (items, target) => {
  if (target instanceof PyDict) {
    pushAll(target.entries, items);
    return target.state === undefined ? undefined : 'items set after BUILD';
  }
  if (items.length === 0) {
    return undefined;
  }
  if (!(target instanceof PyCall)) {
    return 'items set on something that is no dict';
  }
  target.entries ??= [];
  pushAll(target.entries, items);
  return target.state === undefined ? undefined : 'items set after BUILD';
};

/** ADDITEMS. */
export const addItems: Update = (items, target) => {
  if (target instanceof PySet && target.type === 'set') {
    pushAll(target.items, items);
    return undefined;
  }
  return items.length === 0 ? undefined : 'items added to something that is no set';
};

/** BUILD. */
export const build = (state: Value, target: Value): string | undefined => {
  if (!(target instanceof PyCall || target instanceof PyDict)) {
    return 'BUILD of something that is neither a call nor a dict';
  }
  const isSecond = target.state !== undefined;
  target.state = state;
  return isSecond ? 'BUILD twice' : undefined;
};

function pushAll(target: Value[], items: readonly Value[]): void {
  for (const item of items) {
    target.push(item);
  }
}
