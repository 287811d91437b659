import { html, nothing, type TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import type { ReviewView } from '../../src/protocol/edits';
import type { SummaryView, WebviewCommand } from '../../src/protocol/messages';
import { LightElement } from '../components/lightElement';
import { popover, openPopover } from '../components/popover';
import { t } from '../strings';
import { facetBar } from './bars/facetBar';
import type { FilterBox } from './bars/filterBox';
import { footBar, loadingFoot } from './bars/footBar';
import { noteBar } from './bars/noteBar';
import { progressBar } from './bars/progressBar';
import { summaryBar } from './bars/summaryBar';
import { viewButtons } from './bars/viewButtons';
import { brokenPage } from './brokenPage';
import { runCommand } from './commands';
import type { TreeView } from './model/treeView';
import { auditPane } from './pane/auditPane';
import { editsPopover } from './bars/editsList';
import { detailsPane, noDetails } from './pane/detailsPane';
import { paneFrame, placePane, type PaneContent, type PanePlace } from './pane/paneFrame';
import { nothingHasFocus, PaneFocus } from './pane/paneFocus';
import { selectionPane } from './pane/selectionPane';
import { planPage } from './plan/planPage';
import { treeHint } from './tree/treeHint';
import { toolPane } from './pane/toolPanes';
import { skeleton } from './skeleton';
import type { EditorStore, Phase, Tool } from './store';
import { columnMenu, columnMenuId } from './tree/columnMenu';
import type { TreeElement } from './tree/treeElement';

/** Editors narrower than this drop labels and view buttons. */
const narrowBelow = 900;

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
  /** A plan had been shown before the update that is under way. */
  #wasPlanning = false;
  readonly #paneFocus = new PaneFocus({
    currentStore: () => this.#store,
    querySelector: (selector) => this.querySelector(selector),
    focusTree: () => {
      this.#tree?.focus();
    },
  });

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
    this.addEventListener('focusin', this.#paneFocus.onFocusIn);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
    window.removeEventListener('focus', this.#onWindowFocus);
    this.removeEventListener('keydown', this.#onKeyDown);
    this.removeEventListener('focusin', this.#paneFocus.onFocusIn);
  }

  /** To be called when the store is there, and after each change of it. */
  show(store: EditorStore): void {
    this.#store = store;
    this.#revision++;
  }

  protected override willUpdate(): void {
    const isPlanning = this.#store?.isPlanning === true && this.#store.phase.kind === 'tree';
    this.#wasPlanning = this.hasAttribute('data-planning') && !isPlanning;
    this.toggleAttribute('data-planning', isPlanning);
  }

  protected override updated(): void {
    if (this.#wasPlanning && nothingHasFocus()) {
      this.#tree?.focus();
    }
    if (this.#focusWanted && this.#tree !== null && document.hasFocus()) {
      this.#onWindowFocus();
    }
    this.#paneFocus.keepSoon();
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
    return html`${summaryBar(store, summary, this.#narrow, this.#toggleMatch)}${facetBar(store, view, summary, {
        width: this.#size.width,
        narrow: this.#narrow,
        toggleAudit: this.#toggleAudit,
      })}
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
    return html`<div class="late">
        ${progressBar(t('Reading the index'), total === null ? null : done / Math.max(total, 1))}
      </div>
      ${summary === null ? nothing : this.#bars(store, summary, null)}
      <div class="body">
        <div class="main">${skeleton(treeWidth)}${loadingFoot(store, phase)}</div>
        ${beside ? paneFrame(store, place, noDetails('')) : nothing}
      </div>`;
  }

  #loaded(store: EditorStore, summary: SummaryView, view: TreeView): TemplateResult {
    const place = placePane(store, this.#size.width, this.#size.height);
    const mainWidth = this.#size.width - (store.pane.open && !place.stacked ? place.width : 0);
    const { saving } = store.editing;
    return html`${saving === null ? nothing : progressBar(t('Saving'), saving.done / Math.max(saving.total, 1))}
      ${this.#bars(store, summary, view)}${noteBar(store, store.note)}
      <div class="body ${place.stacked ? 'stacked' : ''}">
        <main class="main">
          <ce-tree
            .store=${store}
            .view=${view}
            .revision=${this.#revision}
            .hint=${treeHint(store, summary, view)}
            .focusFilter=${this.#focusFilter}
            .focusPane=${this.#focusPane}
            .openColumnMenu=${openColumnMenu}
          ></ce-tree>
          ${footBar(store, view, { width: mainWidth, openTool: this.#openTool, focusTree: this.#focusTree })}
        </main>
        ${store.pane.open ? this.#pane(store, place, summary, view) : nothing}
      </div>
      ${popover(columnMenuId, t('Columns'), columnMenu(store))}${editsPopover(store)}`;
  }

  #pane(store: EditorStore, place: PanePlace, summary: SummaryView, view: TreeView): TemplateResult {
    return store.pane.tool === 'plan'
      ? planPage(store, place, this.#revision, this.#focusTree)
      : paneFrame(store, place, this.#paneContent(store, summary, view));
  }

  #paneContent(store: EditorStore, summary: SummaryView, view: TreeView): PaneContent {
    if (store.pane.tool === 'audit') {
      return auditPane(store, view.index, this.#goToRow);
    }
    if (store.pane.tool !== 'details' && store.pane.tool !== 'plan') {
      const tool = toolPane(store.pane.tool, {
        store,
        view,
        revision: this.#revision,
        goToRow: this.#goToRow,
        focusTree: this.#focusTree,
      });
      if (tool !== null) {
        return tool;
      }
    }
    const [details] = store.details.views;
    if (view.selection.size > 1) {
      return selectionPane(store, view, summary.fileBytes);
    }
    return details === undefined
      ? noDetails(view.selection.size === 0 ? t('Nothing is selected.') : '')
      : detailsPane(store, details, this.#goToRow);
  }

  readonly #focusTree = (): void => {
    this.#tree?.focus();
  };

  readonly #focusFilter = (): void => {
    // Where a plan covers it, it is there with the next update.
    void this.updateComplete.then(() => {
      this.#filter?.focus();
    });
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
    this.#paneFocus.focusSoon();
  };

  readonly #toggleAudit = (): void => {
    this.#toggleTool('audit');
  };

  readonly #toggleMatch = (): void => {
    this.#toggleTool('match');
  };

  #toggleTool(tool: Tool): void {
    if (this.#store?.pane.open === true && this.#store.pane.tool === tool) {
      this.#store.closePane();
      this.#focusTree();
    } else {
      this.#openTool(tool);
    }
  }

  readonly #openTool = (tool: Tool): void => {
    this.#store?.openPane(tool);
    this.#focusPane();
  };

  readonly #onKeyDown = (event: KeyboardEvent): void => {
    const store = this.#store;
    const target = event.target instanceof Element ? event.target : null;
    if (store === null || target === null || target.closest('.pane, .facets .flag.open') === null) {
      return;
    }
    if (event.key === 'Escape') {
      if (store.pane.tool !== 'details') {
        store.closePane();
      }
      this.#focusTree();
    } else if (event.key === 'Enter' && target.matches('.pane .scroll') && store.pane.tool === 'details') {
      store.toggleEnlarged();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  /** A pane that a command has composed; null closes it. */
  showReview(review: ReviewView | null): void {
    this.#store?.showReview(review);
    if (review !== null) {
      this.#focusPane();
    }
  }

  /** A command of the palette or of a menu. */
  runCommand(command: WebviewCommand): void {
    const store = this.#store;
    if (store === null || store.view === null) {
      return;
    }
    const goToFlagged = (step: 1 | -1): void => {
      this.#tree?.goToFlagged(step);
    };
    runCommand(
      {
        store,
        view: store.view,
        openTool: this.#openTool,
        focusTree: this.#focusTree,
        focusFilter: this.#focusFilter,
        goToFlagged,
      },
      command,
    );
  }
}

function openColumnMenu(x: number, y: number, buttonDown: boolean): void {
  openPopover(columnMenuId, x, y, buttonDown);
}
