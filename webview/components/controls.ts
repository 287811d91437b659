import { html, nothing, type TemplateResult } from 'lit';
import { controlAria } from './controlAria';

export function icon(name: string, classes = ''): TemplateResult {
  return html`<i class="codicon codicon-${name} ${classes}" aria-hidden="true"></i>`;
}

export interface IconButton {
  readonly icon: string;
  /** Said by screen readers and shown as tooltip. */
  readonly label: string;
  readonly onClick: (event: MouseEvent) => void;
  /** A toggle: on or off. */
  readonly pressed?: boolean;
  /** Its pane or popover is open. */
  readonly open?: boolean;
  /** false: reached by other keys than Tab and the arrows of a toolbar. */
  readonly tabStop?: boolean;
}

/** For an ARIA attribute; null where the control has no such state. */
export function stateText(state: boolean | undefined): string | null {
  return state === undefined ? null : String(state);
}

/** 22×22 with a 16px icon. */
export function iconButton(button: IconButton): TemplateResult {
  return html`<vscode-button
    appearance="icon"
    class="act ${button.pressed === true ? 'on' : ''} ${button.open === true ? 'open' : ''}"
    ?data-stop=${button.tabStop !== false}
    tabindex=${button.tabStop === false ? -1 : nothing}
    title=${button.label}
    aria-label=${button.label}
    ${controlAria({ 'aria-pressed': stateText(button.pressed), 'aria-expanded': stateText(button.open) })}
    @click=${button.onClick}
    >${icon(button.icon)}</vscode-button
  >`;
}

export interface TextButton {
  readonly text: string;
  readonly icon?: string;
  readonly onClick: (event: MouseEvent) => void;
  /** A toggle: on or off. */
  readonly pressed?: boolean;
  /** Its pane or popover is open. */
  readonly open?: boolean;
}

/** A toolbar button with a label. */
export function textButton({ text, icon: name, onClick, pressed, open }: TextButton): TemplateResult {
  return html`<vscode-button
    appearance="secondary"
    class="act txt ${pressed === true ? 'on' : ''} ${open === true ? 'open' : ''}"
    data-stop
    ${controlAria({ 'aria-label': text, 'aria-pressed': stateText(pressed), 'aria-expanded': stateText(open) })}
    @click=${onClick}
    >${name === undefined ? nothing : icon(name)}<span>${text}</span></vscode-button
  >`;
}

/** A button of a pane or page; one primary in each. */
export function button(
  text: string,
  kind: 'primary' | 'secondary',
  onClick: () => void,
  disabled = false,
  title = '',
): TemplateResult {
  return html`<vscode-button
    appearance=${kind}
    class="btn"
    data-stop
    title=${title === '' ? nothing : title}
    ?disabled=${disabled}
    @click=${onClick}
    >${text}</vscode-button
  >`;
}

/**
 * Text that goes somewhere or does something, in the colour of links.
 * @param label what screen readers say: the toolkit says `Icon Button` of one without.
 */
export function linkButton(
  text: string | TemplateResult,
  onClick: () => void,
  label = typeof text === 'string' ? text : '',
): TemplateResult {
  return html`<vscode-button appearance="secondary" class="lnk" data-stop aria-label=${label} @click=${onClick}
    ><span>${text}</span></vscode-button
  >`;
}
