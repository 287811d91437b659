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
  /** One of the offers was taken; `onInput` has been told before. */
  @property({ attribute: false }) accessor onTake: (value: string) => void = doNothing;
  /** The offers are shown while a person types. */
  @property({ attribute: false }) accessor suggests = false;
  @property({ attribute: false }) accessor mono = false;
  @property({ attribute: false }) accessor disabled = false;
  /** Stands at the end of the field, behind the button of the offers. */
  @property({ attribute: false }) accessor ending: TemplateResult | typeof nothing = nothing;
  @state() accessor #at = 0;
  @query('.pop') accessor #list: HTMLElement | null = null;
  readonly #id = `ce-combo-${made++}`;

  protected override render(): TemplateResult {
    const opener = iconButton({
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
        mono: this.mono,
        disabled: this.disabled,
        onInput: this.#onInput,
        onAccept: this.#onAccept,
        onKey: this.#onFieldKey,
        ending: html`${this.offers.length === 0 || this.disabled ? nothing : opener}${this.ending}`,
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

  readonly #onInput = (value: string): void => {
    this.onInput(value);
    if (this.suggests) {
      void this.updateComplete.then(() => {
        this.#suggest();
      });
    }
  };

  readonly #onAccept = (): void => {
    this.#list?.hidePopover();
    this.onAccept();
  };

  readonly #onFieldKey = (event: KeyboardEvent): boolean => {
    if (event.key === 'Escape' && this.#list?.matches(':popover-open') === true) {
      this.#list.hidePopover();
      return true;
    }
    return event.key === 'ArrowDown' && this.#open();
  };

  /** What still fits stands below the field, which keeps the focus. */
  #suggest(): void {
    const isUseful =
      this.value !== '' && this.offers.length > 0 && !this.offers.some(({ value }) => value === this.value);
    if (isUseful) {
      this.#show();
    } else {
      this.#list?.hidePopover();
    }
  }

  /** The list takes the focus; true when there is something to offer. */
  #open(): boolean {
    if (!this.#show()) {
      return false;
    }
    this.#list?.querySelector<HTMLElement>('.list')?.focus();
    void this.updateComplete.then(this.#showFocused);
    return true;
  }

  /** Below the field, as wide as it at least; true when there is something to offer. */
  #show(): boolean {
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
    return true;
  }

  readonly #showFocused = (): void => {
    this.querySelector('.offer.foc')?.scrollIntoView({ block: 'nearest' });
  };

  #take(value: string): void {
    this.onInput(value);
    this.onTake(value);
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
      void this.updateComplete.then(this.#showFocused);
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
