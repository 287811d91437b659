import { html, type TemplateResult } from 'lit';
import { doNothing } from './doNothing';

/**
 * A popover of the browser: in the top layer, closed by Escape or a click elsewhere.
 * @param onToggle told when it opens and closes
 */
export function popover(
  id: string,
  label: string,
  content: TemplateResult,
  onToggle: (open: boolean) => void = doNothing,
): TemplateResult {
  return html`<div
    id=${id}
    class="pop"
    popover
    role="dialog"
    aria-label=${label}
    @toggle=${(event: ToggleEvent) => {
      onToggle(event.newState === 'open');
    }}
  >
    ${content}
  </div>`;
}

/**
 * Opens it below a point, inside the page. While a mouse button is still down it waits: the release would close it again.
 */
export function openPopover(id: string, x: number, y: number, buttonDown = false): void {
  if (buttonDown) {
    const open = (): void => {
      setTimeout(() => {
        openPopover(id, x, y);
      });
    };
    window.addEventListener('pointerup', open, { once: true });
    return;
  }
  const popup = document.getElementById(id);
  if (popup === null) {
    return;
  }
  popup.showPopover();
  const box = popup.getBoundingClientRect();
  popup.style.left = `${Math.max(4, Math.min(x, window.innerWidth - box.width - 4))}px`;
  popup.style.top = `${Math.max(4, Math.min(y, window.innerHeight - box.height - 4))}px`;
  popup.querySelector<HTMLElement>('[data-first], vscode-checkbox')?.focus();
}

export function openPopoverAt(id: string, button: EventTarget | null): void {
  if (button instanceof HTMLElement) {
    const box = button.getBoundingClientRect();
    openPopover(id, box.left, box.bottom + 2);
  }
}
