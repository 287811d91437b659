import { html, nothing, type TemplateResult } from 'lit';
import { RowChange } from '../../../src/core/tree/treeColumns';
import { t } from '../../strings';
import type { TreeIndex } from '../model/treeIndex';

/** Letter of a change as VS Code's source control has it; it is the row's class too. */
const letters: Readonly<Record<RowChange, string>> = {
  [RowChange.None]: '',
  [RowChange.Modified]: 'M',
  [RowChange.Added]: 'A',
  [RowChange.Removed]: 'D',
  [RowChange.Renamed]: 'R',
};

export function changeClass(change: RowChange): string {
  return letters[change];
}

function changeText(change: RowChange): string {
  switch (change) {
    case RowChange.None:
      return t('Holds changes');
    case RowChange.Modified:
      return t('Modified');
    case RowChange.Added:
      return t('Added');
    case RowChange.Removed:
      return t('Removed');
    case RowChange.Renamed:
      return t('Renamed');
  }
}

/**
 * The letter of a change; a dot where only something below has changed.
 * @param keepPlace whether other marks stand before it: its place stays free then, so that they stand in one column.
 */
export function changeMark(index: TreeIndex, row: number, keepPlace: boolean): TemplateResult | typeof nothing {
  if (index.changes === null) {
    return nothing;
  }
  const change = index.change(row);
  if (change === RowChange.None && index.changes.changedBelow(row) === 0) {
    return keepPlace ? html`<span class="st"></span>` : nothing;
  }
  const text = changeText(change);
  return html`<span class="st" title=${text} aria-hidden="true">${letters[change] || '•'}</span
    ><span class="said">${text}</span>`;
}
