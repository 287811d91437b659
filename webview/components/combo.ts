import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { moved, moveOfKey } from '../editor/model/moves';
import { iconButton } from './controls';
import { doNothing } from './doNothing';
import { shownText } from './fileText';
import { LightElement } from './lightElement';
import { textField } from './textField';

export interface Offer {
  readonly value: string;
  /** Said behind it in secondary text. */
  readonly secondary?: string;
}

let made = 0;

/** A text field that offers texts: typed freely, or taken from the list that ↓ and the button open. */
@customElement('ce-combo')
export class Combo extends LightElement {
  @property({ attribute: false }) accessor label = '';
  @property({ attribute: false }) accessor value = '';
  @property({ attribute: false }) accessor placeholder = '';
  @property({ attribute: false }) accessor offers: readonly Offer[] = [];
  @property({ attribute: false }) accessor wrong = false;
  @property({ attribute: false }) accessor first = false;
  @property({ attribute: false }) accessor onInput: (value: string) => void = doNothing;
  @property({ attribute: false }) accessor onAccept = doNothing;
  @state() accessor #at = 0;
  @query('.pop') accessor #list: HTMLElement | null = null;
  readonly #id = `ce-combo-${made++}`;

  protected override render(): TemplateResult {
    const ending = iconButton({
      icon: 'chevron-down',
      label: this.label,
      tabStop: false,
      onClick: () => {
        this.#open();
      },
    });
    return html`${textField({
        label: this.label,
        value: this.value,
        placeholder: this.placeholder,
        wrong: this.wrong,
        first: this.first,
        onInput: this.onInput,
        onAccept: this.onAccept,
        onKey: (event) => event.key === 'ArrowDown' && this.#open(),
        ...(this.offers.length === 0 ? {} : { ending }),
      })}
      <div class="pop offers" popover>
        <div
          class="list"
          role="listbox"
          tabindex="0"
          aria-label=${this.label}
          aria-activedescendant=${this.offers.length === 0 ? nothing : `${this.#id}-${this.#at}`}
          @keydown=${this.#onKeyDown}
        >
          ${this.offers.map((offer, at) => this.#offer(offer, at))}
        </div>
      </div>`;
  }

  #offer({ value, secondary }: Offer, at: number): TemplateResult {
    return html`<div
      id=${`${this.#id}-${at}`}
      class="offer ${at === this.#at ? 'foc' : ''}"
      role="option"
      aria-selected=${String(value === this.value)}
      @pointermove=${() => {
        this.#at = at;
      }}
      @click=${() => {
        this.#take(value);
      }}
    >
      <span class="ell file-text">${shownText(value)}</span
      >${secondary === undefined ? nothing : html`<span class="dim">${secondary}</span>`}
    </div>`;
  }

  /** Below the field, as wide as it at least; true when there is something to offer. */
  #open(): boolean {
    const list = this.#list;
    if (list === null || this.offers.length === 0) {
      return false;
    }
    this.#at = Math.max(
      0,
      this.offers.findIndex(({ value }) => value === this.value),
    );
    const field = this.getBoundingClientRect();
    list.style.minWidth = `${field.width}px`;
    list.showPopover();
    const { width, height } = list.getBoundingClientRect();
    const below = field.bottom + 2 + height <= window.innerHeight;
    list.style.left = `${Math.max(4, Math.min(field.left, window.innerWidth - width - 4))}px`;
    list.style.top = `${below ? field.bottom + 2 : Math.max(4, field.top - height - 2)}px`;
    list.querySelector<HTMLElement>('.list')?.focus();
    return true;
  }

  #take(value: string): void {
    this.onInput(value);
    this.#close();
  }

  #close(): void {
    this.#list?.hidePopover();
    this.querySelector<HTMLElement>('vscode-text-field')?.focus();
  }

  readonly #onKeyDown = (event: KeyboardEvent): void => {
    const move = moveOfKey(event.key);
    const offer = this.offers[this.#at];
    if (move !== undefined) {
      this.#at = moved(move, this.#at, this.offers.length, this.offers.length);
      void this.updateComplete.then(() => {
        this.querySelector('.offer.foc')?.scrollIntoView({ block: 'nearest' });
      });
    } else if ((event.key === 'Enter' || event.key === ' ') && offer !== undefined) {
      this.#take(offer.value);
    } else if (event.key === 'Escape') {
      this.#close();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
}
