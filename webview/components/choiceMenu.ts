import { html, nothing, type TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { moved, moveOfKey } from '../editor/model/moves';
import { LightElement } from './lightElement';

export interface MenuChoice {
  readonly id: string;
  readonly label: string;
}

/** What a menu is opened for. */
export interface MenuRequest {
  readonly label: string;
  readonly choices: readonly MenuChoice[];
  /** '' where none is chosen. */
  readonly chosen: string;
  /** What it stands below. */
  readonly anchor: DOMRect;
  readonly onTake: (id: string) => void;
  /** Told however it closes: who has opened it takes the focus back. */
  readonly onClose: () => void;
}

let made = 0;

/** The list of a dropdown that many rows share: a dropdown in each would be in the page for nothing. */
@customElement('ce-choice-menu')
export class ChoiceMenu extends LightElement {
  @state() accessor #request: MenuRequest | null = null;
  @state() accessor #at = 0;
  @query('.pop') accessor #popover: HTMLElement | null = null;
  readonly #id = `ce-choice-menu-${made++}`;

  open(request: MenuRequest): void {
    this.#request = request;
    this.#at = Math.max(
      0,
      request.choices.findIndex(({ id }) => id === request.chosen),
    );
    void this.updateComplete.then(() => {
      this.#place(request.anchor);
    });
  }

  protected override render(): TemplateResult {
    const { choices = [], label = '' } = this.#request ?? {};
    return html`<div class="pop offers" popover @toggle=${this.#onToggle}>
      <div
        class="list"
        role="listbox"
        tabindex="0"
        aria-label=${label}
        aria-activedescendant=${choices.length === 0 ? nothing : `${this.#id}-${this.#at}`}
        @keydown=${this.#onKeyDown}
      >
        ${choices.map((choice, at) => this.#choice(choice, at))}
      </div>
    </div>`;
  }

  #choice({ id, label }: MenuChoice, at: number): TemplateResult {
    return html`<div
      id=${`${this.#id}-${at}`}
      class="offer ${at === this.#at ? 'foc' : ''}"
      role="option"
      aria-selected=${String(id === this.#request?.chosen)}
      @pointermove=${() => {
        this.#at = at;
      }}
      @click=${() => {
        this.#take(id);
      }}
    >
      <span class="ell">${label}</span>
    </div>`;
  }

  /** Below what it belongs to, above it where there is no room; as wide as it at least. */
  #place(anchor: DOMRect): void {
    const list = this.#popover;
    if (list === null) {
      return;
    }
    list.style.minWidth = `${anchor.width}px`;
    list.showPopover();
    const { width, height } = list.getBoundingClientRect();
    const isBelow = anchor.bottom + 2 + height <= window.innerHeight;
    list.style.left = `${Math.max(4, Math.min(anchor.left, window.innerWidth - width - 4))}px`;
    list.style.top = `${isBelow ? anchor.bottom + 2 : Math.max(4, anchor.top - height - 2)}px`;
    list.querySelector<HTMLElement>('.list')?.focus();
  }

  #take(id: string): void {
    this.#request?.onTake(id);
    this.#popover?.hidePopover();
  }

  readonly #onToggle = (event: ToggleEvent): void => {
    if (event.newState === 'closed') {
      this.#request?.onClose();
    }
  };

  readonly #onKeyDown = (event: KeyboardEvent): void => {
    const choices = this.#request?.choices ?? [];
    const move = moveOfKey(event.key);
    const choice = choices[this.#at];
    if (move !== undefined) {
      this.#at = moved(move, this.#at, choices.length, choices.length);
    } else if ((event.key === 'Enter' || event.key === ' ') && choice !== undefined) {
      this.#take(choice.id);
    } else if (event.key === 'Escape' || event.key === 'Tab') {
      this.#popover?.hidePopover();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
}
