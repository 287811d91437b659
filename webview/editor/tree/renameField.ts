import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { controlAria } from '../../components/controlAria';
import { doNothing } from '../../components/doNothing';
import { LightElement } from '../../components/lightElement';
import { textMenu } from '../../components/nativeMenu';
import { t } from '../../strings';
import type { TextFieldElement } from '../../toolkit';
import type { TreeIndex } from '../model/treeIndex';
import type { EditorStore } from '../store';

/** The label of a row while it is being typed, over the label itself. */
export function renameField(store: EditorStore, index: TreeIndex, row: number, focusTree: () => void): TemplateResult {
  const { editing } = store;
  return html`<ce-rename
    .label=${index.label(row)}
    .problem=${editing.renaming?.problem ?? ''}
    .accept=${(label: string) => {
      if (label === index.label(row)) {
        editing.stopRenaming();
        focusTree();
      } else {
        editing.rename(label, focusTree);
      }
    }}
    .cancel=${() => {
      editing.stopRenaming();
    }}
    .leave=${focusTree}
  ></ce-rename>`;
}

/** Enter accepts, Escape and leaving the field cancel. */
@customElement('ce-rename')
export class RenameField extends LightElement {
  @property({ attribute: false }) accessor label = '';
  @property({ attribute: false }) accessor problem = '';
  @property({ attribute: false }) accessor accept: (label: string) => void = doNothing;
  @property({ attribute: false }) accessor cancel = doNothing;
  /** Gives the focus back to the tree. */
  @property({ attribute: false }) accessor leave = doNothing;
  @query('vscode-text-field') accessor #field: TextFieldElement | null = null;

  protected override render(): TemplateResult {
    return html`<vscode-text-field
        class="field ${this.problem === '' ? '' : 'wrong'}"
        .value=${this.label}
        spellcheck="false"
        data-vscode-context=${textMenu}
        ${controlAria({ 'aria-label': t('New name'), 'aria-invalid': this.problem === '' ? null : 'true' })}
        @keydown=${this.#onKeyDown}
        @focusout=${this.#onFocusOut}
      ></vscode-text-field>
      ${this.problem === '' ? nothing : html`<div class="problem" role="alert">${this.problem}</div>`}`;
  }

  /** At once: the next key is meant for the field. */
  protected override firstUpdated(): void {
    this.#field?.focus();
    this.#field?.control.select();
  }

  /** Where there is no room below, what is wrong stands above. */
  protected override updated(): void {
    const problem = this.querySelector('.problem');
    const clip = this.closest('.clip');
    if (problem !== null && clip !== null) {
      const fits = problem.getBoundingClientRect().bottom <= clip.getBoundingClientRect().bottom;
      problem.classList.toggle('up', !fits);
    }
  }

  readonly #onKeyDown = (event: KeyboardEvent): void => {
    // None of its keys is one of the tree or of VS Code.
    event.stopPropagation();
    if (event.isComposing) {
      return;
    }
    if (event.key === 'Enter') {
      event.preventDefault();
      this.accept(this.#field?.value ?? '');
    } else if (event.key === 'Escape') {
      event.preventDefault();
      this.cancel();
      this.leave();
    }
  };

  /** Another window in front is no reason to cancel. */
  readonly #onFocusOut = (): void => {
    if (document.hasFocus()) {
      this.cancel();
    }
  };
}
