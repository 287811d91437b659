/** The commands of package.json, without `checkpointEditor.`. */
const viewCommandNames = [
  'open',
  'openPretrained',
  'filterKeys',
  'selectMatchingKeys',
  'importAudit',
  'exportKeys',
  'copyKey',
  'copyPythonExpression',
  'copyPath',
  'copyRow',
  'expandAll',
  'collapseAll',
  'toggleFlatList',
  'toggleNaturalOrder',
  'toggleDetails',
  'nextFlagged',
  'previousFlagged',
  'matchModel',
  'writeFiltered',
  'writeUpdated',
  'planFineTuning',
  'savePlan',
  'copyLoadSnippet',
] as const;

/** Those that change the document, or show what changes it. */
export const editCommandNames = [
  'keepSelected',
  'removeSelected',
  'keepForPartialLoading',
  'renameKey',
  'renameKeys',
  'stripPrefix',
  'addPrefix',
  'remapDevices',
  'castDtype',
  'replaceLayer',
  'extractStateDict',
  'convert',
  'duplicateKey',
  'moveKey',
  'editValue',
  'addEntry',
  'wrap',
  'setRequiresGrad',
  'setTrainMode',
  'makeLoadable',
  'updateOptimizer',
  'compact',
  'showEdits',
  'toggleRemoved',
  'copyEditsAsPython',
] as const;

export const commandNames = [...viewCommandNames, ...editCommandNames] as const;

export type EditCommandName = (typeof editCommandNames)[number];
export type CommandName = (typeof commandNames)[number];
