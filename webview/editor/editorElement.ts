import { html, nothing, type TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import type { SummaryView, WebviewCommand } from '../../src/protocol/messages';
import { LightElement } from '../components/lightElement';
import { button } from '../components/controls';
import { shownText } from '../components/fileText';
import { popover, openPopover } from '../components/popover';
import { t } from '../strings';
import { facetBar, facetLabel } from './bars/facetBar';
import type { FilterBox } from './bars/filterBox';
import { footBar, loadingFoot } from './bars/footBar';
import { noteBar } from './bars/noteBar';
import { summaryBar } from './bars/summaryBar';
import { toggleLayout, toggleOrder, viewButtons } from './bars/viewButtons';
import { brokenPage } from './brokenPage';
import type { TreeView } from './model/treeView';
import { auditPane } from './pane/auditPane';
import { detailsPane, noDetails } from './pane/detailsPane';
import { paneFrame, placePane, type PaneContent } from './pane/paneFrame';
import { selectionPane } from './pane/selectionPane';
import { skeleton } from './skeleton';
import type { EditorStore, Phase } from './store';
import { columnMenu, columnMenuId } from './tree/columnMenu';
import type { TreeElement } from './tree/treeElement';

/** Editors narrower than this drop labels and view buttons. */
const narrowBelow = 900;

function nothingHasFocus(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}

/** The whole page of one panel: which parts stand where. Its state is the store's. */
@customElement('checkpoint-editor')
export class EditorElement extends LightElement {
  @state() accessor #store: EditorStore | null = null;
  @state() accessor #revision = 0;
  @state() accessor #size = { width: 0, height: 0 };
  @state() accessor #detailsShown = false;
  @query('ce-tree') accessor #tree: TreeElement | null = null;
  @query('ce-filter') accessor #filter: FilterBox | null = null;
  #focusWanted = true;

  readonly #resized = new ResizeObserver(([entry]) => {
    if (entry !== undefined) {
      this.#size = { width: entry.contentRect.width, height: entry.contentRect.height };
    }
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.#size = { width: this.clientWidth, height: this.clientHeight };
    this.#resized.observe(this);
    window.addEventListener('focus', this.#onWindowFocus);
    this.addEventListener('keydown', this.#onKeyDown);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
    window.removeEventListener('focus', this.#onWindowFocus);
    this.removeEventListener('keydown', this.#onKeyDown);
  }

  /** To be called when the store is there, and after each change of it. */
  show(store: EditorStore): void {
    this.#store = store;
    this.#revision++;
  }

  protected override updated(): void {
    if (this.#focusWanted && this.#tree !== null && document.hasFocus()) {
      this.#onWindowFocus();
    }
  }

  /** On opening, the tree has the focus; a page in the background does not take it. */
  readonly #onWindowFocus = (): void => {
    if (this.#tree !== null && nothingHasFocus()) {
      this.#focusWanted = false;
      void this.#tree.updateComplete.then(() => {
        // What a command gives the focus to gets it just after the window.
        if (nothingHasFocus()) {
          this.#tree?.focus();
        }
      });
    }
  };

  get #narrow(): boolean {
    return this.#size.width < narrowBelow;
  }

  protected override render(): TemplateResult | typeof nothing {
    const store = this.#store;
    if (store === null) {
      return nothing;
    }
    switch (store.phase.kind) {
      case 'waiting':
        return nothing;
      case 'loading':
        return this.#loading(store, store.phase);
      case 'broken':
        return brokenPage(store, store.phase.broken, this.#detailsShown, () => {
          this.#detailsShown = !this.#detailsShown;
        });
      case 'tree':
        return this.#loaded(store, store.phase.summary, store.phase.view);
    }
  }

  #bars(store: EditorStore, summary: SummaryView, view: TreeView | null): TemplateResult {
    return html`${summaryBar(summary, this.#narrow)}${facetBar(store, view, summary, this.#size.width, this.#narrow)}
      <div class="filter">
        <ce-filter
          class="grow"
          .store=${store}
          .view=${view}
          .revision=${this.#revision}
          .goToFirstMatch=${this.#goToFirstMatch}
          .leave=${this.#focusTree}
        ></ce-filter>
        ${viewButtons(store, view, this.#narrow)}
      </div>`;
  }

  #loading(store: EditorStore, phase: Extract<Phase, { kind: 'loading' }>): TemplateResult {
    const { summary, done, total } = phase;
    const place = placePane(store, this.#size.width, this.#size.height);
    const beside = store.pane.open && !place.stacked;
    const treeWidth = beside ? this.#size.width - place.width : this.#size.width;
    return html`<div class="late">${progressBar(total === null ? null : done / Math.max(total, 1))}</div>
      ${summary === null ? nothing : this.#bars(store, summary, null)}
      <div class="body">
        <div class="main">${skeleton(treeWidth)}${loadingFoot(store, phase)}</div>
        ${beside ? paneFrame(store, place, noDetails('')) : nothing}
      </div>`;
  }

  #loaded(store: EditorStore, summary: SummaryView, view: TreeView): TemplateResult {
    const place = placePane(store, this.#size.width, this.#size.height);
    return html`${this.#bars(store, summary, view)}${noteBar(store, store.note)}
      <div class="body ${place.stacked ? 'stacked' : ''}">
        <main class="main">
          <ce-tree
            .store=${store}
            .view=${view}
            .revision=${this.#revision}
            .hint=${this.#hint(store, summary, view)}
            .focusFilter=${this.#focusFilter}
            .focusPane=${this.#focusPane}
            .openColumnMenu=${openColumnMenu}
          ></ce-tree>
          ${footBar(store, view)}
        </main>
        ${store.pane.open ? paneFrame(store, place, this.#paneContent(store, summary, view)) : nothing}
      </div>
      ${popover(columnMenuId, t('Columns'), columnMenu(store))}`;
  }

  #paneContent(store: EditorStore, summary: SummaryView, view: TreeView): PaneContent {
    if (store.pane.tool === 'audit') {
      return auditPane(store, view.index, this.#goToRow);
    }
    const [details] = store.details.views;
    if (view.selection.size > 1) {
      return selectionPane(store, view, summary.fileBytes);
    }
    return details === undefined
      ? noDetails(view.selection.size === 0 ? t('Nothing is selected.') : '')
      : detailsPane(store, details, this.#goToRow);
  }

  #hint(store: EditorStore, { kind }: SummaryView, view: TreeView): TemplateResult | null {
    if (view.index.count === 0) {
      return html`<div>
          ${kind === 'state-dict' ? t('This state dict has no entries.') : t('This file has no entries.')}
        </div>
        <div class="dim s">${t('The file is whole: it holds an empty container.')}</div>`;
    }
    if (view.visible.length > 0) {
      return null;
    }
    const { text } = view.query;
    const facets = view.facets.filter(({ id }) => view.chosen.has(id)).map(facetLabel);
    return html`<div>
        ${text === '' ? t('No key matches the facets.') : t('No key matches “{0}”.', shownText(text))}
      </div>
      ${
        facets.length === 0 || text === ''
          ? nothing
          : html`<div class="dim s">
              ${
                facets.length === 1
                  ? t('The facet {0} is also on.', facets[0] ?? '')
                  : t('The facets {0} are also on.', facets.join(', '))
              }
            </div>`
      }
      <div class="btns">
        ${button(t('Clear Filter'), 'secondary', () => {
          store.clearFilter();
        })}
      </div>`;
  }

  readonly #focusTree = (): void => {
    this.#tree?.focus();
  };

  readonly #focusFilter = (): void => {
    this.#filter?.focus();
  };

  readonly #goToFirstMatch = (): void => {
    const view = this.#store?.view;
    if (view === null || view === undefined) {
      return;
    }
    const first = view.visible.rows.find((row) => !view.isDimmed(row)) ?? -1;
    if (first >= 0) {
      view.selection.select(first);
      this.#selectionMoved();
    }
    this.#focusTree();
  };

  readonly #goToRow = (row: number): void => {
    const view = this.#store?.view;
    if (view !== null && view !== undefined && row < view.index.count) {
      view.reveal(row);
      view.selection.select(row);
      this.#selectionMoved();
      this.#focusTree();
    }
  };

  #selectionMoved(): void {
    this.#store?.selectionChanged();
    this.#tree?.revealFocused();
  }

  /** Enter in the tree: to the pane; there again, the pane is enlarged. */
  readonly #focusPane = (): void => {
    const store = this.#store;
    if (store === null) {
      return;
    }
    if (!store.pane.open) {
      store.togglePane();
    }
    void this.updateComplete.then(() => {
      const content =
        this.querySelector<HTMLElement>('.pane .tbl') ?? this.querySelector<HTMLElement>('.pane > .scroll');
      content?.focus();
    });
  };

  readonly #onKeyDown = (event: KeyboardEvent): void => {
    const store = this.#store;
    const target = event.target instanceof Element ? event.target : null;
    if (store === null || target === null || target.closest('.pane') === null) {
      return;
    }
    if (event.key === 'Escape') {
      if (store.pane.tool !== 'details') {
        store.closePane();
      }
      this.#focusTree();
    } else if (event.key === 'Enter' && target.matches('.pane > .scroll')) {
      store.toggleEnlarged();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  /** A command of the palette or of a menu. */
  runCommand(command: WebviewCommand): void {
    const store = this.#store;
    const view = store?.view;
    if (store === null || view === null || view === undefined) {
      return;
    }
    switch (command) {
      case 'focusFilter':
        this.#focusFilter();
        return;
      case 'selectMatching':
        view.selectMatching();
        store.selectionChanged();
        this.#focusTree();
        return;
      case 'showAudit':
        store.openPane('audit');
        this.#focusPane();
        return;
      case 'togglePane':
        store.togglePane();
        return;
      case 'nextFlagged':
      case 'previousFlagged':
        this.#tree?.goToFlagged(command === 'nextFlagged' ? 1 : -1);
        this.#focusTree();
        return;
      default:
        this.#changeView(view, command);
        store.changed();
    }
  }

  #changeView(
    view: TreeView,
    command: Extract<WebviewCommand, 'expandAll' | 'collapseAll' | 'toggleLayout' | 'toggleOrder'>,
  ): void {
    switch (command) {
      case 'expandAll':
        view.expandAll();
        break;
      case 'collapseAll':
        view.collapseAll();
        break;
      case 'toggleLayout':
        toggleLayout(view);
        break;
      case 'toggleOrder':
        toggleOrder(view);
        break;
    }
  }
}

function openColumnMenu(x: number, y: number, buttonDown: boolean): void {
  openPopover(columnMenuId, x, y, buttonDown);
}

/** `share` from 0 to 1, null where it is not known. */
function progressBar(share: number | null): TemplateResult {
  return html`<div
    class="prog"
    role="progressbar"
    aria-label=${t('Reading the index')}
    aria-valuenow=${share === null ? nothing : Math.round(share * 100)}
  >
    <i></i>
  </div>`;
}
