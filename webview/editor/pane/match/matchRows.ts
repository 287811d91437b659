import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { KeyAction } from '../../../../src/core/match/match';
import type { MatchGroup, MatchResultView, MatchRowView } from '../../../../src/protocol/match';
import { actionText } from '../../../../src/wording/match';
import type { ChoiceMenu } from '../../../components/choiceMenu';
import { doNothing } from '../../../components/doNothing';
import { LightElement } from '../../../components/lightElement';
import { styleValues } from '../../../components/styleValues';
import { t } from '../../../strings';
import { moved, moveOfKey } from '../../model/moves';
import type { EditorStore } from '../../store';
import { MatchLines, type MatchLine } from './matchLines';
import { groupRow, keyRow, lineId } from './matchRow';

const rowHeight = 22;

/** Every key in its group: one tab stop, arrows inside. Only the rows that are seen are in the page. */
@customElement('ce-match-rows')
export class MatchRowsElement extends LightElement {
  @property({ attribute: false }) accessor store: EditorStore | null = null;
  @property({ attribute: false }) accessor result: MatchResultView | null = null;
  /** Rises with every change of the store: rows have arrived. */
  @property({ attribute: false }) accessor revision = 0;
  @property({ attribute: false }) accessor showRow: (row: number) => void = doNothing;
  @state() accessor #closed: ReadonlySet<MatchGroup> = new Set<MatchGroup>(['matched', 'defaulted', 'ignored']);
  @state() accessor #at = 0;
  @state() accessor #seen = { first: 0, last: 0 };
  @query('.tbl') accessor #grid: HTMLElement | null = null;
  @query('.lines') accessor #space: HTMLElement | null = null;
  @query('ce-choice-menu') accessor #menu: ChoiceMenu | null = null;
  #lines = new MatchLines([], new Set());
  /** What scrolls, around this and what stands above. */
  #scroller: HTMLElement | null = null;
  readonly #resized = new ResizeObserver(() => {
    this.#look();
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.#scroller = this.closest<HTMLElement>('.scroll');
    this.#scroller?.addEventListener('scroll', this.#look, { passive: true });
    if (this.#scroller !== null) {
      this.#resized.observe(this.#scroller);
    }
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
    this.#scroller?.removeEventListener('scroll', this.#look);
  }

  protected override willUpdate(): void {
    this.#lines = new MatchLines(this.result?.groups ?? [], this.#closed);
    this.#at = Math.min(this.#at, Math.max(0, this.#lines.count - 1));
    for (const { group, first, last } of this.#lines.rowsBetween(this.#seen.first, this.#seen.last)) {
      this.store?.matching.load(group, first, last);
    }
  }

  protected override updated(): void {
    this.#look();
  }

  /** Which lines are on the screen. */
  readonly #look = (): void => {
    const scroller = this.#scroller;
    const space = this.#space;
    if (scroller === null || space === null) {
      return;
    }
    const above = scroller.getBoundingClientRect().top - space.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(above / rowHeight));
    const below = Math.ceil((above + scroller.clientHeight) / rowHeight);
    const last = Math.max(first, Math.min(this.#lines.count, below));
    if (first !== this.#seen.first || last !== this.#seen.last) {
      this.#seen = { first, last };
    }
  };

  protected override render(): TemplateResult {
    const { first, last } = this.#seen;
    const lines: TemplateResult[] = [];
    for (let at = first; at < Math.min(last, this.#lines.count); at++) {
      const line = this.#lines.at(at);
      if (line !== null) {
        lines.push(this.#line(line, at));
      }
    }
    return html`<div
        class="tbl keys"
        role="grid"
        tabindex="0"
        aria-label=${t('Keys of the model and of the file')}
        aria-rowcount=${this.#lines.count + 1}
        aria-activedescendant=${this.#at >= first && this.#at < last ? lineId(this.#at) : nothing}
        @keydown=${this.#onKeyDown}
        @focus=${this.#onFocus}
      >
        <div class="hd" role="row">
          <div role="columnheader">${t('Key in the model')}</div>
          <div role="columnheader">${t('In the file')}</div>
          <div role="columnheader">${t('In the model')}</div>
          <div role="columnheader">${t('Action')}</div>
        </div>
        <div class="lines" role="rowgroup" ${styleValues({ height: `${this.#lines.count * rowHeight}px` })}>
          <div class="strip" role="presentation" ${styleValues({ transform: `translateY(${first * rowHeight}px)` })}>
            ${lines}
          </div>
        </div>
      </div>
      <ce-choice-menu></ce-choice-menu>`;
  }

  #line(line: MatchLine, at: number): TemplateResult {
    const row = { at, isFocused: at === this.#at };
    if (line.kind === 'group') {
      return groupRow(line.view, {
        ...row,
        isClosed: this.#closed.has(line.view.group),
        onPress: () => {
          this.#at = at;
          this.#toggle(line.view.group);
        },
        onMenu: (event) => {
          this.#at = at;
          this.#openMenu(line, event.currentTarget);
        },
      });
    }
    const view = this.store?.matching.row(line.group, line.index);
    return keyRow(view, {
      ...row,
      onPress: () => {
        this.#moveTo(at);
      },
      onMenu: (event) => {
        this.#moveTo(at);
        this.#openMenu(line, event.currentTarget);
      },
    });
  }

  #rowAt(at: number): MatchRowView | undefined {
    const line = this.#lines.at(at);
    return line?.kind === 'key' ? this.store?.matching.row(line.group, line.index) : undefined;
  }

  /** The tree shows the row of the key too. */
  #moveTo(at: number): void {
    this.#at = at;
    const row = this.#rowAt(at)?.row ?? -1;
    if (row >= 0 && this.result?.version === this.store?.version) {
      this.showRow(row);
    }
  }

  #toggle(group: MatchGroup): void {
    const closed = new Set(this.#closed);
    if (!closed.delete(group)) {
      closed.add(group);
    }
    this.#closed = closed;
  }

  #openMenu(line: MatchLine, anchor: EventTarget | null): void {
    const row = line.kind === 'key' ? this.store?.matching.row(line.group, line.index) : undefined;
    const actions = line.kind === 'key' ? (row?.actions ?? []) : line.view.actions;
    if (actions.length < 2 || !(anchor instanceof HTMLElement)) {
      return;
    }
    this.#menu?.open({
      label: line.kind === 'key' ? t('Action for {0}', row?.key ?? '') : t('Action for all of them'),
      choices: actions.map((id) => ({ id, label: actionText(id, t) })),
      chosen: row?.action ?? '',
      anchor: anchor.getBoundingClientRect(),
      onTake: (id) => {
        const action = actions.find((each) => each === id);
        if (action !== undefined) {
          this.#setAction(line, action);
        }
      },
      onClose: () => {
        this.#grid?.focus({ preventScroll: true });
      },
    });
  }

  #setAction(line: MatchLine, action: KeyAction): void {
    this.store?.matching.run({
      kind: 'action',
      revision: this.result?.revision ?? 0,
      group: line.kind === 'key' ? line.group : line.view.group,
      index: line.kind === 'key' ? line.index : null,
      action,
    });
  }

  /** In sight, below the header. */
  #reveal(): void {
    const scroller = this.#scroller;
    const space = this.#space;
    if (scroller === null || space === null) {
      return;
    }
    const top = space.getBoundingClientRect().top - scroller.getBoundingClientRect().top + this.#at * rowHeight;
    if (top < rowHeight) {
      scroller.scrollTop += top - rowHeight;
    } else if (top + rowHeight > scroller.clientHeight) {
      scroller.scrollTop += top + rowHeight - scroller.clientHeight;
    }
  }

  readonly #onFocus = (): void => {
    this.#reveal();
  };

  readonly #onKeyDown = (event: KeyboardEvent): void => {
    const move = moveOfKey(event.key);
    const line = this.#lines.at(this.#at);
    if (line === null) {
      return;
    }
    const asksForMenu = (event.altKey && event.key === 'ArrowDown') || (line.kind === 'key' && isPress(event.key));
    if (asksForMenu) {
      this.#openMenu(line, this.querySelector(`#${lineId(this.#at)} .drop`));
    } else if (move !== undefined && !event.altKey) {
      const page = Math.max(1, Math.floor((this.#scroller?.clientHeight ?? 0) / rowHeight) - 1);
      this.#moveTo(moved(move, this.#at, this.#lines.count, page));
      this.#reveal();
    } else if (line.kind === 'group' && isPress(event.key)) {
      this.#toggle(line.view.group);
    } else if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      this.#openOrClose(line, event.key === 'ArrowRight');
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  /** As in the tree: ← closes a group, or goes to that of a key. */
  #openOrClose(line: MatchLine, opens: boolean): void {
    if (line.kind === 'key') {
      this.#at = opens ? this.#at : this.#at - line.index - 1;
      this.#reveal();
    } else if (this.#closed.has(line.view.group) === opens) {
      this.#toggle(line.view.group);
    }
  }
}

function isPress(key: string): boolean {
  return key === 'Enter' || key === ' ';
}
