import { isViewState } from '../../src/protocol/checks';
import type {
  AuditView,
  BrokenView,
  DetailsView,
  HiddenColumn,
  HostMethods,
  NoteView,
  SummaryView,
  TextColumn,
  ViewSettings,
  ViewState,
} from '../../src/protocol/messages';
import type { TreeColumns } from '../../src/core/tree/treeColumns';
import { clampWidth, defaultHidden, type ColumnChoice } from './model/columns';
import { TreeIndex } from './model/treeIndex';
import { TreeView } from './model/treeView';
import { captureTree, restoreTree, type TreeState } from './model/viewState';

export type Tool = 'details' | 'audit';

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
  history: readonly string[] = [];
  /** Hidden columns that have been asked for; null while they are on their way. */
  readonly textColumns = new Map<HiddenColumn, TextColumn | null>();
  scrollTop = 0;
  #kept: TreeState | null = null;
  #keepSoon = false;
  #keptAt = -keepDelay;
  #settings: ViewSettings = { treeOrder: 'file' };

  constructor(
    readonly host: HostMethods,
    private readonly keeper: StateKeeper,
    private readonly onChange: () => void,
    private readonly onProblem: (problem: unknown) => void,
  ) {
    this.#restore(keeper.read());
  }

  get view(): TreeView | null {
    return this.phase.kind === 'tree' ? this.phase.view : null;
  }

  #restore(state: unknown): void {
    if (!isViewState(state)) {
      return;
    }
    this.#kept = state;
    this.columns = { widths: state.columnWidths, hidden: state.hiddenColumns };
    this.pane = state.pane;
    this.scrollTop = state.scrollTop;
    this.history = state.history;
  }

  /** Tells the components, and keeps the state. */
  changed(): void {
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

  showTree(summary: SummaryView, columns: TreeColumns, keepView: boolean): void {
    const view = new TreeView(new TreeIndex(columns));
    if (keepView && this.#kept !== null) {
      restoreTree(view, this.#kept);
    } else {
      view.setOrder(this.#settings.treeOrder);
      this.scrollTop = 0;
    }
    if (view.selection.focused < 0 && view.visible.length > 0) {
      view.selection.select(view.visible.at(0));
    }
    this.phase = { kind: 'tree', summary, view };
    this.details = { rows: [], views: [] };
    this.audit = null;
    this.textColumns.clear();
    for (const column of this.#shownTextColumns()) {
      this.#askForColumn(column);
    }
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

  /** To be called after each change of the selection. */
  selectionChanged(): void {
    const { view } = this;
    if (view === null) {
      return;
    }
    const rows = view.selection.ordered();
    this.host.selection(rows);
    if (rows.length === 0 || rows.length > mostDetails) {
      this.details = { rows, views: [] };
    } else {
      this.#askForDetails(rows);
    }
    this.changed();
  }

  #askForDetails(rows: readonly number[]): void {
    const { view } = this;
    this.host.details(rows).then((views) => {
      // A later selection is on its way, or another file has come in.
      if (this.view === view && sameRows(view?.selection.ordered() ?? [], rows)) {
        this.details = { rows, views };
        this.onChange();
      }
    }, this.onProblem);
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
    }, this.onProblem);
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
    for (const name of this.#shownTextColumns()) {
      if (!this.textColumns.has(name)) {
        this.#askForColumn(name);
      }
    }
    this.changed();
  }

  #shownTextColumns(): HiddenColumn[] {
    const names: readonly HiddenColumn[] = ['stride', 'offset', 'record'];
    return names.filter((name) => !this.columns.hidden.includes(name));
  }

  #askForColumn(name: HiddenColumn): void {
    const { view } = this;
    this.textColumns.set(name, null);
    this.host.column(name).then((column) => {
      if (this.view === view) {
        this.textColumns.set(name, column);
        this.onChange();
      }
    }, this.onProblem);
  }

  /** The text of a hidden column, '' until it has arrived. */
  columnText(name: HiddenColumn, row: number): string {
    const column = this.textColumns.get(name);
    return column?.strings[column.cells[row] ?? 0] ?? '';
  }

  remember(text: string): void {
    if (text !== '' && this.history[0] !== text) {
      this.history = [text, ...this.history.filter((other) => other !== text)].slice(0, mostHistory);
    }
  }

  copy(text: string): void {
    this.host.copyText(text).catch(this.onProblem);
  }

  copyRows(what: 'key' | 'python'): void {
    const rows = this.view?.selection.ordered() ?? [];
    if (rows.length > 0) {
      this.host.copy(what, rows).catch(this.onProblem);
    }
  }

  /** For intents whose failure the host tells about itself. */
  run(intent: Promise<void>): void {
    intent.catch(this.onProblem);
  }

  clearFilter(): void {
    this.view?.clearFilter();
    this.changed();
  }
}

function sameRows(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((row, at) => row === other[at]);
}
