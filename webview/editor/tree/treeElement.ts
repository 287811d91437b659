import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { doNothing } from '../../components/doNothing';
import { dragPointer } from '../../components/drag';
import { LightElement } from '../../components/lightElement';
import { styleValues } from '../../components/styleValues';
import { t } from '../../strings';
import { columnsFor, gridTemplate, type Column, type ColumnId } from '../model/columns';
import { isSortColumn } from '../model/order';
import { ScrollSpace } from '../model/scrollSpace';
import { shownTree, stickyRows, type StickyRow } from '../model/stickyRows';
import { emptyQuery, type TreeView } from '../model/treeView';
import { TypeAhead } from '../model/typeAhead';
import type { EditorStore } from '../store';
import { fitColumn } from './fitColumn';
import { prefixOf, prefixWidth } from './flatPrefix';
import { headerCellId, treeHeader } from './header';
import { handleHeaderKey } from './headerKeys';
import { focusedRowMenu, rowId, stickyRow, treeRow, type RowContext } from './row';
import { scrollbar } from './scrollbar';
import { askForMenuAt, doubleClickRow, isTyping, pressRow, rowOfEvent, type TreeMouseActions } from './treeMouse';
import { goToFlagged, handleTreeKey, type TreeKeyActions } from './treeKeys';

const rowHeight = 22;
const mostSticky = 5;

/** The virtual treegrid: only the rows that are seen are in the page. */
@customElement('ce-tree')
export class TreeElement extends LightElement {
  @property({ attribute: false }) accessor store: EditorStore | null = null;
  @property({ attribute: false }) accessor view: TreeView | null = null;
  /** Rises with every change of the store. */
  @property({ attribute: false }) accessor revision = 0;
  /** Shown instead of rows: nothing matches, nothing is there. */
  @property({ attribute: false }) accessor hint: TemplateResult | null = null;
  @property({ attribute: false }) accessor focusFilter = doNothing;
  @property({ attribute: false }) accessor focusPane = doNothing;
  @property({ attribute: false }) accessor openColumnMenu: (x: number, y: number, buttonDown: boolean) => void =
    doNothing;

  @state() accessor #top = 0;
  @state() accessor #size = { width: 0, height: 0 };
  @state() accessor #focusedHeader: ColumnId | null = null;
  @query('.grid') accessor #grid: HTMLElement | null = null;

  readonly #space = new ScrollSpace();
  readonly #typeAhead = new TypeAhead();
  readonly #resized = new ResizeObserver(([entry]) => {
    if (entry !== undefined) {
      this.#size = { width: entry.contentRect.width, height: entry.contentRect.height };
    }
  });
  #scrollToFocused = false;
  #restoreTop: number | null = null;
  /** What the rows were last filtered by; another one with every change. */
  #query = emptyQuery;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
  }

  override focus(): void {
    this.#grid?.focus({ preventScroll: true });
  }

  readonly #focusGrid = (): void => {
    this.focus();
  };

  /** To be called after the focused row has changed other than by a key of the tree itself. */
  revealFocused(): void {
    this.#scrollToFocused = true;
    this.requestUpdate();
  }

  goToFlagged(step: 1 | -1): void {
    if (this.view !== null) {
      goToFlagged(this.view, step, this.#keyActions());
    }
  }

  get #viewHeight(): number {
    return Math.max(0, this.#size.height - rowHeight);
  }

  #columns(): readonly Column[] {
    const { store, view } = this;
    return store === null ? [] : columnsFor(this.#size.width, store.columns, view?.index.changes, store.toolColumn);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('view') && this.view !== null) {
      this.#restoreTop = this.store?.scrollTop ?? 0;
    } else if (this.view !== null && this.#query !== this.view.query) {
      // The first match is at the top; without a filter the focused row is what was looked at.
      this.#top = 0;
      this.#scrollToFocused ||= this.view.query.text === '';
    }
    this.#query = this.view?.query ?? emptyQuery;
    if (this.store?.revealWanted === true) {
      this.store.revealWanted = false;
      this.#scrollToFocused = true;
    }
    this.#space.resize((this.view?.visible.length ?? 0) * rowHeight, this.#viewHeight);
    if (this.#size.height > 0 && this.#restoreTop !== null) {
      this.#top = this.#space.clamp(this.#restoreTop);
    }
    this.#top = this.#scrollToFocused ? this.#topShowingFocused() : this.#space.clamp(this.#top);
  }

  protected override firstUpdated(): void {
    if (this.#grid !== null) {
      this.#resized.observe(this.#grid);
    }
  }

  protected override updated(): void {
    const grid = this.#grid;
    if (grid === null || this.#size.height === 0) {
      return;
    }
    this.#restoreTop = null;
    this.#scrollToFocused = false;
    const native = this.#space.toNative(this.#top);
    if (Math.abs(grid.scrollTop - native) >= 1) {
      grid.scrollTop = native;
    }
  }

  /** Below the sticky rows, above the end of what is seen. */
  #topShowingFocused(): number {
    const { view } = this;
    const position = view?.visible.positionOf(view.selection.focused) ?? -1;
    if (view === null || position < 0) {
      return this.#space.clamp(this.#top);
    }
    const depth = view.isFlat ? 0 : (view.index.depth[view.selection.focused] ?? 0);
    const covered = Math.min(depth, this.#mostSticky()) * rowHeight;
    const y = position * rowHeight;
    const least = y + rowHeight - this.#viewHeight;
    return this.#space.clamp(Math.max(Math.min(this.#top, y - covered), least));
  }

  #mostSticky(): number {
    return Math.min(mostSticky, Math.floor((this.#viewHeight * 0.4) / rowHeight));
  }

  #sticky(view: TreeView): readonly StickyRow[] {
    return view.isFlat ? [] : stickyRows(shownTree(view), this.#top, rowHeight, this.#mostSticky());
  }

  protected override render(): TemplateResult | typeof nothing {
    const { store, view } = this;
    if (store === null || view === null) {
      return nothing;
    }
    const columns = this.#columns();
    const context = this.#rowContext(store, view, columns);
    const { visible } = view;
    const total = visible.length * rowHeight;
    return html`<div
        class="grid"
        role="treegrid"
        tabindex="0"
        aria-label=${t('Entries of the checkpoint')}
        aria-multiselectable="true"
        aria-rowcount=${visible.length + 1}
        aria-colcount=${columns.length + 1}
        aria-activedescendant=${this.#activeDescendant(view)}
        data-vscode-context=${focusedRowMenu(store, view)}
        ${styleValues({ '--cols': gridTemplate(columns) })}
        @scroll=${this.#onScroll}
        @keydown=${this.#onKeyDown}
        @mousedown=${this.#onMouseDown}
        @dblclick=${this.#onDoubleClick}
        @contextmenu=${this.#onContextMenu}
        @focusin=${this.#onFocusIn}
        @focusout=${this.#onFocusOut}
      >
        ${treeHeader(columns, {
          sort: view.sort,
          focused: this.#focusedHeader,
          onSort: this.#sort,
          onResizeStart: this.#resizeColumn,
          onFit: this.#fitColumn,
        })}
        ${this.#window(view, context)}
        <div class="space" ${styleValues({ height: `${this.#space.nativeHeight}px` })}></div>
      </div>
      ${scrollbar({ view: this.#viewHeight, total, top: this.#top }, (top) => {
        this.#top = this.#space.clamp(top);
      })}`;
  }

  #window(view: TreeView, context: RowContext): TemplateResult {
    const first = Math.floor(this.#top / rowHeight);
    const last = Math.min(view.visible.length, Math.ceil((this.#top + this.#viewHeight) / rowHeight));
    const rows: TemplateResult[] = [];
    for (let position = first; position < last; position++) {
      rows.push(treeRow(context, view.visible.at(position), position));
    }
    const sticky = this.#sticky(view);
    const covered = Math.max(0, ...sticky.map(({ top }) => top + rowHeight));
    return html`<div class="window" role="rowgroup">
      <div class="clip" ${styleValues({ height: `${this.#viewHeight}px` })}>
        ${this.hint === null ? nothing : html`<div class="hint" role="row"><div role="gridcell">${this.hint}</div></div>`}
        <div class="strip" ${styleValues({ transform: `translateY(${first * rowHeight - this.#top}px)` })}>${rows}</div>
        <div
          class="sticky"
          aria-hidden="true"
          ?hidden=${sticky.length === 0}
          ${styleValues({ height: `${covered}px` })}
        >
          ${[...sticky].reverse().map(({ row, top }) => stickyRow(context, row, top))}
        </div>
        ${
          sticky.length === 0
            ? nothing
            : html`<div class="sticky-shadow" ${styleValues({ top: `${covered}px` })}></div>`
        }
      </div>
    </div>`;
  }

  #rowContext(store: EditorStore, view: TreeView, columns: readonly Column[]): RowContext {
    const { index, selection } = view;
    const { focused } = selection;
    const branch = focused >= 0 && view.isBranch(focused) && view.isExpanded(focused) ? focused : index.parent(focused);
    const prefix = view.isFlat ? prefixOf(view) : '';
    const keyWidth = this.#size.width - columns.reduce((sum, column) => sum + column.width, 0);
    return {
      store,
      view,
      columns,
      shapeDropped: !store.columns.hidden.includes('shape') && !columns.some(({ id }) => id === 'shape'),
      activeBranch: branch,
      prefixLength: prefix.length,
      prefixWidth: prefix === '' || this.#grid === null ? null : prefixWidth(prefix, keyWidth, this.#grid),
      focusTree: this.#focusGrid,
    };
  }

  #activeDescendant(view: TreeView): string | typeof nothing {
    if (this.#focusedHeader !== null) {
      return headerCellId(this.#focusedHeader);
    }
    const y = view.visible.positionOf(view.selection.focused) * rowHeight;
    const seen = y >= 0 && y + rowHeight > this.#top && y < this.#top + this.#viewHeight;
    return seen ? rowId(view.selection.focused) : nothing;
  }

  readonly #onScroll = (): void => {
    if (this.#grid !== null && this.store !== null) {
      this.#top = this.#space.toVirtual(this.#grid.scrollTop);
      this.store.scrolled(this.#top);
    }
  };

  readonly #sort = (id: ColumnId): void => {
    if (isSortColumn(id)) {
      this.view?.sortBy(id);
      this.store?.changed();
    }
  };

  readonly #resizeColumn = (event: PointerEvent, id: ColumnId): void => {
    const width = this.#columns().find((column) => column.id === id)?.width ?? 0;
    event.stopPropagation();
    dragPointer(event, 'dragged', ({ x }) => {
      this.store?.resizeColumn(id, width - x);
    });
  };

  readonly #fitColumn = (id: ColumnId): void => {
    this.store?.resizeColumn(id, fitColumn(this, id));
  };

  #keyActions(): TreeKeyActions {
    return {
      page: Math.max(1, Math.floor(this.#viewHeight / rowHeight)),
      typeAhead: this.#typeAhead,
      changed: () => {
        this.#scrollToFocused = true;
        this.store?.selectionChanged();
        this.requestUpdate();
      },
      focusHeader: () => {
        this.#focusedHeader = 'key';
      },
      openPane: this.focusPane,
      focusFilter: this.focusFilter,
      copy: (what) => {
        this.store?.copyRows(what);
      },
      rename: () => {
        this.store?.editing.startRenaming();
      },
      remove: () => {
        this.store?.editing.runOnSelection('remove', this.#focusGrid);
      },
    };
  }

  readonly #onKeyDown = (event: KeyboardEvent): void => {
    const { view, store } = this;
    if (view === null || store === null) {
      return;
    }
    const handled =
      this.#focusedHeader === null
        ? handleTreeKey(event, view, this.#keyActions())
        : handleHeaderKey(event, this.#focusedHeader, this.#columns(), {
            focus: (id) => {
              this.#focusedHeader = id;
            },
            sort: this.#sort,
            resize: (id, width) => {
              store.resizeColumn(id, width);
            },
          });
    if (handled) {
      // VS Code acts on keys that bubble out of the page, whether their default is prevented or not.
      event.stopPropagation();
      event.preventDefault();
    }
  };

  #mouseActions(): TreeMouseActions {
    return {
      changed: () => {
        this.store?.changed();
      },
      selectionChanged: () => {
        this.store?.selectionChanged();
      },
      openPane: this.focusPane,
      revealFocused: () => {
        this.revealFocused();
      },
    };
  }

  readonly #onMouseDown = (event: MouseEvent): void => {
    const row = this.view === null ? -1 : rowOfEvent(event, this.view);
    if (this.view !== null && row >= 0 && event.button === 0 && !isTyping(event)) {
      // The row may be another one before the browser gives it the focus.
      event.preventDefault();
      this.focus();
      this.#focusedHeader = null;
      pressRow(event, this.view, row, this.#mouseActions());
    }
  };

  readonly #onDoubleClick = (event: MouseEvent): void => {
    const row = this.view === null ? -1 : rowOfEvent(event, this.view);
    if (this.view !== null && row >= 0 && !isTyping(event)) {
      doubleClickRow(event, this.view, row, this.#mouseActions());
    }
  };

  readonly #onContextMenu = (event: MouseEvent): void => {
    const { view } = this;
    if (view === null || !event.isTrusted || isTyping(event)) {
      return;
    }
    const header = event.target instanceof Element ? event.target.closest('.hd') : null;
    const byKeyboard = event.button !== 2;
    if (header !== null || (byKeyboard && this.#focusedHeader !== null)) {
      event.preventDefault();
      event.stopPropagation();
      const cell = byKeyboard ? this.querySelector(`#${headerCellId(this.#focusedHeader ?? 'key')}`) : null;
      const { left, bottom } = cell?.getBoundingClientRect() ?? { left: event.clientX, bottom: event.clientY };
      this.openColumnMenu(left, bottom, event.buttons !== 0);
    } else if (byKeyboard) {
      event.preventDefault();
      event.stopPropagation();
      const row = this.querySelector(`#${rowId(view.selection.focused)}`);
      if (row !== null) {
        askForMenuAt(row);
      }
    } else {
      const row = rowOfEvent(event, view);
      if (row >= 0 && !view.selection.has(row)) {
        view.selection.select(row);
        this.store?.selectionChanged();
      }
    }
  };

  readonly #onFocusIn = (event: FocusEvent): void => {
    this.store?.host.treeFocused(!isTyping(event));
  };

  readonly #onFocusOut = (): void => {
    this.#focusedHeader = null;
    this.store?.host.treeFocused(false);
  };
}
