import { asItems } from '../../checkpoint/arguments';
import { keyOf } from '../../checkpoint/path';
import { isNode, NodeKind, type Value } from '../../pickle/values';
import { editError } from '../editError';
import { findPaths, PathTree, stepOf, type Found } from '../find';
import { GraphEdits } from '../graphEdits';
import type { Keep, Remove } from '../operations';
import { selectedPaths } from '../selection';
import type { ChildKind, SlotReader } from '../slots';
import { nextState, type EditState } from '../state';
import type { Context } from './context';
import { mappingOf } from './mappings';
import { keepMetadata, removeMetadata } from './metadata';

/** What is chosen goes. A dict or list that loses its last entry goes with it. */
export function remove(context: Context, { selection }: Remove): EditState {
  const { state, reader, checkpoint } = context;
  const paths = selectedPaths(checkpoint, selection);
  const metadata = removeMetadata(state, paths);
  const found = findPaths(reader, state.root, metadata.others);
  const fixed = found.filter(({ kind }) => kind === 'fixed');
  if (fixed.length > 0) {
    throw editError('edit-unsupported', 'part-of-object', keysOf(fixed));
  }
  const edits = new GraphEdits();
  const losses = new Map<Found, number>();
  for (const each of found) {
    takeAway(each, edits, losses, reader);
  }
  const root = edits.apply(state.root, context.isPlainTensor);
  return nextState(state, { root, metadata: metadata.kept });
}

function takeAway(first: Found, edits: GraphEdits, losses: Map<Found, number>, reader: SlotReader): void {
  for (let at: Found | null = first; at !== null; at = at.above) {
    if (at.slot === null) {
      throw editError('edit-empty', 'nothing-left');
    }
    edits.remove(at.slot);
    const { above } = at;
    if (above === null || (at.kind !== 'key' && at.kind !== 'item')) {
      return;
    }
    const lost = (losses.get(above) ?? 0) + 1;
    losses.set(above, lost);
    if (lost < plainLength(above.value, reader)) {
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
export function keep(context: Context, { selection }: Keep): EditState {
  const { state, reader, checkpoint } = context;
  const paths = selectedPaths(checkpoint, selection);
  const metadata = keepMetadata(state, paths);
  if (metadata.others.length === 0) {
    throw editError('edit-empty', 'nothing-left');
  }
  // Says of a path that leads nowhere.
  findPaths(reader, state.root, metadata.others);
  const edits = new GraphEdits();
  const open: { readonly value: Value; readonly tree: PathTree }[] = [
    { value: state.root, tree: PathTree.of(metadata.others) },
  ];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at.tree.chosen) {
      continue;
    }
    for (const { element, value, slot, kind } of reader.childrenOf(at.value)) {
      const below = at.tree.children.get(stepOf(element));
      if (below !== undefined) {
        open.push({ value, tree: below });
      } else if (kind === 'key' || kind === 'item' || (kind === 'tensor' && !isBelowChosen(element, at.tree))) {
        edits.remove(slot);
      }
    }
  }
  const root = edits.apply(state.root, context.isPlainTensor);
  return nextState(state, { root, metadata: metadata.kept });
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
