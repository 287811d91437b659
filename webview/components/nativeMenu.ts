/**
 * Opens VS Code's own menu for a button: the page asks for one by a `contextmenu` event, and `data-vscode-context` of the
 * button says which.
 */
export function openNativeMenu(event: Event): void {
  const button = event.currentTarget;
  if (button instanceof HTMLElement) {
    const box = button.getBoundingClientRect();
    button.dispatchEvent(
      new MouseEvent('contextmenu', { bubbles: true, cancelable: true, clientX: box.left, clientY: box.bottom }),
    );
  }
}

/** For `when` clauses of `webview/context` menus. */
export function menuContext(section: string, more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ webviewSection: section, preventDefaultContextMenuItems: true, ...more });
}

/** A text field has the menu of text fields: cut, copy, paste. */
export const textMenu = JSON.stringify({ webviewSection: 'text', preventDefaultContextMenuItems: false });
