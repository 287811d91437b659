import { keyIdentity } from '../checkpoint/dictKeys';
import { dictEntries } from '../checkpoint/arguments';
import { NodeKind, PyCall, PyDict, PyList, PySet, PyTuple, type PyNode, type Value } from '../pickle/values';
import type { IsOpaque } from './heldNodes';
import { replaceNodes } from './replaceNodes';
import type { Slot } from './slots';

/** What happens to one list of one node. Indexes are those of the list as it was. */
interface ListEdit {
  readonly removed: Set<number>;
  readonly values: Map<number, Value>;
  readonly keys: Map<number, Value>;
  /** All keys in order, where many change at once. */
  allKeys: readonly Value[] | null;
  /** Behind which index: the values go in front of what stands there. */
  readonly inserted: Map<number, Value[]>;
}

/** Changes to a graph, collected and then made at once. */
export class GraphEdits {
  private readonly lists = new Map<PyNode, Partial<Record<Slot['list'], ListEdit>>>();
  private readonly nodes = new Map<PyNode, Value>();

  get isEmpty(): boolean {
    return this.lists.size === 0 && this.nodes.size === 0;
  }

  /** Puts another value in the place of a node, wherever it stands. */
  replace(node: PyNode, value: Value): void {
    this.nodes.set(node, value);
  }

  remove({ owner, list, index }: Slot): void {
    this.edit(owner, list).removed.add(index);
  }

  setValue({ owner, list, index }: Slot, value: Value): void {
    this.edit(owner, list).values.set(index, value);
  }

  setKey({ owner, index }: Slot, key: Value): void {
    this.edit(owner, 'entries').keys.set(index, key);
  }

  /** @param keys all keys of a dict, in order: the places of the entries stay. */
  setKeys(owner: PyNode, keys: readonly Value[]): void {
    this.edit(owner, 'entries').allKeys = keys;
  }

  /** @param values one value, or a key and its value; they come to stand in front of what is at the slot. */
  insert({ owner, list, index }: Slot, values: readonly Value[]): void {
    const { inserted } = this.edit(owner, list);
    inserted.set(index, [...(inserted.get(index) ?? []), ...values]);
  }

  apply(root: Value, isOpaque?: IsOpaque): Value {
    const replacements = new Map<PyNode, Value>(this.nodes);
    for (const [owner, edits] of this.lists) {
      if (!replacements.has(owner)) {
        replacements.set(owner, drafted(owner, edits));
      }
    }
    return replaceNodes(root, replacements, isOpaque);
  }

  private edit(owner: PyNode, list: Slot['list']): ListEdit {
    let edits = this.lists.get(owner);
    if (edits === undefined) {
      edits = {};
      this.lists.set(owner, edits);
    }
    return (edits[list] ??= {
      removed: new Set(),
      values: new Map(),
      keys: new Map(),
      allKeys: null,
      inserted: new Map(),
    });
  }
}

/** A copy of a node with its lists edited; what it holds is still what it held. */
function drafted(node: PyNode, edits: Partial<Record<Slot['list'], ListEdit>>): PyNode {
  switch (node.kind) {
    case NodeKind.Tuple:
      return new PyTuple(editedItems(node.items, edits.items));
    case NodeKind.List:
      return new PyList(editedItems(node.items, edits.items));
    case NodeKind.Set:
      return new PySet(node.type, editedItems(node.items, edits.items));
    case NodeKind.Dict: {
      const dict = new PyDict(editedEntries(node.entries, edits.entries));
      dict.state = editedState(node.state, edits.state);
      return dict;
    }
    case NodeKind.Call:
      return draftedCall(node, edits);
    default:
      return node;
  }
}

function draftedCall(node: PyCall, edits: Partial<Record<Slot['list'], ListEdit>>): PyCall {
  // `OrderedDict([[k, v], …])`, as Python 2 wrote it: its entries are set from now on.
  const isFilledByArgument = edits.entries !== undefined && node.entries === undefined;
  const entries = isFilledByArgument ? (dictEntries(node) ?? []) : node.entries;
  const call = new PyCall(node.form, node.callee, isFilledByArgument ? new PyTuple([]) : node.args, node.kwargs);
  call.items = filled(editedItems(node.items ?? [], edits.items));
  call.entries = filled(editedEntries(entries ?? [], edits.entries));
  call.state = editedState(node.state, edits.state);
  return call;
}

function filled(values: Value[]): Value[] | undefined {
  return values.length === 0 ? undefined : values;
}

function editedState(state: Value | undefined, edit: ListEdit | undefined): Value | undefined {
  const value = edit?.values.get(0);
  return value === undefined ? state : value;
}

function editedItems(items: readonly Value[], edit: ListEdit | undefined): Value[] {
  const edited: Value[] = [];
  for (let index = 0; index <= items.length; index++) {
    edited.push(...(edit?.inserted.get(index) ?? []));
    if (index < items.length && edit?.removed.has(index) !== true) {
      const value = edit?.values.get(index);
      edited.push(value === undefined ? (items[index] ?? null) : value);
    }
  }
  return edited;
}

function editedEntries(entries: readonly Value[], edit: ListEdit | undefined): Value[] {
  if (edit === undefined) {
    return [...entries];
  }
  if (edit.allKeys !== null) {
    return entriesUnder(edit.allKeys, entries);
  }
  const removed = edit.removed.size === 0 ? edit.removed : withRepeats(entries, edit.removed);
  const edited: Value[] = [];
  for (let index = 0; index <= entries.length; index += 2) {
    const inserted = edit.inserted.get(index);
    if (inserted !== undefined) {
      edited.push(...inserted);
    }
    if (index < entries.length && !removed.has(index)) {
      const key = edit.keys.get(index);
      const value = edit.values.get(index);
      edited.push(
        key === undefined ? (entries[index] ?? null) : key,
        value === undefined ? (entries[index + 1] ?? null) : value,
      );
    }
  }
  return edited;
}

function entriesUnder(keys: readonly Value[], entries: readonly Value[]): Value[] {
  const edited: Value[] = [];
  for (let index = 0; index < entries.length; index += 2) {
    edited.push(keys[index / 2] ?? null, entries[index + 1] ?? null);
  }
  return edited;
}

/** A key that is set twice goes both times. */
function withRepeats(entries: readonly Value[], removed: ReadonlySet<number>): ReadonlySet<number> {
  const identities = new Set<string | number>();
  for (const index of removed) {
    const identity = keyIdentity(entries[index] ?? null);
    if (identity !== null) {
      identities.add(identity);
    }
  }
  const all = new Set(removed);
  for (let index = 0; index < entries.length; index += 2) {
    const identity = keyIdentity(entries[index] ?? null);
    if (identity !== null && identities.has(identity)) {
      all.add(index);
    }
  }
  return all;
}
