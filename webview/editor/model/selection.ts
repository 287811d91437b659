/** Rows chosen, the row with the focus, and where an extension with Shift starts. */
export class Selection {
  #rows = new Set<number>();
  #anchor = -1;
  #focused = -1;

  get focused(): number {
    return this.#focused;
  }
  get size(): number {
    return this.#rows.size;
  }
  /** Another set with every change. */
  get rows(): ReadonlySet<number> {
    return this.#rows;
  }

  has(row: number): boolean {
    return this.#rows.has(row);
  }

  /** The focused row first, as commands want it, if it is chosen at all. */
  ordered(): number[] {
    const rest = [...this.#rows].filter((row) => row !== this.#focused).sort((one, other) => one - other);
    return this.#rows.has(this.#focused) ? [this.#focused, ...rest] : rest;
  }

  /** A click, or an arrow key. */
  select(row: number): void {
    this.#rows = new Set([row]);
    this.#anchor = row;
    this.#focused = row;
  }

  /** Ctrl with an arrow key. */
  focus(row: number): void {
    this.#focused = row;
  }

  /** Ctrl+click, or Space. */
  toggle(row: number): void {
    const rows = new Set(this.#rows);
    if (!rows.delete(row)) {
      rows.add(row);
    }
    this.#rows = rows;
    this.#anchor = row;
    this.#focused = row;
  }

  /** Shift: from the anchor to `row`, by their places among the rows shown. */
  extend(row: number, shown: Uint32Array, positionOf: (row: number) => number, keepOthers: boolean): void {
    const to = positionOf(row);
    const anchor = positionOf(this.#anchor);
    if (to < 0) {
      return;
    }
    const from = anchor < 0 ? to : anchor;
    const range = shown.subarray(Math.min(from, to), Math.max(from, to) + 1);
    this.#rows = new Set(keepOthers ? [...this.#rows, ...range] : range);
    this.#anchor = shown[from] ?? row;
    this.#focused = row;
  }

  selectAll(rows: Iterable<number>): void {
    this.#rows = new Set(rows);
  }

  /** Escape. */
  reduceToFocused(): void {
    this.#rows = new Set(this.#focused < 0 ? [] : [this.#focused]);
    this.#anchor = this.#focused;
  }

  /** After a reload: rows have other numbers. */
  restore(rows: Iterable<number>, focused: number): void {
    this.#rows = new Set(rows);
    this.#focused = focused;
    this.#anchor = focused;
  }
}
