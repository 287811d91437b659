import { moved, moveOfKey, type Move } from '../model/moves';
import type { TypeAhead } from '../model/typeAhead';
import type { TreeView } from '../model/treeView';

/** What a key in the tree asks for, beyond changes of the view itself. */
export interface TreeKeyActions {
  /** Rows that are seen at once. */
  readonly page: number;
  readonly typeAhead: TypeAhead;
  /** The selection or what is shown has changed; the focused row is to be scrolled to. */
  changed(): void;
  focusHeader(): void;
  openPane(): void;
  focusFilter(): void;
  copy(what: 'key' | 'python'): void;
  rename(): void;
  remove(): void;
}

/** Carries out a key; false when it is none of the tree's. */
export function handleTreeKey(event: KeyboardEvent, view: TreeView, actions: TreeKeyActions): boolean {
  const move = event.altKey ? undefined : moveOfKey(event.key);
  if (move !== undefined) {
    moveFocus(view, move, event, actions);
    return true;
  }
  const command = event.ctrlKey || event.metaKey;
  if (command || event.altKey) {
    return handleChord(event, view, actions);
  }
  return handleBranchKey(event.key, view, actions) || handlePlainKey(event, view, actions);
}

function moveFocus(view: TreeView, move: Move, event: KeyboardEvent, actions: TreeKeyActions): void {
  const { visible, selection } = view;
  const position = visible.positionOf(selection.focused);
  if (move === 'up' && position <= 0) {
    actions.focusHeader();
    return;
  }
  const row = visible.at(moved(move, position, visible.length, actions.page));
  if (row < 0) {
    return;
  }
  if (event.shiftKey) {
    selection.extend(row, visible.rows, (other) => visible.positionOf(other), false);
  } else if (event.ctrlKey || event.metaKey) {
    selection.focus(row);
  } else {
    selection.select(row);
  }
  actions.changed();
}

function handleChord(event: KeyboardEvent, view: TreeView, actions: TreeKeyActions): boolean {
  const command = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  if (command && key === 'a') {
    view.selectMatching();
    actions.changed();
  } else if (command && key === 'c') {
    actions.copy('key');
  } else if (command && key === 'f') {
    actions.focusFilter();
  } else if (command && key === ' ') {
    toggleFocused(view, actions);
  } else if (event.altKey && event.shiftKey && event.code === 'KeyC') {
    actions.copy('python');
  } else {
    return false;
  }
  return true;
}

function toggleFocused(view: TreeView, actions: TreeKeyActions): void {
  if (view.selection.focused >= 0) {
    view.selection.toggle(view.selection.focused);
    actions.changed();
  }
}

/** Keys that open, close and walk branches. */
function handleBranchKey(key: string, view: TreeView, actions: TreeKeyActions): boolean {
  const { index, selection, visible } = view;
  const { focused } = selection;
  switch (key) {
    case 'ArrowRight':
      if (!view.isFlat && view.isBranch(focused)) {
        if (view.isExpanded(focused)) {
          selection.select(visible.at(visible.positionOf(focused) + 1));
        } else {
          view.setExpanded(focused, true);
        }
      }
      break;
    case 'ArrowLeft':
      if (!view.isFlat && view.isExpanded(focused) && view.isBranch(focused)) {
        view.setExpanded(focused, false);
      } else if (!view.isFlat && index.parent(focused) >= 0) {
        selection.select(index.parent(focused));
      }
      break;
    case '*':
      if (!view.isFlat && focused >= 0) {
        view.expandSiblings(focused);
      }
      break;
    default:
      return false;
  }
  actions.changed();
  return true;
}

function handlePlainKey(event: KeyboardEvent, view: TreeView, actions: TreeKeyActions): boolean {
  const { key } = event;
  switch (key) {
    case 'Enter':
      actions.openPane();
      return true;
    case 'Escape':
      view.selection.reduceToFocused();
      actions.changed();
      return true;
    case '/':
      actions.focusFilter();
      return true;
    case 'F2':
      actions.rename();
      return true;
    case 'Delete':
      actions.remove();
      return true;
    case 'F7':
      goToFlagged(view, event.shiftKey ? -1 : 1, actions);
      return true;
    case ' ':
      if (!actions.typeAhead.isTyping(event.timeStamp)) {
        toggleFocused(view, actions);
        return true;
      }
      return typeLetter(event, view, actions);
    default:
      return isLetter(key) && typeLetter(event, view, actions);
  }
}

/** Names of keys (`Tab`, `F2`) are longer than one character. */
function isLetter(key: string): boolean {
  return /^.$/su.test(key);
}

export function goToFlagged(view: TreeView, step: 1 | -1, actions: Pick<TreeKeyActions, 'changed'>): void {
  const row = view.nextFlagged(step);
  if (row >= 0) {
    view.reveal(row);
    view.selection.select(row);
    actions.changed();
  }
}

function typeLetter(event: KeyboardEvent, view: TreeView, actions: TreeKeyActions): boolean {
  const { visible, selection, index } = view;
  const label = (position: number): string => {
    const row = visible.at(position);
    return view.isFlat ? (index.filterKeys[row] ?? '') : index.label(row);
  };
  const from = visible.positionOf(selection.focused);
  const position = actions.typeAhead.find(event.key, event.timeStamp, from, visible.length, label);
  if (position >= 0) {
    selection.select(visible.at(position));
    actions.changed();
  }
  return true;
}
