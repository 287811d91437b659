import { asCall, asText, dictEntries, lookUp } from '../../checkpoint/arguments';
import { keyOf } from '../../checkpoint/path';
import { isNode, NodeKind, PyCall, PyDict, PyStr, PyTuple, type PyNode, type Value } from '../../pickle/values';
import type { StorageContent } from '../../write/storageContent';
import { unusedKey } from '../contents';
import { editError } from '../editError';
import { findPath } from '../find';
import type { Conform, ConformKey } from '../operations';
import { replaceNodes } from '../replaceNodes';
import { nextState, type EditState } from '../state';
import { resourceNamed, taken } from './compose';
import { MadeTensors } from './conformTensors';
import type { Context, Resources } from './context';
import { mappingOf } from './mappings';

/** A key as it stands in a dict, and its value. */
interface Item {
  readonly key: Value;
  readonly value: Value;
}

/** The state dict gets exactly the keys of a model, in its order. */
export function conform(context: Context, operation: Conform, resources: Resources): EditState {
  const { reader, state } = context;
  const { value: dict } = findPath(reader, state.root, operation.path);
  const entries = mappingOf(dict, reader);
  if (!isNode(dict) || entries === null) {
    throw editError('edit-unsupported', 'not-a-container', [keyOf(operation.path)]);
  }
  if (operation.keys.length === 0) {
    throw editError('edit-empty', 'nothing-left');
  }
  const ours = itemsOf(entries);
  const others = takenFrom(context, operation, resources);
  const contents = new Map<string, StorageContent>(others.contents);
  const tensors = new MadeTensors(context, operation, { contents, freshKey: unusedKey(state, contents) });
  const made: Value[] = [];
  const names = new Set<string>();
  for (const key of operation.keys) {
    if (names.has(key.key)) {
      throw editError('edit-collision', 'same-key', [key.key]);
    }
    names.add(key.key);
    const item = key.how === 'fromTarget' || key.how === 'afresh' ? undefined : ours.get(key.from);
    if (item === undefined && 'from' in key) {
      throw editError('edit-no-match', 'no-entry', [keyOf([...operation.path, key.from])]);
    }
    const isSameName = item !== undefined && asText(item.key) === key.key;
    made.push(isSameName ? item.key : new PyStr(key.key), tensorFor(key, item, others.tensors, tensors));
  }
  const replacements = new Map<PyNode, Value>([[dict, withEntries(dict, made, operation.keys)]]);
  return nextState(state, { root: replaceNodes(state.root, replacements, context.isPlainTensor), contents });
}

/** What is set twice counts as set last. */
function itemsOf(entries: readonly Value[]): ReadonlyMap<string, Item> {
  const items = new Map<string, Item>();
  for (let index = 0; index + 1 < entries.length; index += 2) {
    const name = asText(entries[index]);
    if (name !== null) {
      items.set(name, { key: entries[index] ?? null, value: entries[index + 1] ?? null });
    }
  }
  return items;
}

function tensorFor(
  key: ConformKey,
  item: Item | undefined,
  others: ReadonlyMap<string, Value>,
  tensors: MadeTensors,
): Value {
  const ours = item?.value ?? null;
  switch (key.how) {
    case 'load':
      return ours;
    case 'reshape':
      return tensors.reshaped(key, ours);
    case 'interpolate':
      return tensors.interpolated(key, ours);
    case 'overlap':
      return tensors.overlaid(key, ours);
    case 'afresh':
      return tensors.afresh(key);
    case 'fromTarget':
      return others.get(idOf(key)) ?? null;
  }
}

type FromTarget = Extract<ConformKey, { how: 'fromTarget' }>;

function idOf({ resource, path }: FromTarget): string {
  return JSON.stringify([resource, path]);
}

interface Others {
  readonly contents: EditState['contents'];
  readonly tensors: ReadonlyMap<string, Value>;
}

/** Tensors of other files. Each of their state dicts is taken as one, so that what shares a storage there shares it here. */
function takenFrom({ state, reader }: Context, { keys }: Conform, resources: Resources): Others {
  const dicts = new Map<string, FromTarget[]>();
  for (const key of keys) {
    if (key.how === 'fromTarget') {
      const id = JSON.stringify([key.resource, key.path.slice(0, -1)]);
      dicts.set(id, [...(dicts.get(id) ?? []), key]);
    }
  }
  let at = state;
  const tensors = new Map<string, Value>();
  for (const wanted of dicts.values()) {
    const [first] = wanted;
    if (first === undefined) {
      continue;
    }
    const other = resourceNamed(resources, first.resource);
    const { value, contents } = taken(at, other, { from: first.path.slice(0, -1), asStateDict: true });
    at = nextState(at, { contents });
    const items = itemsOf(mappingOf(value, reader) ?? []);
    for (const key of wanted) {
      const item = items.get(keyOf(key.path.slice(-1)));
      if (item === undefined) {
        throw editError('edit-no-match', 'no-entry', [keyOf(key.path)]);
      }
      tensors.set(idOf(key), item.value);
    }
  }
  return { contents: at.contents, tensors };
}

/** A dict of the same class with other entries; `_metadata` goes with the modules. */
function withEntries(dict: PyNode, entries: Value[], keys: readonly ConformKey[]): Value {
  if (dict.kind === NodeKind.Dict) {
    const copy = new PyDict(entries);
    copy.state = dict.state;
    return copy;
  }
  if (dict.kind !== NodeKind.Call) {
    return dict;
  }
  // `OrderedDict([[k, v], …])`, as Python 2 wrote it: its entries are set from now on.
  const isFilledByArgument = dict.entries === undefined;
  const copy = new PyCall(dict.form, dict.callee, isFilledByArgument ? new PyTuple([]) : dict.args, dict.kwargs);
  copy.entries = entries;
  copy.state = movedMetadata(dict.state, keys);
  return copy;
}

/** Modules whose keys get other names, with what they are called then. */
export function movedModules(keys: readonly ConformKey[]): ReadonlyMap<string, string> {
  const modules = new Map<string, string>();
  for (const key of keys) {
    if ('from' in key && key.from !== key.key) {
      modules.set(moduleOf(key.from), moduleOf(key.key));
    }
  }
  return modules;
}

function movedMetadata(state: Value | undefined, keys: readonly ConformKey[]): Value | undefined {
  const modules = movedModules(keys);
  const metadata = lookUp(dictEntries(state) ?? [], '_metadata');
  const entries = dictEntries(metadata);
  if (modules.size === 0 || entries === null || metadata === undefined || !isNode(metadata)) {
    return state;
  }
  const moved = new Map<string, Item>();
  for (const { key, value } of itemsOf(entries).values()) {
    const name = asText(key) ?? '';
    const to = modules.get(name);
    if (to !== undefined) {
      moved.set(to, { key: new PyStr(to), value });
    } else if (!moved.has(name)) {
      moved.set(name, { key, value });
    }
  }
  const flat = [...moved.values()].flatMap(({ key, value }) => [key, value]);
  const copy = asCall(metadata) === null ? new PyDict(flat) : withEntries(metadata, flat, []);
  return isNode(state ?? null) ? replaceNodes(state ?? null, new Map([[metadata, copy]])) : state;
}

function moduleOf(key: string): string {
  return key.slice(0, Math.max(key.lastIndexOf('.'), 0));
}
