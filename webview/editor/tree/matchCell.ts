import { html, nothing, type TemplateResult } from 'lit';
import { formatExact } from '../../../src/wording/format';
import { icon } from '../../components/controls';
import { t } from '../../strings';
import type { MatchColumn, MatchedRow } from '../model/matchColumn';
import type { TreeIndex } from '../model/treeIndex';

/** What the tree's own column says of a row: whether its keys load. */
export function matchCell(column: MatchColumn | null, index: TreeIndex, row: number): TemplateResult | typeof nothing {
  if (column === null || index.isRemoved(row)) {
    return nothing;
  }
  const matched = column.row(row);
  if (matched.keys === 0) {
    return html`<span class="dim">${t('not part')}</span>`;
  }
  const { name, classes, text } = content(matched, index.isBranch(row));
  return html`<span class="gi">${icon(name, classes)}<span class="ell">${text}</span></span>`;
}

function content(
  { keys, loads, shape, unused }: MatchedRow,
  isGroup: boolean,
): Readonly<Record<'name' | 'classes' | 'text', string>> {
  if (loads === keys) {
    return { name: 'pass', classes: 'ok', text: isGroup ? formatExact(keys) : t('loads') };
  }
  if (shape === keys) {
    return { name: 'warning', classes: 'warn', text: t('shape') };
  }
  if (unused === keys) {
    return { name: 'circle-slash', classes: 'dim', text: t('unused') };
  }
  const partly = `${formatExact(loads)} / ${formatExact(keys)}`;
  return shape > 0
    ? { name: 'warning', classes: 'warn', text: partly }
    : { name: 'circle-slash', classes: 'dim', text: partly };
}
