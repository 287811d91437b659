import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { controlAria } from './controlAria';
import { textMenu } from './nativeMenu';
import type { TextFieldOptions } from './textField';
import { isTextKey } from './textKeys';

interface TextAreaOptions extends Omit<TextFieldOptions, 'onKey' | 'onCommit' | 'mono'> {
  /** Lines that it is high at first, 3 as a rule. */
  readonly rows?: number;
}

/** A field for text of several lines. Escape empties it before it closes anything. */
export function textArea(options: TextAreaOptions): TemplateResult {
  return html`<div class="area">
    <vscode-text-area
      class="field ${options.wrong === true ? 'wrong' : ''}"
      rows=${options.rows ?? 3}
      resize="vertical"
      spellcheck="false"
      ?data-first=${options.first === true}
      data-vscode-context=${textMenu}
      placeholder=${options.placeholder ?? nothing}
      .value=${live(options.value)}
      ${controlAria({ 'aria-label': options.label, 'aria-invalid': options.wrong === true ? 'true' : null })}
      @input=${(event: Event) => {
        const field = event.currentTarget;
        options.onInput(field instanceof HTMLElement && 'value' in field ? String(field.value) : '');
      }}
      @keydown=${(event: KeyboardEvent) => {
        if (event.isComposing) {
          return;
        }
        if (event.key === 'Enter' && options.onAccept !== undefined) {
          options.onAccept();
          event.preventDefault();
          event.stopPropagation();
        } else if (event.key === 'Escape' && options.value !== (options.resetTo ?? '')) {
          options.onInput(options.resetTo ?? '');
          event.preventDefault();
          event.stopPropagation();
        } else if (isTextKey(event)) {
          event.stopPropagation();
        }
      }}
    ></vscode-text-area
    >${options.ending ?? nothing}
  </div>`;
}
