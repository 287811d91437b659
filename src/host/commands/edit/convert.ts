import * as vscode from 'vscode';
import type { EditState } from '../../../core/edit/state';
import { CheckpointError } from '../../../core/errors';
import { planSave, type SaveOptions } from '../../../core/write/planSave';
import type { SaveTarget } from '../../../core/write/saveTarget';
import { TiedTensorsError } from '../../../core/write/tiedTensors';
import { problemText } from '../../editing/problems';
import { translate } from '../../l10n';
import { choose, editCommand, type Choice } from './editCommand';
import { askForFile, formatName, saveCopy } from './saveCopy';

/** The checkpoint in another format, as another file. What that cannot hold is said before. */
export const convert = editCommand(async (editing) => {
  const { edit } = editing.shown;
  const format = await choose(formatsFor(edit), {
    title: vscode.l10n.t('Convert'),
    placeHolder: vscode.l10n.t('The format of the new file'),
  });
  if (format === undefined) {
    return;
  }
  const options = await askForOptions(edit, format);
  if (options === undefined) {
    return;
  }
  const suffix = format === 'safetensors' ? '' : format === 'legacy' ? '_legacy' : '_zip';
  const title = vscode.l10n.t('Convert to {0}', formatName(format));
  const target = await askForFile(editing, { title, suffix, formats: [format] });
  if (target !== undefined) {
    await saveCopy(editing, target, { state: edit, format, ...options });
  }
});

function formatsFor(state: EditState): Choice<SaveTarget>[] {
  const { kind } = state.original.container;
  return (['zip', 'safetensors', 'legacy'] as const)
    .filter((format) => format !== kind)
    .map((format) => ({
      label: formatName(format),
      description: descriptionOf(format),
      detail: lossText(state, format),
      choice: format,
    }));
}

function descriptionOf(format: SaveTarget): string {
  switch (format) {
    case 'zip':
      return vscode.l10n.t('ZIP, what torch.save writes since torch 1.6');
    case 'legacy':
      return vscode.l10n.t('one pickle behind the other; torch of every version reads it');
    case 'safetensors':
      return vscode.l10n.t('tensors alone, no pickle');
  }
}

/** What the format cannot hold, or leaves out. */
function lossText(state: EditState, format: SaveTarget): string {
  const problem = problemWith(state, format, {});
  if (problem instanceof TiedTensorsError) {
    return vscode.l10n.t(
      '{0} and {1} share memory, which it cannot say: what becomes of them is asked next.',
      problem.first,
      problem.second,
    );
  }
  if (problem !== null) {
    return `$(warning) ${problemText(problem, translate)}`;
  }
  if (format === 'safetensors') {
    return vscode.l10n.t('Devices, requires_grad and version numbers of modules are left out.');
  }
  return state.metadata.size > 0 && state.original.container.kind === 'safetensors'
    ? vscode.l10n.t('The metadata of the .safetensors file is left out.')
    : vscode.l10n.t('Everything is kept.');
}

function problemWith(state: EditState, format: SaveTarget, options: SaveOptions): CheckpointError | null {
  try {
    planSave(state, format, options);
    return null;
  } catch (error) {
    if (error instanceof CheckpointError) {
      return error;
    }
    throw error;
  }
}

/** @throws CheckpointError where the format cannot hold the file. */
async function askForOptions(state: EditState, format: SaveTarget): Promise<SaveOptions | undefined> {
  const problem = problemWith(state, format, {});
  if (!(problem instanceof TiedTensorsError)) {
    if (problem !== null) {
      throw problem;
    }
    return {};
  }
  const items: Choice<SaveOptions>[] = [
    {
      label: vscode.l10n.t('Write each once'),
      detail: vscode.l10n.t('The file grows, and after loading they are tied no more.'),
      choice: { tied: 'copy' },
    },
  ];
  if (problemWith(state, format, { tied: 'drop' }) === null) {
    items.unshift({
      label: vscode.l10n.t('Write one of them'),
      detail: vscode.l10n.t(
        'The metadata names it for the others, as safetensors.torch.save_model does; load_model ties them again.',
      ),
      choice: { tied: 'drop' },
    });
  }
  return choose(items, {
    title: vscode.l10n.t('Tensors That Share Memory'),
    placeHolder: vscode.l10n.t('{0} and {1} share memory', problem.first, problem.second),
  });
}
