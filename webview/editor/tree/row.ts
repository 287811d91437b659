import { html, nothing, type TemplateResult } from 'lit';
import { icon } from '../../components/controls';
import { markedText, shownText } from '../../components/fileText';
import { menuContext } from '../../components/nativeMenu';
import { styleValues } from '../../components/styleValues';
import { RowKind } from '../../../src/core/tree/treeColumns';
import { t } from '../../strings';
import type { Column } from '../model/columns';
import type { TreeIndex } from '../model/treeIndex';
import type { TreeView } from '../model/treeView';
import type { EditorStore } from '../store';
import { cellContent, rowMarks, shapeContent } from './cells';
import { changeClass } from './changes';
import { renameField } from './renameField';

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
  /** F2 has ended: the tree takes the focus back. */
  readonly focusTree: () => void;
}

export function rowId(row: number): string {
  return `ce-row-${row}`;
}

function kindName(index: TreeIndex, row: number): 'group' | 'tensor' | 'value' {
  switch (index.columns.kind[row]) {
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
  const branch = !view.isFlat && view.isBranch(row);
  return html`<div
    role="row"
    id=${rowId(row)}
    class=${rowClasses(view, row, selected)}
    data-position=${position}
    data-vscode-context=${rowMenu(context.store, view, row)}
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
  const change = changeClass(view.index.change(row));
  return `row${change === '' ? '' : ` ${change}`}${selected ? ' sel' : ''}${view.selection.focused === row ? ' foc' : ''}`;
}

/** For `when` clauses of the row's menu. */
function rowMenu({ editing }: EditorStore, { index, selection }: TreeView, row: number): string {
  const removed = index.isRemoved(row);
  return menuContext('row', {
    entryKind: kindName(index, row),
    editable: editing.canEdit && !removed,
    removed,
    branch: (index.columns.branch[row] ?? -1) >= 0,
    several: selection.size > 1 && selection.has(row),
    layer: index.isLayer(row),
  });
}

/** What stands behind `…` of the selection bar: the menu of the focused row. */
export function focusedRowMenu(store: EditorStore, view: TreeView): string {
  return rowMenu(store, view, Math.max(view.selection.focused, 0));
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
  const { view, store } = context;
  const { index, isFlat } = view;
  const depth = isFlat ? 0 : Math.min(index.depth[row] ?? 0, mostIndent);
  const branch = !isFlat && view.isBranch(row);
  const renamed = !copy && store.editing.renaming?.row === row;
  return html`<div role=${copy ? nothing : 'gridcell'} class="k" ${styleValues({ '--l': depth })}>
    ${guides(context, row, depth)}<span class="tw"
      >${branch ? icon(view.isExpanded(row) ? 'chevron-down' : 'chevron-right') : nothing}</span
    >${renamed ? renamedContent(context, row) : keyContent(context, row)}
  </div>`;
}

/** One line for each level; that of the branch with the focus is emphasized. */
function guides({ view, activeBranch }: RowContext, row: number, depth: number): TemplateResult | typeof nothing {
  if (depth === 0) {
    return nothing;
  }
  const { index } = view;
  const inActive = activeBranch >= 0 && row > activeBranch && row < index.end(activeBranch);
  const active = Math.min(index.depth[activeBranch] ?? 0, mostIndent - 1);
  return html`<span class="guides"></span>${
      inActive ? html`<span class="guide" ${styleValues({ '--a': active })}></span>` : nothing
    }`;
}

function keyContent(context: RowContext, row: number): TemplateResult {
  const { view, shapeDropped } = context;
  const { index, isFlat } = view;
  const description = isFlat ? '' : index.text('description', row);
  const old = oldName(index, row);
  return html`${isFlat ? flatName(context, row) : treeName(view, row)}${
    old === '' ? nothing : html`<span class="d was-name dim ell file-text">${t('was {0}', shownText(old))}</span>`
  }${
    description === '' ? nothing : html`<span class="d dim ell file-text">${shownText(description)}</span>`
  }${shapeDropped ? html`<span class="d dim ell">${shapeContent(index, row)}</span>` : nothing}${rowMarks(
    index,
    row,
    view.isExpanded(row),
  )}`;
}

/** F2: the label alone is typed, in the flat list too. */
function renamedContent({ store, view, focusTree }: RowContext, row: number): TemplateResult {
  const { index, isFlat } = view;
  const key = isFlat ? (index.filterKeys[row] ?? '') : '';
  const above = isFlat ? key.slice(0, key.length - index.label(row).length) : '';
  return html`${above === '' ? nothing : html`<span class="above dim ell file-text">${shownText(above)}</span>`}${renameField(
    store,
    index,
    row,
    focusTree,
  )}`;
}

/** Of a renamed row what it was called, without what stands above it all the same. */
function oldName(index: TreeIndex, row: number): string {
  const old = index.oldText('oldKey', row);
  const parent = index.parent(row);
  const above = old === '' || parent < 0 ? '' : `${index.key(parent)}.`;
  return old.startsWith(above) ? old.slice(above.length) : old;
}

function treeName(view: TreeView, row: number): TemplateResult {
  const { index, filter } = view;
  const label = index.label(row);
  // A branch shows what a match below it has found in the branch's own name.
  const match = filter.all ? -1 : view.matchAt(row);
  const ranges = match < 0 ? [] : filter.ranges(index.filterKeys[match] ?? '');
  const start = match < 0 ? 0 : labelStart(index, row, match);
  return html`<span class="name ell file-text ${view.isDimmed(row) ? 'dim' : ''}"
    >${label === '' ? html`<span class="dim">""</span>` : markedText(label, ranges, start)}</span
  >`;
}

/** Where the label of `row` begins in the text that the filter looks at for `below`, which stands below it or is it. */
function labelStart(index: TreeIndex, row: number, below: number): number {
  let end = (index.filterKeys[below] ?? '').length;
  for (let at = below; at !== row; at = index.parent(at)) {
    end -= index.label(at).length + 1;
  }
  return end - index.label(row).length;
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
