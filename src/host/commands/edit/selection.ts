import type { Path } from '../../../core/checkpoint/checkpoint';
import { elementText, keyOf } from '../../../core/checkpoint/path';
import { editError } from '../../../core/edit/editError';
import { operationOf } from '../../editing/intents';
import { pathsOf } from '../../editing/rows';
import { editCommand, type Editing } from './editCommand';

export const keepSelected = editCommand(({ session, shown }) => {
  session.document.apply(operationOf(shown, { kind: 'keep', rows: session.selection }));
});

export const removeSelected = editCommand(({ session, shown }) => {
  session.document.apply(operationOf(shown, { kind: 'remove', rows: session.selection }));
});

/** The one entry or branch that is selected; the focused one of several. @throws EditError where it is not one. */
export function selectedPath({ session, shown }: Editing): Path {
  const [focused] = session.selection;
  const paths = focused === undefined ? [] : pathsOf(shown, [focused]);
  const [path, ...others] = paths;
  if (path === undefined) {
    throw editError('edit-no-match', 'nothing-chosen');
  }
  if (others.length > 0) {
    throw editError('edit-unsupported', 'not-a-key', paths.map(keyOf));
  }
  return path;
}

/** Each selected entry once more behind itself, under a name that is free. */
export const duplicateKey = editCommand(({ session, shown }) => {
  const paths = pathsOf(shown, session.selection);
  if (paths.length === 0) {
    throw editError('edit-no-match', 'nothing-chosen');
  }
  const taken = new Set([...shown.checkpoint.entries, ...shown.checkpoint.branches].map(({ path }) => keyOf(path)));
  for (const path of paths) {
    const key = freeKey(path, taken);
    taken.add(keyOf([...path.slice(0, -1), key]));
    session.document.apply({ kind: 'duplicate', path, key });
  }
});

function freeKey(path: Path, taken: ReadonlySet<string>): string {
  const name = `${elementText(path.at(-1) ?? '')}_copy`;
  for (let number = 1; ; number++) {
    const key = number === 1 ? name : `${name}${String(number)}`;
    if (!taken.has(keyOf([...path.slice(0, -1), key]))) {
      return key;
    }
  }
}
