import type { TreeView } from '../model/treeView';

/** What a click asks for beyond the selection. */
export interface TreeMouseActions {
  /** What is shown has changed. */
  changed(): void;
  selectionChanged(): void;
  openPane(): void;
  /** Scrolls to a branch whose sticky copy was clicked. */
  revealFocused(): void;
}

function isInside(event: Event, selector: string): boolean {
  return event.target instanceof Element && event.target.closest(selector) !== null;
}

/** The row under the pointer, −1 for none; sticky copies stand for their rows. */
export function rowOfEvent(event: Event, view: TreeView): number {
  const target = event.target instanceof Element ? event.target : null;
  const row = target?.closest<HTMLElement>('[data-position], [data-sticky]');
  const { position, sticky } = row?.dataset ?? {};
  return position === undefined ? Number(sticky ?? -1) : view.visible.at(Number(position));
}

/** A press of the main button: the twistie opens and closes, the rest of the row selects. */
export function pressRow(event: MouseEvent, view: TreeView, row: number, actions: TreeMouseActions): void {
  if (isInside(event, '.tw') && view.isBranch(row) && !view.isFlat) {
    view.setExpanded(row, !view.isExpanded(row));
    actions.changed();
    return;
  }
  const { selection, visible } = view;
  const command = event.ctrlKey || event.metaKey;
  if (event.shiftKey) {
    selection.extend(row, visible.rows, (other) => visible.positionOf(other), command);
  } else if (command) {
    selection.toggle(row);
  } else {
    selection.select(row);
    if (isInside(event, '.sticky')) {
      actions.revealFocused();
    }
  }
  actions.selectionChanged();
}

/** A double click opens and closes a branch, and goes to the pane for an entry. */
export function doubleClickRow(event: MouseEvent, view: TreeView, row: number, actions: TreeMouseActions): void {
  if (isInside(event, '.tw')) {
    return;
  }
  if (view.isBranch(row) && !view.isFlat) {
    view.setExpanded(row, !view.isExpanded(row));
    actions.changed();
  } else {
    actions.openPane();
  }
}

/**
 * Where a menu is to open: the browser puts one that the keyboard asks for at the element with the focus, which is the
 * whole tree, so it is asked for again at the row itself.
 */
export function askForMenuAt(row: Element): void {
  const box = row.getBoundingClientRect();
  const at = { clientX: box.left + 40, clientY: box.bottom };
  row.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true, button: 2, ...at }));
}

/** It comes from the label that is being typed (F2). */
export function isTyping(event: Event): boolean {
  return event.target instanceof Element && event.target.closest('ce-rename') !== null;
}
