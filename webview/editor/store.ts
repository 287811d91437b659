import { isViewState } from '../../src/protocol/checks';
import type {
  AuditView,
  BrokenView,
  DetailsView,
  HiddenColumn,
  HostMethods,
  NoteView,
  SummaryView,
  ViewSettings,
  ViewState,
} from '../../src/protocol/messages';
import type { EditsView, ReviewView } from '../../src/protocol/edits';
import type { TreeColumns } from '../../src/core/tree/treeColumns';
import { Editing } from './editing';
import { Matching } from './matching';
import { Planning } from './planning';
import { clampWidth, defaultHidden, type ColumnChoice, type ToolColumn } from './model/columns';
import { TreeIndex } from './model/treeIndex';
import { TreeView } from './model/treeView';
import { TextColumns } from './textColumns';
import { captureTree, restoreTree, type TreeState } from './model/viewState';

export type Tool = ViewState['pane']['tool'];

/** What the page shows. */
export type Phase =
  | { readonly kind: 'waiting' }
  | {
      readonly kind: 'loading';
      readonly summary: SummaryView | null;
      readonly done: number;
      readonly total: number | null;
    }
  | { readonly kind: 'tree'; readonly summary: SummaryView; readonly view: TreeView }
  | { readonly kind: 'broken'; readonly broken: BrokenView };

/** What VS Code keeps for one panel, across hiding and reload. */
export interface StateKeeper {
  read(): unknown;
  write(state: ViewState): void;
}

/** Details that belong to a selection: they stay on the screen until those of the next one are here. */
export interface ShownDetails {
  readonly rows: readonly number[];
  readonly views: readonly DetailsView[];
}

/** Entries that a selection may have for its Python to be asked for. */
const mostDetails = 200;
const mostHistory = 20;
const editingTools: readonly Tool[] = ['devices', 'rename', 'cast', 'replace'];
/** Least milliseconds between two times that the state is kept. */
const keepDelay = 200;

/** The state of the page and the intents that change it. Components read it and are told that something changed. */
export class EditorStore {
  phase: Phase = { kind: 'waiting' };
  note: NoteView | null = null;
  columns: ColumnChoice = { widths: {}, hidden: defaultHidden };
  pane: ViewState['pane'] = { open: true, tool: 'details', widths: {} };
  enlarged = false;
  details: ShownDetails = { rows: [], views: [] };
  audit: AuditView | null = null;
  readonly editing: Editing;
  readonly matching: Matching;
  readonly planning: Planning;
  readonly #textColumns: TextColumns;
  history: readonly string[] = [];
  scrollTop = 0;
  /** Of the tree that is shown: goes with every row that the host is told. */
  version = 0;
  /** The tree is to scroll to its focused row; it takes the wish back. */
  revealWanted = false;
  #kept: TreeState | null = null;
  #keepSoon = false;
  #keptAt = -keepDelay;
  /** Rows that the details were last asked for, and the tree that they are of. */
  #told: { readonly view: TreeView; readonly rows: ReadonlySet<number> } | null = null;
  #settings: ViewSettings = { treeOrder: 'file' };

  constructor(
    readonly host: HostMethods,
    private readonly keeper: StateKeeper,
    readonly onChange: () => void,
    readonly failed: (problem: unknown) => void,
  ) {
    this.editing = new Editing(this);
    this.matching = new Matching(this);
    this.planning = new Planning(this);
    this.#textColumns = new TextColumns(this);
    this.#restore(keeper.read());
  }

  get view(): TreeView | null {
    return this.phase.kind === 'tree' ? this.phase.view : null;
  }

  /** The pane that matches is shown, and its column with it. */
  get isMatching(): boolean {
    return this.pane.open && this.pane.tool === 'match';
  }

  /** A tool's own column of the tree; null where none is open that has one. */
  get toolColumn(): ToolColumn | null {
    return this.isMatching ? 'match' : null;
  }

  /** The plan is shown, in place of tree and pane. */
  get isPlanning(): boolean {
    return this.pane.open && this.pane.tool === 'plan';
  }

  #restore(state: unknown): void {
    if (!isViewState(state)) {
      return;
    }
    this.#kept = state;
    this.columns = { widths: state.columnWidths, hidden: state.hiddenColumns };
    // What a command had composed is gone with the page.
    this.pane = state.pane.tool === 'review' ? { ...state.pane, tool: 'details' } : state.pane;
    this.scrollTop = state.scrollTop;
    this.history = state.history;
  }

  /** Tells the components, and keeps the state. Whatever has changed the selection, the details follow it. */
  changed(): void {
    const { view } = this;
    this.matching.setOpen(view !== null && this.isMatching);
    this.planning.setOpen(view !== null && this.isPlanning);
    if (view !== null && (this.#told?.view !== view || this.#told.rows !== view.selection.rows)) {
      this.selectionChanged();
      return;
    }
    this.#keepLater();
    this.onChange();
  }

  scrolled(top: number): void {
    this.scrollTop = top;
    this.#keepLater();
  }

  /** After the frame; where keys and scrolling change the state at every frame, once in a while. */
  #keepLater(): void {
    if (!this.#keepSoon) {
      this.#keepSoon = true;
      const sinceKept = performance.now() - this.#keptAt;
      window.setTimeout(
        () => {
          this.#keepSoon = false;
          this.keep();
        },
        Math.max(0, keepDelay - sinceKept),
      );
    }
  }

  /** Hands the state to VS Code; also to be called when the page is about to go. */
  keep(): void {
    const tree = this.view === null ? this.#kept : captureTree(this.view);
    if (tree === null) {
      return;
    }
    this.#kept = tree;
    this.#keptAt = performance.now();
    this.keeper.write({
      version: 1,
      ...tree,
      scrollTop: this.scrollTop,
      columnWidths: this.columns.widths,
      hiddenColumns: this.columns.hidden,
      pane: this.pane,
      history: this.history,
    });
  }

  applySettings(settings: ViewSettings): void {
    const before = this.#settings;
    this.#settings = settings;
    if (this.view !== null && before.treeOrder !== settings.treeOrder) {
      this.view.setOrder(settings.treeOrder);
      this.changed();
    }
  }

  showLoading(progress: Omit<Extract<Phase, { kind: 'loading' }>, 'kind'>): void {
    this.phase = { kind: 'loading', ...progress };
    this.onChange();
  }

  showTree(summary: SummaryView, columns: TreeColumns, keepView: boolean, version: number): void {
    const before = this.view;
    this.version = version;
    const view = new TreeView(new TreeIndex(columns));
    const kept = keepView ? (before === null ? this.#kept : captureTree(before, true)) : null;
    if (kept !== null) {
      restoreTree(view, kept, before?.index);
    } else {
      view.setOrder(this.#settings.treeOrder);
      this.scrollTop = 0;
    }
    view.showRemoved(before?.showsRemoved ?? true);
    view.keepFocus(kept === null || before === null ? 0 : before.visible.positionOf(before.selection.focused));
    this.phase = { kind: 'tree', summary, view };
    this.editing.treeChanged();
    this.matching.treeChanged();
    if (!keepView) {
      this.details = { rows: [], views: [] };
    }
    this.audit = null;
    this.#textColumns.clear();
    this.#textColumns.askForShown(this.columns.hidden);
    this.selectionChanged();
    if (this.pane.open && this.pane.tool === 'audit') {
      this.#askForAudit();
    }
  }

  showBroken(broken: BrokenView): void {
    this.phase = { kind: 'broken', broken };
    this.note = null;
    this.onChange();
  }

  showNote(note: NoteView | null): void {
    this.note = note;
    this.onChange();
  }

  /** A tool that edits closes when the file turns out not to take edits. */
  showEdits(edits: EditsView): void {
    this.editing.edits = edits;
    if (edits.readOnly !== null && editingTools.includes(this.pane.tool)) {
      this.closePane();
    }
    this.onChange();
  }

  /** Opens the pane that a command has composed; null closes it. */
  showReview(review: ReviewView | null): void {
    this.editing.review = review;
    if (review !== null) {
      this.openPane('review');
    } else if (this.pane.tool === 'review') {
      this.closePane();
    }
  }

  /** To be called after each change of the selection. */
  selectionChanged(): void {
    const { view } = this;
    if (view === null) {
      return;
    }
    const rows = view.selection.ordered();
    this.#told = { view, rows: view.selection.rows };
    this.editing.problem = '';
    this.host.selection(rows, this.version);
    if (rows.length === 0 || rows.length > mostDetails) {
      this.details = { rows, views: [] };
    } else {
      this.#askForDetails(rows);
    }
    this.changed();
  }

  #askForDetails(rows: readonly number[]): void {
    const { view } = this;
    const show = (views: readonly DetailsView[]): void => {
      // A later selection is on its way, or another file has come in.
      if (this.view === view && sameRows(view?.selection.ordered() ?? [], rows)) {
        this.details = { rows, views };
        this.onChange();
      }
    };
    this.host.details(rows).then(show, (problem: unknown) => {
      this.failed(problem);
      show([]);
    });
  }

  openPane(tool: Tool): void {
    this.pane = { ...this.pane, open: true, tool };
    if (tool === 'audit' && this.audit === null) {
      this.#askForAudit();
    }
    this.changed();
  }

  #askForAudit(): void {
    const { view } = this;
    this.host.audit().then((audit) => {
      if (this.view === view) {
        this.audit = audit;
        this.onChange();
      }
    }, this.failed);
  }

  /** Closes a tool, which brings the details back; closes the details. */
  closePane(): void {
    this.enlarged = false;
    this.pane =
      this.pane.tool === 'details' ? { ...this.pane, open: false } : { ...this.pane, open: true, tool: 'details' };
    this.changed();
  }

  togglePane(): void {
    this.enlarged = false;
    this.pane = { ...this.pane, open: !this.pane.open };
    this.changed();
  }

  toggleEnlarged(): void {
    this.enlarged = !this.enlarged;
    this.onChange();
  }

  /** `place` is a tool, or a tool with `.height` for the pane below the tree; null puts the default back. */
  resizePane(place: string, pixels: number | null): void {
    const widths = new Map(Object.entries(this.pane.widths));
    if (pixels === null) {
      widths.delete(place);
    } else {
      widths.set(place, Math.round(pixels));
    }
    this.enlarged = false;
    this.pane = { ...this.pane, widths: Object.fromEntries(widths) };
    this.changed();
  }

  resizeColumn(column: string, pixels: number): void {
    this.columns = { ...this.columns, widths: { ...this.columns.widths, [column]: clampWidth(pixels) } };
    this.changed();
  }

  showColumn(column: string, shown: boolean): void {
    const others = this.columns.hidden.filter((hidden) => hidden !== column);
    this.columns = { ...this.columns, hidden: shown ? others : [...others, column] };
    this.#textColumns.askForShown(this.columns.hidden);
    this.changed();
  }

  /** The text of a hidden column, '' until it has arrived. */
  columnText(name: HiddenColumn, row: number): string {
    return this.#textColumns.text(name, row);
  }

  remember(text: string): void {
    if (text !== '' && this.history[0] !== text) {
      this.history = [text, ...this.history.filter((other) => other !== text)].slice(0, mostHistory);
    }
  }

  copy(text: string): void {
    this.host.copyText(text).catch(this.failed);
  }

  copyRows(what: 'key' | 'python'): void {
    const rows = this.view?.selection.ordered() ?? [];
    if (rows.length > 0) {
      this.host.copy(what, rows).catch(this.failed);
    }
  }

  /** For intents whose failure the host tells about itself. */
  run(intent: Promise<void>): void {
    intent.catch(this.failed);
  }

  toggleRemoved(): void {
    this.view?.showRemoved(!this.view.showsRemoved);
    this.selectionChanged();
  }

  revealFocused(): void {
    this.revealWanted = true;
    this.onChange();
  }

  clearFilter(): void {
    this.view?.clearFilter();
    this.changed();
  }
}

function sameRows(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((row, at) => row === other[at]);
}
