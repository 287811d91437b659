import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { ReviewSection, ReviewView } from '../../../src/protocol/edits';
import { formatExact } from '../../../src/wording/format';
import { icon, linkButton } from '../../components/controls';
import { doNothing } from '../../components/doNothing';
import { shownText } from '../../components/fileText';
import { LightElement } from '../../components/lightElement';
import { radioGroup } from '../../components/radioGroup';
import { t } from '../../strings';
import type { EditorStore } from '../store';
import { section } from './paneFrame';
import { actionBar } from './toolForm';

/** What a command would do, as the host has composed it. */
@customElement('ce-review')
export class ReviewPane extends LightElement {
  @property({ attribute: false }) accessor store: EditorStore | null = null;
  @property({ attribute: false }) accessor review: ReviewView | null = null;
  @property({ attribute: false }) accessor goToRow: (row: number) => void = doNothing;
  @property({ attribute: false }) accessor focusTree = doNothing;
  @state() accessor #chosen: string | null = null;
  @state() accessor #problem = '';
  #applying = false;

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('review')) {
      this.#chosen = this.review?.chosen ?? null;
      this.#problem = '';
    }
  }

  protected override render(): TemplateResult | typeof nothing {
    const { review } = this;
    if (review === null) {
      return nothing;
    }
    return html`<div class="scroll" tabindex="-1" data-first>
        <div class="in result">${review.sentence}</div>
        ${this.#choices(review)}${review.sections.map((each) => this.#section(each))}
        ${
          review.notes.length === 0 && this.#problem === ''
            ? nothing
            : section(
                t('Notes'),
                html`<div class="in result" role="status">
                  ${
                    this.#problem === ''
                      ? nothing
                      : html`<div class="refusal">${icon('error', 'err')}<span>${this.#problem}</span></div>`
                  }
                  ${review.notes.map((note) => html`<div class="dim">${note}</div>`)}
                </div>`,
              )
        }
      </div>
      ${actionBar({
        apply: review.apply,
        canApply: review.choices.length === 0 || this.#chosen !== null,
        onApply: this.#apply,
        onCancel: this.#close,
      })}`;
  }

  #choices({ choices, title }: ReviewView): TemplateResult | typeof nothing {
    return choices.length === 0
      ? nothing
      : html`<div class="in choices">
          ${radioGroup(
            title,
            choices.map(({ id, label, description }) => ({ value: id, text: label, description })),
            this.#chosen,
            (chosen) => {
              this.#chosen = chosen;
            },
          )}
        </div>`;
  }

  #section({ title, items, count }: ReviewSection): TemplateResult {
    const heading = count === 0 ? title : html`${title} <span class="dim count">${formatExact(count)}</span>`;
    return section(
      heading,
      html`<div class="list-in">
        ${items.map((item) => this.#item(item))}${
          count > items.length
            ? html`<div class="line in dim">${t('and {0} more', formatExact(count - items.length))}</div>`
            : nothing
        }
      </div>`,
    );
  }

  #item({ text, secondary, rows }: ReviewSection['items'][number]): TemplateResult {
    const [row] = rows;
    return html`<div class="line in">
      ${
        row === undefined
          ? html`<span class="ell file-text">${shownText(text)}</span>`
          : linkButton(
              shownText(text),
              () => {
                this.goToRow(row);
              },
              text,
            )
      }<span class="grow"></span><span class="dim s ell file-text">${shownText(secondary)}</span>
    </div>`;
  }

  readonly #apply = (): void => {
    const { store, review } = this;
    if (store === null || review === null || this.#applying) {
      return;
    }
    this.#applying = true;
    store.host.applyReview(review.id, this.#chosen).then(
      (problem) => {
        this.#applying = false;
        this.#problem = problem;
        if (problem === '') {
          this.#close();
        }
      },
      (error: unknown) => {
        this.#applying = false;
        store.failed(error);
      },
    );
  };

  readonly #close = (): void => {
    this.store?.showReview(null);
    this.focusTree();
  };
}
