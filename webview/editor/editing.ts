import type { EditIntent, EditsView, ReviewView, SavingView } from '../../src/protocol/edits';
import type { HostMethods } from '../../src/protocol/messages';
import { rowsOfKeys } from './model/rowsOfKeys';
import type { TreeView } from './model/treeView';

/** Saves that are quicker than this are not spoken of, in milliseconds. */
const savingDelay = 200;

/** F2: the row whose label is being typed. */
export interface Renaming {
  readonly row: number;
  /** Why the host refused the label; '' as long as it has not. */
  readonly problem: string;
}

/** The page around the edits, as far as they need it. */
export interface EditedPage {
  readonly host: HostMethods;
  readonly version: number;
  readonly view: TreeView | null;
  changed(): void;
  selectionChanged(): void;
  /** The tree is to scroll to its focused row. */
  revealFocused(): void;
  failed(problem: unknown): void;
}

/** Which keys a renaming is about when its pane opens. */
export type RenameMode = 'pattern' | 'strip' | 'add';

/** What the page knows of edits, and the intents that make some. */
export class Editing {
  /** null until the host has told it. */
  edits: EditsView | null = null;
  review: ReviewView | null = null;
  saving: SavingView | null = null;
  renaming: Renaming | null = null;
  /** The list of edits is open. */
  listOpen = false;
  renameMode: RenameMode = 'pattern';
  /** Rises with each time that the pane for replacing a layer is asked for: it begins anew with the row of then. */
  layerAsked = 0;
  /** Why the last edit that no pane asked for was refused; said in the foot. */
  problem = '';
  /** Where the focus goes with the next tree; `above`: what stood above the rows that the edit removed. */
  #focus: { readonly key: string; readonly above: ReadonlySet<string> | null } | null = null;
  #saving: SavingView | null = null;
  #savingTimer: number | undefined;

  constructor(private readonly page: EditedPage) {}

  /** Whether the file takes edits at all. */
  get canEdit(): boolean {
    return this.edits !== null && this.edits.readOnly === null;
  }

  /** The document differs from the file on disk. */
  get isDirty(): boolean {
    return this.edits !== null && this.edits.saved !== this.edits.current;
  }

  showSaving(saving: SavingView | null): void {
    const wasSaving = this.#saving !== null;
    this.#saving = saving;
    if (saving === null) {
      window.clearTimeout(this.#savingTimer);
      this.#showSaving();
    } else if (!wasSaving) {
      this.#savingTimer = window.setTimeout(() => {
        this.#showSaving();
      }, savingDelay);
    } else if (this.saving !== null) {
      this.#showSaving();
    }
  }

  #showSaving(): void {
    this.saving = this.#saving;
    this.page.changed();
  }

  /**
   * Carries out an edit; the focus then goes where the host says.
   * @returns why it was refused; '' when it was not.
   */
  async run(intent: EditIntent): Promise<string> {
    const { version, view } = this.page;
    const above = intent.kind === 'remove' && view !== null ? keysAbove(view, intent.rows) : null;
    this.problem = '';
    try {
      const { problem, focus } = await this.page.host.edit(intent, version);
      this.#focus = problem === '' && focus !== null ? { key: focus, above } : null;
      // The tree may come before the answer or after it.
      if (this.page.version !== version && this.#takeFocus()) {
        this.page.selectionChanged();
      }
      return problem;
    } catch (error) {
      this.page.failed(error);
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** To be called when another tree is shown: rows have other numbers. */
  treeChanged(): void {
    this.renaming = null;
    this.#takeFocus();
  }

  /** An edit of the chosen rows that needs no further word; a refusal is said in the foot. */
  runOnSelection(kind: 'keep' | 'remove', done: () => void): void {
    const rows = this.page.view?.editableRows() ?? [];
    if (!this.canEdit || rows.length === 0) {
      return;
    }
    void this.run({ kind, rows }).then((problem) => {
      this.problem = problem;
      this.page.changed();
      done();
    });
  }

  /** The focus goes to the row that the last edit named. */
  #takeFocus(): boolean {
    const { view } = this.page;
    const focus = this.#focus;
    const row = view === null || focus === null ? -1 : rowOfKey(view, focus.key);
    if (view === null || focus === null || row < 0) {
      return false;
    }
    this.#focus = null;
    if (focus.above === null) {
      view.reveal(row);
      view.selection.select(row);
    } else {
      view.selection.select(view.shownRow(besideRemoved(view, row, focus.above)));
    }
    this.page.revealFocused();
    return true;
  }

  startRenaming(): void {
    const { view } = this.page;
    const row = view?.selection.focused ?? -1;
    if (view !== null && this.canEdit && view.visible.positionOf(row) >= 0 && !view.index.isRemoved(row)) {
      view.selection.select(row);
      this.renaming = { row, problem: '' };
      this.page.revealFocused();
      this.page.selectionChanged();
    }
  }

  /** Enter in the label; `done` is called when the row has its new name. */
  rename(label: string, done: () => void): void {
    const { renaming } = this;
    if (renaming === null) {
      return;
    }
    void this.run({ kind: 'renameRow', row: renaming.row, label }).then((problem) => {
      if (problem === '') {
        this.renaming = null;
        done();
      } else if (this.renaming?.row === renaming.row) {
        this.renaming = { row: renaming.row, problem };
      }
      this.page.changed();
    });
  }

  stopRenaming(): void {
    if (this.renaming !== null) {
      this.renaming = null;
      this.page.changed();
    }
  }
}

/** −1 when no row that is there has the key. */
function rowOfKey({ index }: TreeView, key: string): number {
  const row = rowsOfKeys(index, [key]).get(key) ?? -1;
  return row >= 0 && !index.isRemoved(row) ? row : -1;
}

/** Keys of what stands above rows that are to go. */
function keysAbove({ index }: TreeView, rows: readonly number[]): ReadonlySet<string> {
  const above = new Set<number>();
  for (const row of rows) {
    for (let parent = index.parent(row); parent >= 0 && !above.has(parent); parent = index.parent(parent)) {
      above.add(parent);
    }
  }
  return new Set([...above].map((row) => index.key(row)));
}

/** Beside what has gone: not inside the branch that stands there, be it open. */
function besideRemoved({ index }: TreeView, row: number, above: ReadonlySet<string>): number {
  return [...index.ancestors(row), row].find((each) => !above.has(index.key(each))) ?? row;
}
