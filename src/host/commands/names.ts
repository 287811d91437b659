/** The commands of package.json, without `checkpointEditor.`. */
export const commandNames = [
  'open',
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
] as const;

export type CommandName = (typeof commandNames)[number];
