import { copyEditsAsPython } from './copyEdits';
import type { Command } from '../command';
import { viewCommand } from '../view';
import { convert } from './convert';
import { extractStateDict } from './extract';
import { setRequiresGrad, setTrainMode } from './modules';
import { moveKey } from './moveKey';
import { compact, keepForPartialLoading, makeLoadable, updateOptimizer } from './reviews';
import { duplicateKey, keepSelected, removeSelected } from './selection';
import { addEntry, editValue } from './values';
import { wrap } from './wrap';
import type { EditCommandName } from '../names';

/** What each command that edits does; those of a pane are carried out by the webview. */
export const editCommands: Readonly<Record<EditCommandName, Command>> = {
  keepSelected,
  removeSelected,
  keepForPartialLoading,
  renameKey: viewCommand('renameKey'),
  renameKeys: viewCommand('renameKeys'),
  stripPrefix: viewCommand('stripPrefix'),
  addPrefix: viewCommand('addPrefix'),
  remapDevices: viewCommand('remapDevices'),
  castDtype: viewCommand('castDtype'),
  replaceLayer: viewCommand('replaceLayer'),
  extractStateDict,
  convert,
  duplicateKey,
  moveKey,
  editValue,
  addEntry,
  wrap,
  setRequiresGrad,
  setTrainMode,
  makeLoadable,
  updateOptimizer,
  compact,
  showEdits: viewCommand('showEdits'),
  toggleRemoved: viewCommand('toggleRemoved'),
  copyEditsAsPython,
};
