import type { Path } from '../../core/checkpoint/checkpoint';
import { keyOf } from '../../core/checkpoint/path';
import { editError } from '../../core/edit/editError';
import { findPath, type Found } from '../../core/edit/find';
import type { Context } from '../../core/edit/operations/context';
import { mappingOf } from '../../core/edit/operations/mappings';
import { metadataElement } from '../../core/edit/operations/metadata';
import { isNode, NodeKind } from '../../core/pickle/values';

/** What an entry can be added to. */
export interface EntryContainer {
  /** `metadata`: that of a `.safetensors`, which holds texts. */
  readonly kind: 'dict' | 'list' | 'metadata';
  readonly path: Path;
  /** Entries that it has. */
  readonly length: number;
}

/** The dict or list at a path, or the innermost one around it. @throws EditError where there is none. */
export function containerAt(context: Context, path: Path): EntryContainer {
  const { state, reader } = context;
  if (state.original.container.kind === 'safetensors') {
    return { kind: 'metadata', path: [metadataElement], length: state.metadata.size };
  }
  for (let found: Found | null = findPath(reader, state.root, path); found !== null; found = found.above) {
    const { value } = found;
    const entries = mappingOf(value, reader);
    if (entries !== null) {
      return { kind: 'dict', path: found.path, length: entries.length / 2 };
    }
    if (isNode(value) && value.kind === NodeKind.List) {
      return { kind: 'list', path: found.path, length: value.items.length };
    }
  }
  throw editError('edit-unsupported', 'not-a-container', [keyOf(path)]);
}

/** The entries of what holds the entry at a path, in order, and the place of that entry among them. */
export interface Siblings {
  readonly paths: readonly Path[];
  readonly index: number;
}

/** @throws EditError where the path leads to no entry of a dict or list. */
export function siblingsOf({ state, reader }: Context, path: Path): Siblings {
  const { slot, above, kind } = findPath(reader, state.root, path);
  if (slot === null || above === null || (kind !== 'key' && kind !== 'item')) {
    throw editError('edit-unsupported', 'not-a-key', [keyOf(path)]);
  }
  const children = reader
    .childrenOf(above.value)
    .filter((child) => child.slot.owner === slot.owner && child.kind === kind);
  return {
    paths: children.map(({ element }) => [...above.path, element]),
    index: children.findIndex((child) => child.slot.index === slot.index),
  };
}
