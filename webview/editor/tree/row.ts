import { html, nothing, type TemplateResult } from 'lit';
import { icon } from '../../components/controls';
import { markedText, shownText } from '../../components/fileText';
import { menuContext } from '../../components/nativeMenu';
import { styleValues } from '../../components/styleValues';
import { RowKind } from '../../../src/core/tree/treeColumns';
import type { Column } from '../model/columns';
import type { TreeView } from '../model/treeView';
import type { EditorStore } from '../store';
import { cellContent, rowMarks, shapeContent } from './cells';

/** Levels that are indented: a hostile file nests millions deep. */
const mostIndent = 40;

/** What all rows of one picture of the tree share. */
export interface RowContext {
  readonly store: EditorStore;
  readonly view: TreeView;
  readonly columns: readonly Column[];
  /** Shape stands behind the key when its column has dropped out. */
  readonly shapeDropped: boolean;
  /** The branch whose guide is emphasized, −1 for none. */
  readonly activeBranch: number;
  /** Flat list: characters at the start of every key that are dimmed, and their width in pixels. */
  readonly prefixLength: number;
  readonly prefixWidth: number | null;
}

export function rowId(row: number): string {
  return `ce-row-${row}`;
}

export function kindName(view: TreeView, row: number): 'group' | 'tensor' | 'value' {
  switch (view.index.columns.kind[row]) {
    case RowKind.Tensor:
      return 'tensor';
    case RowKind.Value:
      return 'value';
    default:
      return 'group';
  }
}

export function treeRow(context: RowContext, row: number, position: number): TemplateResult {
  const { view } = context;
  const selected = view.selection.has(row);
  const branch = !view.isFlat && view.index.isBranch(row);
  return html`<div
    role="row"
    id=${rowId(row)}
    class=${rowClasses(view, row, selected)}
    data-position=${position}
    data-vscode-context=${menuContext('row', { entryKind: kindName(view, row) })}
    aria-rowindex=${position + 2}
    aria-level=${view.isFlat ? 1 : (view.index.depth[row] ?? 0) + 1}
    aria-expanded=${branch ? String(view.isExpanded(row)) : nothing}
    aria-selected=${String(selected)}
  >
    ${rowCells(context, row)}
  </div>`;
}

/** A copy of a branch that has scrolled away, for the sticky area. Screen readers have the row itself. */
export function stickyRow(context: RowContext, row: number, top: number): TemplateResult {
  const selected = context.view.selection.has(row);
  return html`<div
    class=${rowClasses(context.view, row, selected)}
    data-sticky=${row}
    ${styleValues({ '--y': `${top}px` })}
  >
    ${rowCells(context, row, true)}
  </div>`;
}

function rowClasses(view: TreeView, row: number, selected: boolean): string {
  return `row${selected ? ' sel' : ''}${view.selection.focused === row ? ' foc' : ''}`;
}

function rowCells(context: RowContext, row: number, copy = false): TemplateResult {
  const { store, view, columns } = context;
  const role = copy ? nothing : 'gridcell';
  return html`${keyCell(context, row, copy)}${columns.map(
    ({ id, numeric }) =>
      html`<div role=${role} class=${numeric ? 'num' : 'ell'} data-column=${id}>
        ${cellContent(store, view.index, id, row)}
      </div>`,
  )}`;
}

function keyCell(context: RowContext, row: number, copy: boolean): TemplateResult {
  const { view, activeBranch, shapeDropped } = context;
  const { index, isFlat } = view;
  const depth = isFlat ? 0 : Math.min(index.depth[row] ?? 0, mostIndent);
  const expanded = view.isExpanded(row);
  const branch = !isFlat && index.isBranch(row);
  const description = index.text('description', row);
  const inActive = !isFlat && activeBranch >= 0 && row > activeBranch && row < index.end(activeBranch);
  return html`<div role=${copy ? nothing : 'gridcell'} class="k" ${styleValues({ '--l': depth })}>
    ${depth > 0 ? html`<span class="guides"></span>` : nothing}${
      inActive
        ? html`<span
            class="guide"
            ${styleValues({ '--a': Math.min(index.depth[activeBranch] ?? 0, mostIndent - 1) })}
          ></span>`
        : nothing
    }<span class="tw">${branch ? icon(expanded ? 'chevron-down' : 'chevron-right') : nothing}</span>${
      isFlat ? flatName(context, row) : treeName(view, row)
    }${
      description !== '' && !isFlat ? html`<span class="d dim ell file-text">${shownText(description)}</span>` : nothing
    }${shapeDropped ? html`<span class="d dim ell">${shapeContent(index, row)}</span>` : nothing}${rowMarks(
      index,
      row,
      expanded,
    )}
  </div>`;
}

function treeName(view: TreeView, row: number): TemplateResult {
  const { index, filter } = view;
  const label = index.label(row);
  const key = index.filterKeys[row] ?? '';
  const ranges = view.isDimmed(row) || filter.all ? [] : filter.ranges(key);
  return html`<span class="name ell file-text ${view.isDimmed(row) ? 'dim' : ''}"
    >${label === '' ? html`<span class="dim">""</span>` : markedText(label, ranges, key.length - label.length)}</span
  >`;
}

function flatName(context: RowContext, row: number): TemplateResult {
  const { view, prefixLength, prefixWidth } = context;
  const key = view.index.filterKeys[row] ?? '';
  const ranges = view.filter.all ? [] : view.filter.ranges(key);
  const rest = key.slice(prefixLength);
  const cut = rest.lastIndexOf('.', rest.length - 2) + 1;
  return html`${
      prefixLength > 0
        ? html`<span
            class="pre dim file-text ${prefixWidth === null ? '' : 'cut'}"
            ${styleValues({ '--pre': prefixWidth === null ? null : `${prefixWidth}px` })}
            >${markedText(key.slice(0, prefixLength), ranges, 0)}</span
          >`
        : nothing
    }<span class="name pushed mid file-text"
      ><span>${markedText(rest.slice(0, cut), ranges, prefixLength)}</span
      ><span>${markedText(rest.slice(cut), ranges, prefixLength + cut)}</span></span
    >`;
}
