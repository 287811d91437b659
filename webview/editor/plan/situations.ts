import { html, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { answersOf, situationOf, type DataAmount, type Situation } from '../../../src/core/plan/plan';
import { situationDetail, situationText } from '../../../src/wording/plan';
import { doNothing } from '../../components/doNothing';
import { LightElement } from '../../components/lightElement';
import { t } from '../../strings';

/** The two questions: how much data there is, and how similar it is. One tab stop, arrows inside. */
@customElement('ce-situations')
export class SituationsElement extends LightElement {
  @property({ attribute: false }) accessor situation: Situation = 'S1';
  /** The network was trained on ImageNet. */
  @property({ attribute: false }) accessor isImageNet = false;
  @property({ attribute: false }) accessor onChoose: (situation: Situation) => void = doNothing;

  protected override render(): TemplateResult {
    return html`<div
      class="choose"
      role="radiogroup"
      aria-label=${t('How much data there is, and how similar it is')}
      @keydown=${this.#onKeyDown}
    >
      <div></div>
      <div class="dim">${this.#similarText(true)}</div>
      <div class="dim">${this.#similarText(false)}</div>
      ${this.#row('little')}${this.#row('much')}
    </div>`;
  }

  #similarText(isSimilar: boolean): string {
    if (!isSimilar) {
      return t('Different data');
    }
    return this.isImageNet ? t('Data like ImageNet') : t('Similar data');
  }

  #row(data: DataAmount): TemplateResult {
    return html`<div class="dim side">${amountText(data)}</div>
      ${this.#option(data, true)}${this.#option(data, false)}`;
  }

  #option(data: DataAmount, isSimilar: boolean): TemplateResult {
    const situation = situationOf(data, isSimilar);
    const isOn = situation === this.situation;
    const [text, detail] = [situationText(situation, t), situationDetail(situation, t)];
    return html`<div
      class="opt ${isOn ? 'on' : ''}"
      role="radio"
      data-situation=${situation}
      ?data-first=${isOn}
      tabindex=${isOn ? 0 : -1}
      aria-checked=${String(isOn)}
      aria-label=${`${amountText(data)}, ${this.#similarText(isSimilar)}: ${text}. ${detail}.`}
      @click=${() => {
        this.#choose(situation);
      }}
    >
      <span class="radio ${isOn ? 'on' : ''}"></span><span><b>${text}</b><span class="dim">${detail}</span></span>
    </div>`;
  }

  #choose(situation: Situation): void {
    this.querySelector<HTMLElement>(`[data-situation=${situation}]`)?.focus();
    if (situation !== this.situation) {
      this.onChoose(situation);
    }
  }

  readonly #onKeyDown = (event: KeyboardEvent): void => {
    const target = event.target instanceof HTMLElement ? event.target.dataset['situation'] : undefined;
    const at = situations.find((each) => each === target) ?? this.situation;
    const next = event.altKey || event.ctrlKey || event.metaKey ? null : nextSituation(event.key, at);
    if (next !== null) {
      this.#choose(next);
      event.preventDefault();
      event.stopPropagation();
    }
  };
}

const situations: readonly Situation[] = ['S1', 'S2', 'S3', 'S4'];

function amountText(data: DataAmount): string {
  return data === 'little' ? t('Little data') : t('Much data');
}

function nextSituation(key: string, from: Situation): Situation | null {
  const { data, isSimilar } = answersOf(from);
  switch (key) {
    case 'ArrowLeft':
      return situationOf(data, true);
    case 'ArrowRight':
      return situationOf(data, false);
    case 'ArrowUp':
      return situationOf('little', isSimilar);
    case 'ArrowDown':
      return situationOf('much', isSimilar);
    case ' ':
      return from;
    default:
      return null;
  }
}
