import type { HiddenColumn, HostMethods, TextColumn } from '../../src/protocol/messages';
import type { TreeView } from './model/treeView';

const askedColumns: readonly HiddenColumn[] = ['stride', 'offset', 'record'];

/** The page around the columns, as far as they need it. */
export interface ColumnPage {
  readonly host: HostMethods;
  readonly view: TreeView | null;
  onChange(): void;
  readonly failed: (problem: unknown) => void;
}

/** Columns that the host is asked for when they are needed: to be shown, or to sum what shares a storage. */
export class TextColumns {
  /** null while one is on its way. */
  readonly #columns = new Map<HiddenColumn, TextColumn | null>();

  constructor(private readonly page: ColumnPage) {}

  /** To be called when another tree is shown. */
  clear(): void {
    this.#columns.clear();
  }

  askForShown(hidden: readonly string[]): void {
    this.#ask(askedColumns.filter((name) => !hidden.includes(name)));
  }

  /** What says where tensors lie in their storages. */
  askForPlaces(): void {
    this.#ask(askedColumns);
  }

  #ask(names: readonly HiddenColumn[]): void {
    const { view, host } = this.page;
    for (const name of names.filter((each) => !this.#columns.has(each))) {
      this.#columns.set(name, null);
      host.column(name).then((column) => {
        if (this.page.view === view) {
          this.#columns.set(name, column);
          this.#placesKnown(view);
          this.page.onChange();
        }
      }, this.page.failed);
    }
  }

  #placesKnown(view: TreeView | null): void {
    if (view !== null && askedColumns.every((name) => (this.#columns.get(name) ?? null) !== null)) {
      view.places ??= {
        record: (row) => this.text('record', row),
        offset: (row) => this.text('offset', row),
        stride: (row) => this.text('stride', row),
      };
    }
  }

  /** '' until the column has arrived. */
  text(name: HiddenColumn, row: number): string {
    const column = this.#columns.get(name);
    return column?.strings[column.cells[row] ?? 0] ?? '';
  }
}
