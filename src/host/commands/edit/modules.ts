import * as vscode from 'vscode';
import type { Path } from '../../../core/checkpoint/checkpoint';
import { keyOf } from '../../../core/checkpoint/path';
import { PathTree } from '../../../core/edit/find';
import { isChosen } from '../../../core/edit/tensorsIn';
import type { OpenState } from '../../document';
import { pathsOf } from '../../editing/rows';
import { pathId } from '../../rowPaths';
import { choose, editCommand, type Editing } from './editCommand';

/** What is selected; the whole file where nothing is. */
function branches({ session, shown }: Editing): readonly Path[] {
  const paths = pathsOf(shown, session.selection);
  return paths.length === 0 ? [[]] : paths;
}

/** Paths that have modules, and for every other one the innermost module around it. */
function modulesOf({ checkpoint }: OpenState, paths: readonly Path[]): readonly Path[] {
  const modules = checkpoint.branches.filter(({ role }) => role === 'module').map(({ path }) => path);
  const found = paths.map((path) => {
    const tree = PathTree.of([path]);
    if (modules.some((module) => isChosen(tree, module))) {
      return path;
    }
    const around = modules.filter((module) => isChosen(PathTree.of([module]), path));
    return around.at(-1) ?? path;
  });
  return [...new Map(found.map((path) => [pathId(path), path])).values()];
}

function nameOf(paths: readonly Path[]): string {
  const [first = []] = paths;
  const name = first.length === 0 ? vscode.l10n.t('the whole file') : keyOf(first);
  return paths.length === 1 ? name : vscode.l10n.t('{0} and {1} more', name, paths.length - 1);
}

/** `requires_grad` of every parameter on the selected branches. */
export const setRequiresGrad = editCommand(async (editing) => {
  const paths = branches(editing);
  const value = await choose(
    [
      {
        label: 'False',
        description: vscode.l10n.t('Frozen: training leaves these parameters as they are.'),
        choice: false,
      },
      { label: 'True', description: vscode.l10n.t('Training changes these parameters.'), choice: true },
    ],
    {
      title: vscode.l10n.t('Set requires_grad'),
      placeHolder: vscode.l10n.t('Of every parameter of {0}', nameOf(paths)),
    },
  );
  if (value !== undefined) {
    editing.session.document.apply({ kind: 'requiresGrad', paths, value });
  }
});

/** `train()` or `eval()` of every module on the selected branches; of a parameter the module that it belongs to. */
export const setTrainMode = editCommand(async (editing) => {
  const paths = modulesOf(editing.shown, branches(editing));
  const training = await choose(
    [
      {
        label: 'eval()',
        description: vscode.l10n.t('Dropout is off, and batch norm uses its statistics.'),
        choice: false,
      },
      {
        label: 'train()',
        description: vscode.l10n.t('Dropout is on, and batch norm updates its statistics.'),
        choice: true,
      },
    ],
    {
      title: vscode.l10n.t('Set Train/Eval Mode'),
      placeHolder: vscode.l10n.t('Of every module of {0}', nameOf(paths)),
    },
  );
  if (training !== undefined) {
    editing.session.document.apply({ kind: 'trainMode', paths, training });
  }
});
