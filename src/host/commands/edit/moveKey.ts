import * as vscode from 'vscode';
import { keyOf, lastText } from '../../../core/checkpoint/path';
import { contextFor } from '../../editing/contexts';
import { siblingsOf } from '../../editing/containers';
import { choose, editCommand, type Choice } from './editCommand';
import { selectedPath } from './selection';

/** To another place among its siblings. */
export const moveKey = editCommand(async (editing) => {
  const path = selectedPath(editing);
  const { paths, index } = siblingsOf(contextFor(editing.shown.edit), path);
  const places = paths.flatMap((sibling, at): Choice<number>[] =>
    // Before itself, or before the next one, is where it is.
    at === index || at === index + 1
      ? []
      : [{ label: vscode.l10n.t('Before {0}', lastText(sibling)), choice: at < index ? at : at - 1 }],
  );
  if (index < paths.length - 1) {
    places.push({ label: vscode.l10n.t('To the end'), choice: paths.length - 1 });
  }
  const place = await choose(places, {
    title: vscode.l10n.t('Move Key'),
    placeHolder: vscode.l10n.t('Where to put “{0}”', keyOf(path)),
  });
  if (place !== undefined) {
    editing.session.document.apply({ kind: 'move', path, index: place });
  }
});
