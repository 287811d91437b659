import type { Path, PathElement } from '../checkpoint/checkpoint';
import { keyOf } from '../checkpoint/path';
import type { Value } from '../pickle/values';
import { editError } from './editError';
import type { ChildKind, Slot, SlotChild, SlotReader } from './slots';

/** A value that a path leads to. */
export interface Found {
  readonly path: Path;
  readonly value: Value;
  /** null for the root. */
  readonly slot: Slot | null;
  readonly kind: ChildKind | 'root';
  readonly above: Found | null;
}

/** Chosen paths as a tree of their steps: each container is looked into once. */
export class PathTree {
  readonly children = new Map<string | number, PathTree>();
  /** A chosen path ends here. */
  chosen = false;

  static of(paths: readonly Path[]): PathTree {
    const root = new PathTree();
    for (const path of paths) {
      let at = root;
      for (const element of path) {
        const step = stepOf(element);
        let next = at.children.get(step);
        if (next === undefined) {
          next = new PathTree();
          at.children.set(step, next);
        }
        at = next;
      }
      at.chosen = true;
    }
    return root;
  }
}

/** Text and int as they are; a repr as text that no key of a file is likely to be. */
export function stepOf(element: PathElement): string | number {
  return typeof element === 'object' ? `\0${element.repr}` : element;
}

interface Open {
  readonly tree: PathTree;
  readonly found: Found;
}

/**
 * What paths lead to, outer ones before inner ones.
 * @throws EditError `edit-no-match` when a path leads nowhere.
 */
export function findPaths(reader: SlotReader, root: Value, paths: readonly Path[]): readonly Found[] {
  const all: Found[] = [];
  const open: Open[] = [
    { tree: PathTree.of(paths), found: { path: [], value: root, slot: null, kind: 'root', above: null } },
  ];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const { tree, found } = at;
    if (tree.chosen) {
      all.push(found);
    }
    if (tree.children.size > 0) {
      for (const step of stepsBelow(reader, tree, found).reverse()) {
        open.push(step);
      }
    }
  }
  return all;
}

/** @throws EditError `edit-no-match` when nothing is there. */
export function findPath(reader: SlotReader, root: Value, path: Path): Found {
  const [found] = findPaths(reader, root, [path]);
  if (found === undefined) {
    throw editError('edit-no-match', 'no-entry', [keyOf(path)]);
  }
  return found;
}

function stepsBelow(reader: SlotReader, tree: PathTree, above: Found): Open[] {
  const children = new Map<string | number, SlotChild>();
  for (const child of reader.childrenOf(above.value)) {
    const step = stepOf(child.element);
    if (tree.children.has(step)) {
      // A key that is set twice: the last counts.
      children.set(step, child);
    }
  }
  if (children.size < tree.children.size) {
    const missing = [...tree.children.keys()].find((step) => !children.has(step)) ?? '';
    throw editError('edit-no-match', 'no-entry', [keyOf([...above.path, String(missing).replace('\0', '')])]);
  }
  const found: Open[] = [];
  for (const [step, { element, value, slot, kind }] of children) {
    const below = tree.children.get(step);
    if (below !== undefined) {
      found.push({ tree: below, found: { path: [...above.path, element], value, slot, kind, above } });
    }
  }
  return found;
}
