import * as vscode from 'vscode';
import type { Path, ValueEntry } from '../../../core/checkpoint/checkpoint';
import { asText } from '../../../core/checkpoint/arguments';
import { keyOf } from '../../../core/checkpoint/path';
import { stringRepr } from '../../../core/checkpoint/pythonText';
import { editError } from '../../../core/edit/editError';
import { contextFor } from '../../editing/contexts';
import { containerAt, type EntryContainer } from '../../editing/containers';
import { rowIndex } from '../../rowPaths';
import { ask, editCommand, trial, type Editing } from './editCommand';
import { selectedPath } from './selection';

/** A number, text, bool or None, changed in an input box. */
export const editValue = editCommand(async (editing) => {
  const { session, shown } = editing;
  const path = selectedPath(editing);
  const entry = rowIndex(shown).entry(session.selection[0] ?? -1);
  if (entry?.kind !== 'value') {
    throw editError('edit-unsupported', 'not-a-value', [keyOf(path)]);
  }
  const literal = await ask({
    title: vscode.l10n.t('Edit Value'),
    prompt: vscode.l10n.t('Python literal for “{0}”', keyOf(path)),
    value: literalOf(entry),
    check: (text) => trial(editing, { kind: 'setValue', path, literal: text }),
  });
  if (literal !== undefined && literal !== literalOf(entry)) {
    session.document.apply({ kind: 'setValue', path, literal });
  }
});

/** What is typed to have the value again: a text whole, however long. */
function literalOf({ node, repr }: ValueEntry): string {
  const text = asText(node);
  return text === null ? repr : stringRepr(text);
}

/** Another entry in the dict or list that is selected, or that the selected entry stands in. */
export const addEntry = editCommand(async (editing) => {
  const { session } = editing;
  const container = containerOf(editing);
  const key = await askForKey(editing, container);
  if (key === undefined) {
    return;
  }
  const path = [...container.path, container.kind === 'list' ? Number(key) : key];
  const literal = await ask({
    title: vscode.l10n.t('Add Entry'),
    prompt: vscode.l10n.t('Python literal for “{0}”', keyOf(path)),
    placeHolder: container.kind === 'metadata' ? "'text'" : '17',
    check: (text) => trial(editing, { kind: 'addEntry', path, literal: text }),
  });
  if (literal !== undefined) {
    session.document.apply({ kind: 'addEntry', path, literal });
  }
});

function containerOf({ session, shown }: Editing): EntryContainer {
  const [focused] = session.selection;
  const path: Path = focused === undefined ? [] : rowIndex(shown).path(focused).path;
  return containerAt(contextFor(shown.edit), path);
}

function askForKey(editing: Editing, container: EntryContainer): Promise<string | undefined> {
  const title = vscode.l10n.t('Add Entry');
  const name = container.path.length === 0 ? vscode.l10n.t('the whole file') : keyOf(container.path);
  if (container.kind === 'list') {
    return ask({
      title,
      prompt: vscode.l10n.t('Place in “{0}”, from 0 to {1}', name, container.length),
      value: String(container.length),
      check: (text) => trial(editing, { kind: 'addEntry', path: [...container.path, Number(text)], literal: 'None' }),
    });
  }
  const literal = container.kind === 'metadata' ? "''" : 'None';
  return ask({
    title,
    prompt: vscode.l10n.t('Key in “{0}”', name),
    check: (text) => trial(editing, { kind: 'addEntry', path: [...container.path, text], literal }),
  });
}
