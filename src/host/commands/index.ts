import type { Command } from './command';
import { copyCommand } from './copy';
import { copyLoadSnippet } from './copyLoadSnippet';
import { editCommands } from './edit';
import { exportKeys } from './exportKeys';
import { matchCommand } from './match';
import type { CommandName } from './names';
import { openInEditor } from './openInEditor';
import { openPretrained } from './openPretrained';
import { savePlan } from './savePlan';
import { viewCommand } from './view';

/** What each command does. */
export const commands: Readonly<Record<CommandName, Command>> = {
  open: openInEditor,
  openPretrained,
  filterKeys: viewCommand('focusFilter'),
  selectMatchingKeys: viewCommand('selectMatching'),
  importAudit: viewCommand('showAudit'),
  exportKeys,
  copyKey: copyCommand('key'),
  copyPythonExpression: copyCommand('python'),
  copyPath: copyCommand('path'),
  copyRow: copyCommand('row'),
  expandAll: viewCommand('expandAll'),
  collapseAll: viewCommand('collapseAll'),
  toggleFlatList: viewCommand('toggleLayout'),
  toggleNaturalOrder: viewCommand('toggleOrder'),
  toggleDetails: viewCommand('togglePane'),
  nextFlagged: viewCommand('nextFlagged'),
  previousFlagged: viewCommand('previousFlagged'),
  matchModel: viewCommand('match'),
  writeFiltered: matchCommand('writeFiltered'),
  writeUpdated: matchCommand('writeUpdated'),
  planFineTuning: viewCommand('plan'),
  savePlan,
  copyLoadSnippet,
  ...editCommands,
};
