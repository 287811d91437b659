import type { Column, ColumnId } from '../model/columns';

export interface HeaderKeyActions {
  /** null: back to the rows. */
  focus(id: ColumnId | null): void;
  sort(id: ColumnId): void;
  resize(id: ColumnId, width: number): void;
}

/** Pixels that Alt with an arrow adds or takes. */
const resizeStep = 8;

/** Keys while a column header has the focus: arrows move, Enter sorts, Alt with an arrow resizes. */
export function handleHeaderKey(
  event: KeyboardEvent,
  focused: ColumnId,
  columns: readonly Column[],
  actions: HeaderKeyActions,
): boolean {
  const ids: readonly ColumnId[] = ['key', ...columns.map(({ id }) => id)];
  const at = ids.indexOf(focused);
  const step = event.key === 'ArrowRight' ? 1 : -1;
  switch (event.key) {
    case 'ArrowLeft':
    case 'ArrowRight': {
      const column = columns.find(({ id }) => id === focused);
      if (!event.altKey) {
        actions.focus(ids[at + step] ?? focused);
      } else if (column !== undefined) {
        actions.resize(column.id, column.width + step * resizeStep);
      }
      return true;
    }
    case 'ArrowDown':
    case 'Escape':
      actions.focus(null);
      return true;
    case 'Enter':
    case ' ':
      actions.sort(focused);
      return true;
    default:
      return false;
  }
}
