import { html, nothing, type TemplateResult } from 'lit';
import { icon } from '../../components/controls';
import { t } from '../../strings';
import type { Column, ColumnId } from '../model/columns';
import { isSortColumn, type Sort } from '../model/order';

export function columnTitle(id: ColumnId): string {
  switch (id) {
    case 'key':
      return t('Key');
    case 'shape':
      return t('Shape');
    case 'dtype':
      return t('Dtype');
    case 'device':
      return t('Device');
    case 'elements':
      return t('Elements');
    case 'stride':
      return t('Stride');
    case 'offset':
      return t('Offset');
    case 'record':
      return t('Record');
    case 'size':
      return t('Size');
    case 'match':
      return t('Match');
  }
}

export interface HeaderActions {
  readonly sort: Sort | null;
  /** The column whose header has the focus; null when a row has it. */
  readonly focused: ColumnId | null;
  onSort(id: ColumnId): void;
  onResizeStart(event: PointerEvent, id: ColumnId): void;
  onFit(id: ColumnId): void;
}

export function headerCellId(id: ColumnId): string {
  return `ce-header-${id}`;
}

export function treeHeader(columns: readonly Column[], actions: HeaderActions): TemplateResult {
  return html`<div class="hd" role="row" aria-rowindex="1">
    ${headerCell('key', false, actions)}${columns.map(({ id, numeric }) => headerCell(id, numeric, actions))}
  </div>`;
}

function headerCell(id: ColumnId, numeric: boolean, actions: HeaderActions): TemplateResult {
  const sorted = actions.sort?.column === id ? actions.sort : null;
  const sortable = isSortColumn(id);
  const arrow = sorted === null ? nothing : icon(sorted.descending ? 'arrow-down' : 'arrow-up');
  return html`<div
    role="columnheader"
    id=${headerCellId(id)}
    class="${numeric ? 'num' : ''} ${actions.focused === id ? 'foc' : ''}"
    data-column=${id}
    aria-sort=${sorted === null ? (sortable ? 'none' : nothing) : sorted.descending ? 'descending' : 'ascending'}
    @click=${() => {
      if (sortable) {
        actions.onSort(id);
      }
    }}
  >
    ${
      id === 'key'
        ? nothing
        : html`<span
            class="sash"
            @pointerdown=${(event: PointerEvent) => {
              actions.onResizeStart(event, id);
            }}
            @click=${(event: MouseEvent) => {
              event.stopPropagation();
            }}
            @dblclick=${() => {
              actions.onFit(id);
            }}
          ></span>`
    }${numeric ? html`${arrow}<span class="ell">${columnTitle(id)}</span>` : html`<span class="ell">${columnTitle(id)}</span>${arrow}`}
  </div>`;
}
