import type { PropertyValues, TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { doNothing } from '../../components/doNothing';
import { LightElement } from '../../components/lightElement';
import { textField } from '../../components/textField';

/** A field for a text that the host holds: what is typed stays as it is until the field is left. */
@customElement('ce-draft-field')
export class DraftField extends LightElement {
  @property({ attribute: false }) accessor label = '';
  @property({ attribute: false }) accessor value = '';
  @property({ attribute: false }) accessor placeholder = '';
  @property({ attribute: false }) accessor isValid: (text: string) => boolean = (): boolean => true;
  @property({ attribute: false }) accessor onInput: (value: string) => void = doNothing;
  @state() accessor #draft: string | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener('focusout', this.#leave);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.removeEventListener('focusout', this.#leave);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    // Another plan is shown in its place.
    if (changed.has('label') && changed.get('label') !== undefined) {
      this.#draft = null;
    }
  }

  readonly #leave = (): void => {
    this.#draft = null;
  };

  protected override render(): TemplateResult {
    const text = this.#draft ?? this.value;
    return textField({
      label: this.label,
      value: text,
      placeholder: this.placeholder,
      wrong: !this.isValid(text),
      onInput: (typed) => {
        this.#draft = typed;
        if (this.isValid(typed)) {
          this.onInput(typed);
        }
      },
    });
  }
}
