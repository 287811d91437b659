import type { Path } from '../../checkpoint/checkpoint';
import { elementText, keyOf } from '../../checkpoint/path';
import { editError } from '../editError';
import type { EditState } from '../state';

/** Where a `.safetensors` lists its `__metadata__`, which is no part of the graph. */
export const metadataElement = '.metadata';

export interface MetadataSplit {
  readonly kept: ReadonlyMap<string, string>;
  /** Paths that are none of the metadata. */
  readonly others: readonly Path[];
}

function isMetadata(state: EditState, path: Path): boolean {
  return state.original.container.kind === 'safetensors' && path[0] === metadataElement;
}

function split(state: EditState, paths: readonly Path[]): { names: Set<string> | null; others: readonly Path[] } {
  if (state.original.container.kind !== 'safetensors') {
    return { names: new Set(), others: paths };
  }
  const mine = paths.filter((path) => isMetadata(state, path));
  const missing = mine.find((path) => path[1] !== undefined && !state.metadata.has(elementText(path[1])));
  if (missing !== undefined) {
    throw editError('edit-no-match', 'no-entry', [keyOf(missing)]);
  }
  const isWhole = mine.some((path) => path.length === 1);
  return {
    names: isWhole ? null : new Set(mine.map((path) => elementText(path[1] ?? ''))),
    others: mine.length === 0 ? paths : paths.filter((path) => !isMetadata(state, path)),
  };
}

export function removeMetadata(state: EditState, paths: readonly Path[]): MetadataSplit {
  const { names, others } = split(state, paths);
  const kept = [...state.metadata].filter(([name]) => names !== null && !names.has(name));
  return { kept: new Map(kept), others };
}

/** Metadata says what the tensors are, and stays with those that stay; chosen alone it would be a file without any. */
export function keepMetadata(state: EditState, paths: readonly Path[]): MetadataSplit {
  return { kept: state.metadata, others: split(state, paths).others };
}
