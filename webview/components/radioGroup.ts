import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';

export interface RadioChoice<Value extends string> {
  readonly value: Value;
  readonly text: string;
  /** Said behind the text in secondary colour. */
  readonly secondary?: string;
  /** A sentence below it. */
  readonly description?: string;
  readonly disabled?: boolean;
}

/** One of a few: one tab stop, arrows inside. */
export function radioGroup<Value extends string>(
  label: string,
  choices: readonly RadioChoice<Value>[],
  chosen: Value | null,
  onChange: (value: Value) => void,
): TemplateResult {
  return html`<vscode-radio-group class="radios" aria-label=${label} .value=${chosen ?? ''}>
    ${repeat(
      choices,
      ({ value }) => value,
      ({ value, text, secondary, description, disabled }) =>
        html`<vscode-radio
          name=${label}
          value=${value}
          ?disabled=${disabled === true}
          @change=${(event: Event) => {
            const radio = event.currentTarget;
            if (radio instanceof HTMLElement && 'checked' in radio && radio.checked === true && value !== chosen) {
              onChange(value);
            }
          }}
          ><span>${text}</span>${secondary === undefined ? nothing : html` <span class="dim">${secondary}</span>`}${
            description === undefined || description === '' ? nothing : html`<span class="dim s">${description}</span>`
          }</vscode-radio
        >`,
    )}
  </vscode-radio-group>`;
}
