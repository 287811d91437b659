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

/** Columns that the host is asked for when they are shown. */
export class TextColumns {
  /** null while one is on its way. */
  readonly #columns = new Map<HiddenColumn, TextColumn | null>();

  constructor(private readonly page: ColumnPage) {}

  /** To be called when another tree is shown. */
  clear(): void {
    this.#columns.clear();
  }

  askForShown(hidden: readonly string[]): void {
    const { view, host } = this.page;
    for (const name of askedColumns.filter((each) => !hidden.includes(each) && !this.#columns.has(each))) {
      this.#columns.set(name, null);
      host.column(name).then((column) => {
        if (this.page.view === view) {
          this.#columns.set(name, column);
          this.page.onChange();
        }
      }, this.page.failed);
    }
  }

  /** '' until the column has arrived. */
  text(name: HiddenColumn, row: number): string {
    const column = this.#columns.get(name);
    return column?.strings[column.cells[row] ?? 0] ?? '';
  }
}
