import { html, nothing, type TemplateResult } from 'lit';

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
}

/** 22×22 with a 16px icon. */
export function iconButton(button: IconButton): TemplateResult {
  return html`<vscode-button
    appearance="icon"
    class="act ${button.pressed === true ? 'on' : ''} ${button.open === true ? 'open' : ''}"
    data-stop
    title=${button.label}
    aria-label=${button.label}
    aria-pressed=${button.pressed ?? nothing}
    aria-expanded=${button.open ?? nothing}
    @click=${button.onClick}
    >${icon(button.icon)}</vscode-button
  >`;
}

export interface TextButton {
  readonly text: string;
  readonly icon?: string;
  readonly onClick: (event: MouseEvent) => void;
  /** Text that drops out in a narrow editor, where the icon stays. */
  readonly droppable?: boolean;
}

/** A toolbar button with a label. */
export function textButton({ text, icon: name, onClick, droppable }: TextButton): TemplateResult {
  return html`<vscode-button
    appearance="icon"
    class="act txt ${droppable === true ? 'droppable' : ''}"
    data-stop
    aria-label=${text}
    @click=${onClick}
    >${name === undefined ? nothing : icon(name)}<span>${text}</span></vscode-button
  >`;
}

/** A button of a pane or page; one primary in each. */
export function button(text: string, kind: 'primary' | 'secondary', onClick: () => void): TemplateResult {
  return html`<vscode-button appearance=${kind} class="btn" data-stop @click=${onClick}>${text}</vscode-button>`;
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
  return html`<vscode-button appearance="icon" class="lnk" data-stop aria-label=${label} @click=${onClick}
    ><span>${text}</span></vscode-button
  >`;
}
