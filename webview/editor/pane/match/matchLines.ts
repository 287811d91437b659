import type { MatchGroup, MatchGroupView } from '../../../../src/protocol/match';

/** One line of the table: a group, or a key of one that is open. */
export type MatchLine =
  | { readonly kind: 'group'; readonly view: MatchGroupView }
  | { readonly kind: 'key'; readonly group: MatchGroup; readonly index: number };

/** The lines of the table, by their place: counted, never made all at once. */
export class MatchLines {
  readonly #starts: readonly number[];
  /** All of them. */
  readonly count: number;

  constructor(
    private readonly groups: readonly MatchGroupView[],
    private readonly closed: ReadonlySet<MatchGroup>,
  ) {
    const starts: number[] = [];
    let at = 0;
    for (const view of groups) {
      starts.push(at);
      at += 1 + this.#length(view);
    }
    this.#starts = starts;
    this.count = at;
  }

  #length({ group, count }: MatchGroupView): number {
    return this.closed.has(group) ? 0 : count;
  }

  at(place: number): MatchLine | null {
    const at = this.#starts.findLastIndex((start) => start <= place);
    const view = this.groups[at];
    const index = place - (this.#starts[at] ?? 0) - 1;
    if (view === undefined || index >= this.#length(view)) {
      return null;
    }
    return index < 0 ? { kind: 'group', view } : { kind: 'key', group: view.group, index };
  }

  /** Rows of groups that stand between two places. */
  rowsBetween(
    first: number,
    last: number,
  ): readonly { readonly group: MatchGroup; readonly first: number; readonly last: number }[] {
    return this.groups.flatMap((view, at) => {
      const start = (this.#starts[at] ?? 0) + 1;
      const from = Math.max(0, first - start);
      const to = Math.min(this.#length(view), last - start);
      return from < to ? [{ group: view.group, first: from, last: to }] : [];
    });
  }
}
