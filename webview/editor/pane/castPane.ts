import { html, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { castTargets } from '../../../src/core/tensor/castTargets';
import type { EditIntent } from '../../../src/protocol/edits';
import { formatExact } from '../../../src/wording/format';
import { isChecked } from '../../components/checkbox';
import { controlAria } from '../../components/controlAria';
import { t } from '../../strings';
import { ToolForm } from './toolForm';

/** Cast Dtype: what the floating tensors are to be, and what that does to their sizes. */
@customElement('ce-cast')
export class CastForm extends ToolForm {
  @state() accessor #dtype = '';
  @state() accessor #integers = false;

  protected override inputs(): readonly unknown[] {
    return [this.#dtype, this.#integers];
  }

  protected override intent(): EditIntent | null {
    return this.#dtype === ''
      ? null
      : { kind: 'cast', dtype: this.#dtype, integers: this.#integers, rows: this.rows() };
  }

  protected override form(): TemplateResult {
    return html`${this.scopeChoice(t('All floating-point tensors'), this.view?.selectionSummary.tensors ?? 0)}
      <div class="in fields">
        <div class="field-row">
          <span class="dim">${t('Cast to')}</span>
          <vscode-dropdown
            class="field grow"
            data-first
            ${controlAria({ 'aria-label': t('Cast to') })}
            aria-label=${t('Cast to')}
            @change=${this.#onDtype}
          >
            <vscode-option value="" .selected=${this.#dtype === ''}>${t('Choose a dtype')}</vscode-option>
            ${castTargets.map(
              (dtype) =>
                html`<vscode-option value=${dtype} .selected=${dtype === this.#dtype}>${dtype}</vscode-option>`,
            )}
          </vscode-dropdown>
        </div>
        <vscode-checkbox
          .checked=${this.#integers}
          @change=${(event: Event) => {
            this.#integers = isChecked(event);
          }}
          >${t('Integers and bools too')}</vscode-checkbox
        >
      </div>
      ${this.resultSection(this.#nothingYet())}${this.pythonSection()}`;
  }

  #nothingYet(): string {
    const { tensorCount } = this.view?.index ?? { tensorCount: 0 };
    return tensorCount === 1
      ? t('Nothing is cast yet. The file has 1 tensor.')
      : t('Nothing is cast yet. The file has {0} tensors.', formatExact(tensorCount));
  }

  readonly #onDtype = (event: Event): void => {
    const dropdown = event.currentTarget;
    if (dropdown instanceof HTMLElement && 'value' in dropdown) {
      this.#dtype = String(dropdown.value);
    }
  };
}
