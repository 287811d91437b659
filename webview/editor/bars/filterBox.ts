import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { formatExact } from '../../../src/wording/format';
import { icon, iconButton } from '../../components/controls';
import { controlAria } from '../../components/controlAria';
import { doNothing } from '../../components/doNothing';
import { LightElement } from '../../components/lightElement';
import { isTextKey } from '../../components/textKeys';
import { t } from '../../strings';
import type { TextFieldElement } from '../../toolkit';
import { regexErrorText } from '../regexErrorText';
import type { TreeView } from '../model/treeView';
import type { EditorStore } from '../store';

/** The text filter: what is typed applies at once. */
@customElement('ce-filter')
export class FilterBox extends LightElement {
  @property({ attribute: false }) accessor store: EditorStore | null = null;
  /** null while the tree is not here: the box is there, and off. */
  @property({ attribute: false }) accessor view: TreeView | null = null;
  @property({ attribute: false }) accessor revision = 0;
  @property({ attribute: false }) accessor goToFirstMatch = doNothing;
  @property({ attribute: false }) accessor leave = doNothing;
  @query('vscode-text-field') accessor #field: TextFieldElement | null = null;

  /** Place in the history while ↑ walks it; −1 otherwise. */
  #historyAt = -1;

  override focus(): void {
    this.#field?.focus();
    this.#field?.control.select();
  }

  protected override render(): TemplateResult {
    const { view } = this;
    const error = view?.regexError ?? null;
    return html`<div class="box">
      <vscode-text-field
        class=${error === null ? '' : 'wrong'}
        .value=${live(view?.query.text ?? '')}
        placeholder=${t('Filter keys (name, *, or regular expression)')}
        ${controlAria({
          role: 'searchbox',
          'aria-label': t('Filter keys'),
          'aria-invalid': error === null ? null : 'true',
        })}
        spellcheck="false"
        ?disabled=${view === null}
        @input=${this.#onInput}
        @keydown=${this.#onKeyDown}
        @focusout=${this.#remember}
      >
        <span slot="start" class="dim">${icon('search')}</span>
        <span slot="end">${this.#ending(view, error !== null)}</span>
      </vscode-text-field>
      ${error === null ? nothing : html`<div class="problem" role="alert">${regexErrorText(error)}</div>`}
    </div>`;
  }

  #ending(view: TreeView | null, wrong: boolean): TemplateResult {
    const { text, regex, matchCase } = view?.query ?? { text: '', regex: false, matchCase: false };
    return html`${
      view === null || wrong || (text === '' && view.chosen.size === 0)
        ? nothing
        : html`<span class="badge" role="status"
            >${t('{0} of {1}', formatExact(view.result.leaves), formatExact(view.index.entryCount))}</span
          >`
    }${iconButton({
      icon: 'case-sensitive',
      label: t('Match Case'),
      pressed: matchCase,
      onClick: () => {
        this.#change({ matchCase: !matchCase });
      },
    })}${iconButton({
      icon: 'regex',
      label: t('Use Regular Expression'),
      pressed: regex,
      onClick: () => {
        this.#change({ regex: !regex });
      },
    })}${
      text === '' && (view?.chosen.size ?? 0) === 0
        ? nothing
        : iconButton({
            icon: 'close',
            label: t('Clear Filter'),
            onClick: () => {
              this.store?.clearFilter();
              this.focus();
            },
          })
    }`;
  }

  #change(change: Partial<TreeView['query']>): void {
    if (this.view !== null) {
      this.view.setQuery({ ...this.view.query, ...change });
      this.store?.changed();
    }
  }

  readonly #onInput = (): void => {
    this.#historyAt = -1;
    this.#change({ text: this.#field?.value ?? '' });
  };

  readonly #remember = (): void => {
    this.store?.remember(this.view?.query.text ?? '');
  };

  readonly #onKeyDown = (event: KeyboardEvent): void => {
    const inField = event.target === this.#field;
    if (isTextKey(event)) {
      event.stopPropagation();
      return;
    }
    if (inField && this.#carriesOut(event)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };

  #carriesOut(event: KeyboardEvent): boolean {
    const text = this.#field?.value ?? '';
    switch (event.key) {
      case 'Enter':
      case 'ArrowDown':
        this.#remember();
        if (event.key === 'ArrowDown' && this.#historyAt >= 0) {
          return this.#walkHistory(-1);
        }
        this.goToFirstMatch();
        return true;
      case 'ArrowUp':
        return (text === '' || this.#historyAt >= 0) && this.#walkHistory(1);
      case 'Escape':
        this.#remember();
        if (this.view?.isFiltered === true || text !== '') {
          this.store?.clearFilter();
        } else {
          this.leave();
        }
        return true;
      case 'f':
        if (event.ctrlKey || event.metaKey) {
          this.#field?.control.select();
          return true;
        }
        return false;
      default:
        return false;
    }
  }

  #walkHistory(step: 1 | -1): boolean {
    const history = this.store?.history ?? [];
    const at = Math.min(Math.max(this.#historyAt + step, -1), history.length - 1);
    this.#historyAt = at;
    this.#change({ text: history[at] ?? '' });
    return true;
  }
}
