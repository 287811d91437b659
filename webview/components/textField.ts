import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { controlAria } from './controlAria';
import { textMenu } from './nativeMenu';
import { isTextKey } from './textKeys';

export interface TextFieldOptions {
  readonly label: string;
  readonly value: string;
  readonly placeholder?: string;
  /** What is typed is no valid text. */
  readonly wrong?: boolean;
  /** What Escape brings back; '' where that empties the field. */
  readonly resetTo?: string;
  /** Gets the focus when its pane opens. */
  readonly first?: boolean;
  readonly onInput: (value: string) => void;
  /** Enter. */
  readonly onAccept?: () => void;
  /** The text has changed, and the field is left or Enter is pressed. */
  readonly onCommit?: () => void;
  readonly disabled?: boolean;
  readonly mono?: boolean;
  /** Keys that mean more than text; true when one was carried out. */
  readonly onKey?: (event: KeyboardEvent) => boolean;
  /** Stands at the end of the field. */
  readonly ending?: TemplateResult;
}

function valueOf(event: Event): string {
  const field = event.currentTarget;
  return field instanceof HTMLElement && 'value' in field ? String(field.value) : '';
}

/** A field of a form. Escape empties it before it closes anything. */
export function textField(options: TextFieldOptions): TemplateResult {
  return html`<vscode-text-field
    class="field ${options.wrong === true ? 'wrong' : ''} ${options.mono === true ? 'mono' : ''}"
    ?disabled=${options.disabled === true}
    spellcheck="false"
    ?data-first=${options.first === true}
    data-vscode-context=${textMenu}
    placeholder=${options.placeholder ?? nothing}
    .value=${live(options.value)}
    ${controlAria({ 'aria-label': options.label, 'aria-invalid': options.wrong === true ? 'true' : null })}
    @input=${(event: Event) => {
      options.onInput(valueOf(event));
    }}
    @change=${options.onCommit}
    @keydown=${(event: KeyboardEvent) => {
      onKeyDown(event, options);
    }}
    >${options.ending === undefined ? nothing : html`<span slot="end">${options.ending}</span>`}</vscode-text-field
  >`;
}

function onKeyDown(event: KeyboardEvent, { value, resetTo = '', onInput, onAccept, onKey }: TextFieldOptions): void {
  if (event.target !== event.currentTarget || event.isComposing) {
    return;
  }
  if (isTextKey(event)) {
    event.stopPropagation();
    return;
  }
  if (onKey?.(event) !== true) {
    if (event.key === 'Enter' && onAccept !== undefined) {
      onAccept();
    } else if (event.key === 'Escape' && value !== resetTo) {
      onInput(resetTo);
    } else {
      return;
    }
  }
  event.preventDefault();
  event.stopPropagation();
}
