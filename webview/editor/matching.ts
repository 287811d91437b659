import {
  mostMatchRows,
  type MatchForm,
  type MatchGroup,
  type MatchIntent,
  type MatchRowView,
  type MatchView,
} from '../../src/protocol/match';
import type { HostMethods } from '../../src/protocol/messages';
import { MatchColumn } from './model/matchColumn';
import type { TreeIndex } from './model/treeIndex';

/** Rows that are asked for at once. */
const page = 100;

/** The page around the match, as far as it needs it. */
export interface MatchedPage {
  readonly host: HostMethods;
  readonly version: number;
  readonly view: { readonly index: TreeIndex } | null;
  onChange(): void;
  failed(problem: unknown): void;
}

/** What the page knows of the match, and the intents that change it. */
export class Matching {
  /** null until the host has told it. */
  view: MatchView | null = null;
  /** What the tree's own column says; null while there is no match of the tree that is shown. */
  column: MatchColumn | null = null;
  /** The form that the host was told last, or told us. */
  form: MatchForm | null = null;
  #isOpen = false;
  #rows: RowPages = new RowPages(-1);

  constructor(private readonly page: MatchedPage) {}

  /** To be called when panes open and close: the host says what changes as long as one is open. */
  setOpen(isOpen: boolean): void {
    if (isOpen !== this.#isOpen) {
      this.#isOpen = isOpen;
      this.run({ kind: isOpen ? 'open' : 'close' });
    }
  }

  run(intent: MatchIntent): void {
    this.page.host.match(intent);
  }

  setTarget(form: MatchForm): void {
    this.form = form;
    this.run({ kind: 'target', form });
  }

  show(view: MatchView): void {
    const { result } = view;
    this.view = view;
    if (result?.revision !== this.#rows.revision) {
      this.#rows = new RowPages(result?.revision ?? -1);
    }
    this.#makeColumn();
    this.page.onChange();
  }

  /** Another tree is shown: the rows of the column are those of the one before. */
  treeChanged(): void {
    this.#makeColumn();
  }

  #makeColumn(): void {
    const result = this.view?.result;
    const index = this.page.view?.index;
    this.column =
      result === undefined || result === null || index === undefined || result.version !== this.page.version
        ? null
        : new MatchColumn(index, result.rows);
  }

  /** Asks for rows that are about to be shown. */
  load(group: MatchGroup, first: number, last: number): void {
    const rows = this.#rows;
    for (const at of rows.missing(group, first, last)) {
      const range = { revision: rows.revision, group, first: at, count: Math.min(page, mostMatchRows) };
      this.page.host.matchRows(range).then(
        (views) => {
          rows.put(group, at, views);
          if (rows === this.#rows) {
            this.page.onChange();
          }
        },
        (problem: unknown) => {
          this.page.failed(problem);
        },
      );
    }
  }

  /** undefined until it has arrived. */
  row(group: MatchGroup, index: number): MatchRowView | undefined {
    return this.#rows.row(group, index);
  }
}

/** Rows of one match, by pages: only those that were looked at. */
class RowPages {
  readonly #pages = new Map<string, readonly MatchRowView[]>();

  constructor(readonly revision: number) {}

  /** First rows of pages that have not been asked for. They count as asked for from now on. */
  missing(group: MatchGroup, first: number, last: number): readonly number[] {
    const found: number[] = [];
    for (let at = first - (first % page); at < last; at += page) {
      const key = `${group}:${at}`;
      if (!this.#pages.has(key)) {
        this.#pages.set(key, []);
        found.push(at);
      }
    }
    return found;
  }

  put(group: MatchGroup, first: number, rows: readonly MatchRowView[]): void {
    this.#pages.set(`${group}:${first}`, rows);
  }

  row(group: MatchGroup, index: number): MatchRowView | undefined {
    return this.#pages.get(`${group}:${index - (index % page)}`)?.[index % page];
  }
}
