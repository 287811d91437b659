import type { Path } from '../../core/checkpoint/checkpoint';
import { editError } from '../../core/edit/editError';
import type { KeyScope, Operation, ReplaceLayer } from '../../core/edit/operations';
import { parseLayerCall } from '../../core/init/layerCall';
import type { EditIntent, RenameForm } from '../../protocol/edits';
import { pathId, rowIndex } from '../rowPaths';
import type { ShownState } from './editPanel';
import { layerAt } from './layersView';
import { stripOperation } from './prefixes';
import { renameRow } from './renameRow';
import { outermost, pathsOf } from './rows';

type Intent<Kind extends EditIntent['kind']> = Extract<EditIntent, { kind: Kind }>;

/** The operation that an intent means. @throws EditError where it means none. */
export function operationOf(shown: ShownState, intent: EditIntent): Operation {
  switch (intent.kind) {
    case 'keep':
      return { kind: 'keep', selection: { paths: pathsOf(shown, intent.rows) } };
    case 'remove':
      return { kind: 'remove', selection: { paths: pathsOf(shown, intent.rows) } };
    case 'renameRow':
      return renameRow(shown, intent);
    case 'renameKeys':
      return renamingOf(shown, intent);
    case 'remap':
      return { kind: 'remapDevices', to: { kind: 'map', map: intent.map }, ...selectionOf(shown, intent.rows) };
    case 'cast':
      return {
        kind: 'cast',
        dtype: intent.dtype,
        ...(intent.integers && { integers: true }),
        ...selectionOf(shown, intent.rows),
      };
    case 'replaceLayer':
      return replaceOperation(shown, intent);
  }
}

/** @throws EditError where the call is none that makes a layer. */
export function replaceOperation(shown: ShownState, intent: Intent<'replaceLayer'>): ReplaceLayer {
  const { layer, call, initialisation, keepOverlap, seed } = intent;
  return {
    kind: 'replaceLayer',
    path: layerAt(shown, layer).path,
    layer: parseLayerCall(call).spec,
    initialisation,
    seed,
    ...(keepOverlap && { keepOverlap }),
  };
}

function selectionOf(shown: ShownState, rows: readonly number[] | null): { selection?: { paths: readonly Path[] } } {
  return rows === null ? {} : { selection: { paths: pathsOf(shown, rows) } };
}

export type RenamingOperation = Extract<Operation, { kind: 'rename' | 'stripPrefix' | 'addPrefix' | 'renamePrefix' }>;

export function renamingOf(shown: ShownState, { form, rows }: Intent<'renameKeys'>): RenamingOperation {
  return withScope(formOperation(shown, form), rows === null ? {} : { only: keysOf(shown, rows) });
}

function formOperation(shown: ShownState, form: RenameForm): RenamingOperation {
  switch (form.how) {
    case 'pattern': {
      const { pattern, text, ignoreCase } = form;
      return { kind: 'rename', pattern, text, ...(ignoreCase && { ignoreCase }) };
    }
    case 'strip':
      return stripOperation(shown.checkpoint, form.prefix);
    case 'add':
      return { kind: 'addPrefix', prefix: form.prefix };
  }
}

function withScope(operation: RenamingOperation, scope: KeyScope): RenamingOperation {
  return { ...operation, ...scope };
}

/** Keys of state dicts that rows show; where they show none, the keys that they stand for themselves. */
function keysOf(shown: ShownState, rows: readonly number[]): Path[] {
  const { checkpoint, tree } = shown;
  const stateDicts = new Set(
    checkpoint.branches.filter(({ role }) => role === 'state-dict').map(({ path }) => pathId(path)),
  );
  const index = rowIndex(shown);
  const found: Path[] = [];
  let dict: Path | null = null;
  for (const row of outermost(shown, rows)) {
    for (let below = row; below < (tree.end[row] ?? row); below++) {
      const path = index.isRemoved(below) ? undefined : index.entry(below)?.path;
      if (path === undefined) {
        continue;
      }
      // Neighbours mostly stand in one dict.
      if (dict !== null && isParent(dict, path)) {
        found.push(path);
      } else if (stateDicts.has(pathId(path.slice(0, -1)))) {
        dict = path.slice(0, -1);
        found.push(path);
      }
    }
  }
  const keys = found.length > 0 ? found : pathsOf(shown, rows);
  if (keys.length === 0) {
    throw editError('edit-no-match', 'nothing-chosen');
  }
  return keys;
}

function isParent(parent: Path, path: Path): boolean {
  return path.length === parent.length + 1 && parent.every((element, at) => element === path[at]);
}

/** Key of the row that has the focus after an edit; null where it stays. */
export function focusAfter(before: ShownState, after: ShownState | undefined, intent: EditIntent): string | null {
  switch (intent.kind) {
    case 'remove':
      return after === undefined ? null : nextRow(before, after, intent.rows);
    case 'renameRow': {
      const { tree } = before;
      const index = rowIndex(before);
      const above = tree.parent[intent.row] ?? -1;
      return above === -1 ? intent.label : `${index.key(above)}.${intent.label}`;
    }
    case 'keep':
    case 'renameKeys':
    case 'remap':
    case 'cast':
    case 'replaceLayer':
      return null;
  }
}

/** The row behind the removed ones, else the one before them. */
function nextRow(before: ShownState, after: ShownState, rows: readonly number[]): string | null {
  const { tree, checkpoint } = before;
  const gone = outermost(before, rows);
  const index = rowIndex(before);
  const isLeft = (row: number): boolean => {
    const path = checkpoint.entries[tree.entry[row] ?? -1]?.path;
    return path !== undefined && rowIndex(after).rowAt(path) !== undefined;
  };
  const last = gone.at(-1);
  const end = last === undefined ? tree.count : (tree.end[last] ?? tree.count);
  for (let row = end; row < tree.count; row++) {
    if (isLeft(row)) {
      return index.key(row);
    }
  }
  for (let row = (gone[0] ?? 0) - 1; row >= 0; row--) {
    if (isLeft(row)) {
      return index.key(row);
    }
  }
  return null;
}
