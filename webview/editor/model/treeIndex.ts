import { ancestors, decodeLabels, hasChildren, rowKey } from '../../../src/core/tree/rows';
import { RowChange, RowFlag, RowKind, type TreeChanges, type TreeColumns } from '../../../src/core/tree/treeColumns';
import { ChangeIndex } from './changeIndex';

/** Characters of all filter texts together: deep nesting multiplies a small file's keys. */
const mostKeyCharacters = 1 << 26;

/** The columns whose cells are indexes into `strings`. */
export type TextColumnId = 'shape' | 'dtype' | 'device' | 'description';
/** Texts that rows had before they changed. */
export type OldTextId = 'oldKey' | 'oldShape' | 'oldDtype' | 'oldDevice';

/** What the interface derives from the columns once, when they arrive. Rows are numbers in file order. */
export class TreeIndex {
  readonly count: number;
  readonly labels: readonly string[];
  /** Number of ancestors. */
  readonly depth: Uint32Array;
  /** Rows that are entries, not only groups, without removed ones. */
  readonly entryCount: number;
  /** Tensors among them. */
  readonly tensorCount: number;
  /** null while the document is as it was saved. */
  readonly changes: ChangeIndex | null;
  /** Entries before each row, and behind the last one all. */
  readonly #entriesBefore: Uint32Array;
  #filterKeys: readonly string[] | undefined;
  #foldedKeys: readonly string[] | undefined;

  /** Made when it is asked for. */
  #sharedAt: ReadonlyMap<number, number> | undefined;

  constructor(readonly columns: TreeColumns) {
    this.count = columns.count;
    this.labels = decodeLabels(columns);
    this.depth = new Uint32Array(columns.count);
    this.#entriesBefore = new Uint32Array(columns.count + 1);
    this.changes = columns.changes === null ? null : new ChangeIndex(columns, columns.changes);
    let entries = 0;
    let tensors = 0;
    for (let row = 0; row < columns.count; row++) {
      const parent = this.parent(row);
      this.depth[row] = parent < 0 ? 0 : (this.depth[parent] ?? 0) + 1;
      entries += this.isEntry(row) ? 1 : 0;
      tensors += this.isTensor(row) && !this.isRemoved(row) ? 1 : 0;
      this.#entriesBefore[row + 1] = entries;
    }
    this.entryCount = entries - (this.changes?.removedEntries ?? 0);
    this.tensorCount = tensors;
  }

  /** Has rows below it. */
  isBranch(row: number): boolean {
    return hasChildren(this.columns, row);
  }

  isEntry(row: number): boolean {
    return (this.columns.entry[row] ?? -1) >= 0;
  }

  isTensor(row: number): boolean {
    return this.columns.kind[row] === RowKind.Tensor;
  }

  /** A tensor of a model, or a group that has one of its own: a layer, mostly. Told by the first child, for each row that is drawn. */
  isLayer(row: number): boolean {
    const own = this.isBranch(row) ? row + 1 : row;
    return (
      this.isTensor(own) && !this.hasFlag(own, RowFlag.Optimizer) && (own === row || !this.label(own).includes('.'))
    );
  }

  /** Entries below the row, without itself; removed ones count below a row that is removed. */
  entriesBelow(row: number): number {
    const all = (this.#entriesBefore[this.end(row)] ?? 0) - (this.#entriesBefore[row + 1] ?? 0);
    return this.isRemoved(row) ? all : all - (this.changes?.removedEntriesBelow(row) ?? 0);
  }

  /** What has become of the row since the last save. */
  change(row: number): RowChange {
    return this.changes?.change(row) ?? RowChange.None;
  }

  /** Gone from the document; shown where it was. */
  isRemoved(row: number): boolean {
    return this.changes?.isRemoved(row) ?? false;
  }

  /** '' where the text is as it was. */
  oldText(column: OldTextId, row: number): string {
    const changes: TreeChanges | null = this.columns.changes;
    return changes === null ? '' : (this.columns.strings[changes[column][row] ?? 0] ?? '');
  }

  /** Place of a row in `TreeColumns.shared`; undefined for one that shares nothing. */
  sharedAt(row: number): number | undefined {
    this.#sharedAt ??= new Map([...this.columns.shared.row].map((each, at) => [each, at]));
    return this.#sharedAt.get(row);
  }

  hasFlag(row: number, flag: number): boolean {
    return ((this.columns.flags[row] ?? 0) & flag) !== 0;
  }

  parent(row: number): number {
    return this.columns.parent[row] ?? -1;
  }

  /** First row behind `row` and everything below it. */
  end(row: number): number {
    return this.columns.end[row] ?? row + 1;
  }

  label(row: number): string {
    return this.labels[row] ?? '';
  }

  text(column: TextColumnId, row: number): string {
    return this.columns.strings[this.columns[column][row] ?? 0] ?? '';
  }

  key(row: number): string {
    return rowKey(this.columns, this.labels, row);
  }

  /** From the top down, without the row itself. */
  ancestors(row: number): number[] {
    return ancestors(this.columns, row);
  }

  /** For each row the text that a filter looks at: its key, of a very long one the end. */
  get filterKeys(): readonly string[] {
    this.#filterKeys ??= this.#collectKeys();
    return this.#filterKeys;
  }

  /** The same in lower case. */
  get foldedKeys(): readonly string[] {
    this.#foldedKeys ??= this.filterKeys.map((key) => key.toLowerCase());
    return this.#foldedKeys;
  }

  /** What the row was called when the file was saved; of one that was somewhere else its whole key. */
  savedLabel(row: number): string {
    return this.oldText('oldKey', row) || this.label(row);
  }

  /** The key that the row had when the file was saved. */
  savedKey(row: number): string {
    return [...this.ancestors(row), row].map((each) => this.savedLabel(each)).join('.');
  }

  #collectKeys(): string[] {
    const most = Math.max(256, Math.floor(mostKeyCharacters / Math.max(this.count, 1)));
    const keys: string[] = [];
    for (let row = 0; row < this.count; row++) {
      const above = keys[this.parent(row)];
      const key = above === undefined ? this.label(row) : `${above}.${this.label(row)}`;
      keys.push(key.length > most ? key.slice(-most) : key);
    }
    return keys;
  }
}
