import { asItems } from '../../checkpoint/arguments';
import type { Path, PathElement } from '../../checkpoint/checkpoint';
import { keyOf } from '../../checkpoint/path';
import { isNode, NodeKind, type Value } from '../../pickle/values';
import { editError } from '../editError';
import { findPaths, PathTree, stepOf, type Found } from '../find';
import { GraphEdits } from '../graphEdits';
import type { Keep, Remove } from '../operations';
import { selectedPaths } from '../selection';
import type { ChildKind, Slot, SlotReader } from '../slots';
import { nextState, type EditState } from '../state';
import type { Context } from './context';
import { mappingOf } from './mappings';
import { keepMetadata, removeMetadata } from './metadata';

/** A value that goes, and from where. */
export interface Loss {
  /** Path of what holds it. */
  readonly above: Path;
  readonly element: PathElement;
  readonly slot: Slot;
  readonly kind: ChildKind;
}

/** What is chosen goes. A dict or list that loses its last entry goes with it. */
export function remove(context: Context, operation: Remove): EditState {
  const { kept } = removeMetadata(context.state, selectedPaths(context.checkpoint, operation.selection));
  return without(context, removedBy(context, operation), kept);
}

/** What a removal takes away, with the containers that it leaves empty; `__metadata__` aside. */
export function removedBy(context: Context, { selection }: Remove): readonly Loss[] {
  const { state, reader, checkpoint } = context;
  const { others } = removeMetadata(state, selectedPaths(checkpoint, selection));
  const found = findPaths(reader, state.root, others);
  const fixed = found.filter(({ kind }) => kind === 'fixed');
  if (fixed.length > 0) {
    throw editError('edit-unsupported', 'part-of-object', keysOf(fixed));
  }
  const lost = new Set<Found>();
  const counts = new Map<Found, number>();
  for (const each of found) {
    takeAway(each, lost, counts, reader);
  }
  return [...lost].flatMap((each) => lossOf(each));
}

function lossOf({ path, slot, kind, above }: Found): readonly Loss[] {
  const element = path.at(-1);
  return slot === null || kind === 'root' || above === null || element === undefined
    ? []
    : [{ above: above.path, element, slot, kind }];
}

function without(context: Context, losses: readonly Loss[], metadata: EditState['metadata']): EditState {
  const edits = new GraphEdits();
  for (const { slot } of losses) {
    edits.remove(slot);
  }
  return nextState(context.state, { root: edits.apply(context.state.root, context.isPlainTensor), metadata });
}

function takeAway(first: Found, lost: Set<Found>, counts: Map<Found, number>, reader: SlotReader): void {
  for (let at: Found | null = first; at !== null; at = at.above) {
    if (at.slot === null) {
      throw editError('edit-empty', 'nothing-left');
    }
    if (lost.has(at)) {
      return;
    }
    lost.add(at);
    const { above } = at;
    if (above === null || (at.kind !== 'key' && at.kind !== 'item')) {
      return;
    }
    const count = (counts.get(above) ?? 0) + 1;
    counts.set(above, count);
    if (count < plainLength(above.value, reader)) {
      return;
    }
    if (above.kind !== 'root' && !isRemovable(above.kind)) {
      return;
    }
  }
}

function isRemovable(kind: ChildKind): boolean {
  return kind === 'key' || kind === 'item';
}

/** Entries of a dict, list, tuple or set; of anything else more than can be lost. */
function plainLength(value: Value, reader: SlotReader): number {
  const entries = mappingOf(value, reader);
  const items = asItems(value) ?? (isNode(value) && value.kind === NodeKind.Set ? value.items : null);
  return entries === null ? (items?.length ?? Infinity) : entries.length / 2;
}

/**
 * Everything else goes: keys of dicts, items of lists, parameters and buffers of modules. What an object is made of stays,
 * and so do the attributes of what stays (`_metadata`, `training`).
 */
export function keep(context: Context, operation: Keep): EditState {
  return without(context, droppedBy(context, operation), context.state.metadata);
}

/** What goes where only a selection is kept. */
export function droppedBy({ state, reader, checkpoint }: Context, { selection }: Keep): readonly Loss[] {
  const { others } = keepMetadata(state, selectedPaths(checkpoint, selection));
  if (others.length === 0) {
    throw editError('edit-empty', 'nothing-left');
  }
  // Says of a path that leads nowhere.
  findPaths(reader, state.root, others);
  const losses: Loss[] = [];
  const open: { readonly path: Path; readonly value: Value; readonly tree: PathTree }[] = [
    { path: [], value: state.root, tree: PathTree.of(others) },
  ];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at.tree.chosen) {
      continue;
    }
    for (const { element, value, slot, kind } of reader.childrenOf(at.value)) {
      const below = at.tree.children.get(stepOf(element));
      if (below !== undefined) {
        open.push({ path: [...at.path, element], value, tree: below });
      } else if (kind === 'key' || kind === 'item' || (kind === 'tensor' && !isBelowChosen(element, at.tree))) {
        losses.push({ above: at.path, element, slot, kind });
      }
    }
  }
  return losses;
}

/** A module lists the parameters of its submodules as its own: one that is chosen whole keeps them. */
function isBelowChosen(element: unknown, tree: PathTree): boolean {
  if (typeof element !== 'string') {
    return false;
  }
  for (let dot = element.lastIndexOf('.'); dot > 0; dot = element.lastIndexOf('.', dot - 1)) {
    if (tree.children.get(element.slice(0, dot))?.chosen === true) {
      return true;
    }
  }
  return false;
}

function keysOf(found: readonly Found[]): string[] {
  return found.map(({ path }) => keyOf(path));
}
