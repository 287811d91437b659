import { RowChange, type TreeChanges, type TreeColumns } from '../../../src/core/tree/treeColumns';

/** By their numbers. */
const kinds: readonly RowChange[] = [
  RowChange.None,
  RowChange.Modified,
  RowChange.Added,
  RowChange.Removed,
  RowChange.Renamed,
];

/** What differs from the file on disk, as counts over row ranges: row `i` is asked for what lies below it. */
export class ChangeIndex {
  /** Removed rows that stand below none that is removed too. */
  readonly removedBranches: number;
  readonly #old: { readonly shape: boolean; readonly dtype: boolean; readonly device: boolean };
  readonly #changed: Uint32Array;
  readonly #removed: Uint32Array;
  readonly #removedEntries: Uint32Array;

  constructor(
    private readonly columns: TreeColumns,
    readonly changes: TreeChanges,
  ) {
    const { count } = columns;
    this.#changed = new Uint32Array(count + 1);
    this.#removed = new Uint32Array(count + 1);
    this.#removedEntries = new Uint32Array(count + 1);
    let [changed, removed, removedEntries, branches] = [0, 0, 0, 0];
    for (let row = 0; row < count; row++) {
      const gone = this.isRemoved(row);
      changed += this.change(row) === RowChange.None ? 0 : 1;
      removed += gone ? 1 : 0;
      removedEntries += gone && (columns.entry[row] ?? -1) >= 0 ? 1 : 0;
      branches += gone && !this.isRemoved(columns.parent[row] ?? -1) ? 1 : 0;
      this.#changed[row + 1] = changed;
      this.#removed[row + 1] = removed;
      this.#removedEntries[row + 1] = removedEntries;
    }
    this.removedBranches = branches;
    const isText = (text: number): boolean => text !== 0;
    this.#old = {
      shape: changes.oldShape.some(isText),
      dtype: changes.oldDtype.some(isText),
      device: changes.oldDevice.some(isText),
    };
  }

  change(row: number): RowChange {
    return kinds[this.changes.change[row] ?? 0] ?? RowChange.None;
  }

  isRemoved(row: number): boolean {
    return this.changes.change[row] === RowChange.Removed;
  }

  /** Some row had another text in the column. */
  hasOld(column: 'shape' | 'dtype' | 'device'): boolean {
    return this.#old[column];
  }

  changedBelow(row: number): number {
    return this.#below(this.#changed, row);
  }

  removedBelow(row: number): number {
    return this.#below(this.#removed, row);
  }

  removedEntriesBelow(row: number): number {
    return this.#below(this.#removedEntries, row);
  }

  get removedEntries(): number {
    return this.#removedEntries[this.columns.count] ?? 0;
  }

  #below(before: Uint32Array, row: number): number {
    return (before[this.columns.end[row] ?? 0] ?? 0) - (before[row + 1] ?? 0);
  }
}
