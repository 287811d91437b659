import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { KeyChangeView } from '../../../src/protocol/edits';
import { formatExact } from '../../../src/wording/format';
import { icon } from '../../components/controls';
import { keyText, shownText } from '../../components/fileText';
import { LightElement } from '../../components/lightElement';
import { styleValues } from '../../components/styleValues';
import { t } from '../../strings';

/** Two lines: the key as it is, and as it will be. */
const lineHeight = 40;

/** Keys before and after; of a long list only what is seen is in the page. Collisions come first. */
@customElement('ce-key-changes')
export class KeyChanges extends LightElement {
  @property({ attribute: false }) accessor changes: readonly KeyChangeView[] = [];
  /** Changes in all: a list longer than that of `changes` is only counted. */
  @property({ attribute: false }) accessor count = 0;
  @state() accessor #top = 0;
  @state() accessor #height = 400;
  #sorted: readonly KeyChangeView[] = [];
  readonly #resized = new ResizeObserver(() => {
    this.#height = this.clientHeight;
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.setAttribute('role', 'list');
    this.setAttribute('aria-label', t('Keys that change'));
    this.tabIndex = 0;
    this.#resized.observe(this);
    this.addEventListener('scroll', this.#onScroll);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
    this.removeEventListener('scroll', this.#onScroll);
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('changes')) {
      const { changes } = this;
      this.#sorted = [...changes.filter(({ collides }) => collides), ...changes.filter(({ collides }) => !collides)];
    }
  }

  protected override render(): TemplateResult {
    const { count } = this;
    const first = Math.max(0, Math.floor(this.#top / lineHeight));
    const last = Math.min(this.#sorted.length, Math.ceil((this.#top + this.#height) / lineHeight));
    const more = count - this.#sorted.length;
    const height = this.#sorted.length * lineHeight + (more > 0 ? lineHeight : 0);
    return html`<div class="all" role="presentation" ${styleValues({ height: `${height}px` })}>
      ${this.#sorted.slice(first, last).map((change, at) => this.#change(change, first + at))}
      ${
        more > 0
          ? html`<div
              class="change dim"
              role="listitem"
              ${styleValues({ transform: `translateY(${this.#sorted.length * lineHeight}px)` })}
            >
              ${t('and {0} more', formatExact(more))}
            </div>`
          : nothing
      }
    </div>`;
  }

  #change({ from, to, collides }: KeyChangeView, at: number): TemplateResult {
    return html`<div
      class="change ${collides ? 'collides' : ''}"
      role="listitem"
      aria-setsize=${this.count}
      aria-posinset=${at + 1}
      ${styleValues({ transform: `translateY(${at * lineHeight}px)` })}
    >
      <div class="from dim" title=${shownText(from)}>${keyText(from)}</div>
      <div class="to" title=${shownText(to)}>
        <span class="dim" aria-hidden="true">→</span>${keyText(to)}${
          collides ? html`<span class="err taken">${icon('error')}${t('taken')}</span>` : nothing
        }
      </div>
    </div>`;
  }

  readonly #onScroll = (): void => {
    this.#top = this.scrollTop;
  };
}
