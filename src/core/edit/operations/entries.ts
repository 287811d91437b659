import { asCall } from '../../checkpoint/arguments';
import type { Path, PathElement } from '../../checkpoint/checkpoint';
import { elementText, keyOf } from '../../checkpoint/path';
import { isNode, NodeKind, PyStr, type PyNode, type Value } from '../../pickle/values';
import { editError } from '../editError';
import { copyContainers } from '../copyContainers';
import { findPath, stepOf, type Found } from '../find';
import { GraphEdits } from '../graphEdits';
import type { AddEntry, Duplicate, Move, SetValue } from '../operations';
import { parseLiteral } from '../pythonLiteral';
import type { Slot } from '../slots';
import { nextState, type EditState } from '../state';
import type { Context } from './context';
import { mappingOf } from './mappings';
import { metadataElement } from './metadata';

/** Puts another value in the place of a number, a text, a bool, None, or an empty container. */
export function setValue(context: Context, { path, literal }: SetValue): EditState {
  const { state, reader } = context;
  if (isMetadata(state, path)) {
    return setMetadata(state, path, literal, true);
  }
  const found = findPath(reader, state.root, path);
  const call = asCall(found.value);
  const isValue = reader.childrenOf(found.value).length === 0 && (call === null || !reader.isTensor(call));
  if (found.slot === null || !isValue) {
    throw editError('edit-unsupported', 'not-a-value', [keyOf(path)]);
  }
  const edits = new GraphEdits();
  const value = parseLiteral(literal);
  edits.setValue(found.slot, value);
  return applied(context, edits, isPlain(found.value) && isPlain(value));
}

/** Adds a key at the end of a dict, or an item to a list. */
export function addEntry(context: Context, { path, literal }: AddEntry): EditState {
  const { state } = context;
  if (isMetadata(state, path)) {
    return setMetadata(state, path, literal, false);
  }
  return insertAt(context, path, parseLiteral(literal));
}

/** The state with a value at a path where there is none yet. @throws EditError when there is, or cannot be. */
export function insertAt(context: Context, path: Path, value: Value): EditState {
  const { state, reader } = context;
  const element = path.at(-1);
  if (element === undefined) {
    throw editError('edit-unsupported', 'not-a-container');
  }
  const parent = findPath(reader, state.root, path.slice(0, -1));
  const edits = new GraphEdits();
  const entries = mappingOf(parent.value, reader);
  if (isNode(parent.value) && entries !== null) {
    refuseTaken(context, parent, element);
    const slot: Slot = { owner: parent.value, list: 'entries', index: entries.length };
    edits.insert(slot, [keyValue(element), value]);
  } else if (isNode(parent.value) && parent.value.kind === NodeKind.List && typeof element === 'number') {
    const { items } = parent.value;
    if (element < 0 || element > items.length) {
      throw editError('edit-invalid', 'bad-index', [keyOf(path)], element, items.length);
    }
    edits.insert({ owner: parent.value, list: 'items', index: element }, [value]);
  } else {
    throw editError('edit-unsupported', 'not-a-container', [keyOf(parent.path)]);
  }
  return applied(context, edits, isPlain(value));
}

function keyValue(element: PathElement): Value {
  switch (typeof element) {
    case 'string':
      if (element === '') {
        throw editError('edit-invalid', 'empty-key');
      }
      return new PyStr(element);
    case 'number':
      return element;
    default:
      return parseLiteral(element.repr);
  }
}

function refuseTaken({ reader }: Context, parent: Found, element: PathElement): void {
  const step = stepOf(element);
  if (reader.childrenOf(parent.value).some((child) => child.kind === 'key' && stepOf(child.element) === step)) {
    throw editError('edit-collision', 'same-key', [keyOf([...parent.path, element])]);
  }
}

/** The same once more, under another key behind the first: a tensor shares its storage, a dict is one of its own. */
export function duplicate(context: Context, { path, key }: Duplicate): EditState {
  const { state, reader } = context;
  const found = findPath(reader, state.root, path);
  if (found.slot === null || found.above === null || found.kind !== 'key') {
    throw editError('edit-unsupported', 'not-a-key', [keyOf(path)]);
  }
  refuseTaken(context, found.above, key);
  const edits = new GraphEdits();
  edits.insert({ ...found.slot, index: found.slot.index + 2 }, [keyValue(key), copyContainers(found.value, context)]);
  return applied(context, edits);
}

/** To a place among its siblings. */
export function move(context: Context, { path, index }: Move): EditState {
  const { state, reader } = context;
  const found = findPath(reader, state.root, path);
  const { slot, kind, above } = found;
  if (slot === null || above === null || (kind !== 'key' && kind !== 'item')) {
    throw editError('edit-unsupported', 'not-a-key', [keyOf(path)]);
  }
  const width = slot.list === 'entries' ? 2 : 1;
  const siblings = reader
    .childrenOf(above.value)
    .filter((child) => child.slot.owner === slot.owner && child.kind === kind);
  if (!Number.isSafeInteger(index) || index < 0 || index >= siblings.length) {
    throw editError('edit-invalid', 'bad-index', [keyOf(path)], index, siblings.length);
  }
  const from = slot.index / width;
  const edits = new GraphEdits();
  edits.remove(slot);
  const key =
    slot.list === 'entries' ? (mappingOf(slot.owner, reader)?.[slot.index] ?? keyValue(path.at(-1) ?? '')) : null;
  const target = { ...slot, index: (index < from ? index : index + 1) * width };
  edits.insert(target, slot.list === 'entries' ? [key, found.value] : [found.value]);
  return applied(context, edits, true);
}

/** Whether a value imports, calls and refers to nothing. */
function isPlain(value: Value): boolean {
  return isNode(value) ? value.kind === NodeKind.Str || value.kind === NodeKind.Float : typeof value !== 'bigint';
}

function applied(context: Context, edits: GraphEdits, keepsObjects = false): EditState {
  const { state } = context;
  return nextState(state, { root: edits.apply(state.root, context.isPlainTensor), keepsObjects });
}

function isMetadata({ original }: EditState, path: Path): boolean {
  return original.container.kind === 'safetensors' && path.length === 2 && path[0] === metadataElement;
}

/** `__metadata__` holds texts alone. */
function setMetadata(state: EditState, path: Path, literal: string, exists: boolean): EditState {
  const name = elementText(path[1] ?? '');
  const value: Value = parseLiteral(literal);
  if (state.metadata.has(name) !== exists) {
    throw exists
      ? editError('edit-no-match', 'no-entry', [keyOf(path)])
      : editError('edit-collision', 'same-key', [keyOf(path)]);
  }
  if (!isText(value)) {
    throw editError('edit-unsupported', 'values-in-format', [keyOf(path)]);
  }
  return nextState(state, { metadata: new Map([...state.metadata, [name, value.value]]) });
}

function isText(value: Value): value is Extract<PyNode, { kind: NodeKind.Str }> {
  return isNode(value) && value.kind === NodeKind.Str;
}
