import * as vscode from 'vscode';
import type { Branch, Path } from '../../../core/checkpoint/checkpoint';
import { elementText, keyOf } from '../../../core/checkpoint/path';
import { apply } from '../../../core/edit/apply';
import { editError } from '../../../core/edit/editError';
import { rowIndex } from '../../rowPaths';
import { choose, editCommand, type Choice, type Editing } from './editCommand';
import { askForFile, saveCopy } from './saveCopy';
import { branchText } from './branchText';

/** A branch of the file, or of a module its parameters and buffers, as a file of its own. */
export const extractStateDict = editCommand(async (editing) => {
  const path = await askForBranch(editing);
  if (path === undefined) {
    return;
  }
  const state = apply(editing.shown.edit, { kind: 'extract', path });
  const name = elementText(path.at(-1) ?? 'state_dict').replace(/[^\p{L}\p{N}._-]+/gu, '_');
  const target = await askForFile(editing, {
    title: vscode.l10n.t('Extract State Dict'),
    suffix: `_${name}`,
    formats: ['zip', 'safetensors'],
  });
  if (target !== undefined) {
    const format = target.path.endsWith('.safetensors') ? 'safetensors' : 'zip';
    await saveCopy(editing, target, { state, format });
  }
});

/** What can be taken out; asked for where there are several. A branch that is selected comes first, a tensor last. */
async function askForBranch({ session, shown }: Editing): Promise<Path | undefined> {
  const { branches } = shown.checkpoint;
  const known = branches.filter(({ path, role }) => role === 'module' || (role !== null && path.length > 0));
  // Parts of a module are modules too: the outermost ones are meant first.
  const outer = known.filter(({ path }) => !known.some((other) => isAbove(other, path)));
  const [focused = -1] = session.selection;
  const index = rowIndex(shown);
  const selected = index.entry(focused) ?? index.branch(focused);
  const isBranch = index.entry(focused) === undefined;
  const others = outer.filter(({ path }) => selected === undefined || keyOf(path) !== keyOf(selected.path));
  const chosen = selected === undefined || selected.path.length === 0 ? [] : [selected];
  const candidates = isBranch ? [...chosen, ...others] : [...others, ...chosen];
  const items = candidates.map((each): Choice<Path> => ({
    label: each.path.length === 0 ? vscode.l10n.t('the whole file') : keyOf(each.path),
    description: 'kind' in each ? each.kind : branchText(shown.checkpoint, each),
    choice: each.path,
  }));
  const [only] = items;
  if (only === undefined) {
    throw editError('edit-unsupported', 'not-a-branch');
  }
  return items.length === 1
    ? only.choice
    : choose(items, {
        title: vscode.l10n.t('Extract State Dict'),
        placeHolder: vscode.l10n.t('What to write to a file of its own'),
      });
}

function isAbove({ path: above }: Branch, path: Path): boolean {
  return path.length > above.length && above.every((element, at) => element === path[at]);
}
