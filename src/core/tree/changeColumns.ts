import type { Entry } from '../checkpoint/checkpoint';
import { namedShape } from '../checkpoint/namedShape';
import type { StateChanges } from '../edit/changes';
import type { Columns } from './columns';
import type { Rows } from './layOut';
import { markRenamed } from './renamedRows';
import { RowChange, type TreeChanges } from './treeColumns';

/** @param entryCount numbers of entries from there on mean what is gone. */
export function changeColumns(changes: StateChanges, rows: Rows, columns: Columns, entryCount: number): TreeChanges {
  const { count } = rows;
  const made: TreeChanges = {
    change: new Uint8Array(count),
    oldKey: new Uint32Array(count),
    oldShape: new Uint32Array(count),
    oldDtype: new Uint32Array(count),
    oldDevice: new Uint32Array(count),
    removed: changes.removed.length,
  };
  for (let row = 0; row < count; row++) {
    const number = columns.entry[row] ?? -1;
    const change = changes.entries.get(number);
    if (number >= entryCount) {
      made.change[row] = RowChange.Removed;
    } else if (change?.kind === 'added') {
      made.change[row] = RowChange.Added;
    } else if (change?.kind === 'modified') {
      made.change[row] = RowChange.Modified;
      fillOldCells(made, row, change.before, columns);
    }
  }
  markGroups(made.change, rows);
  markRetyped(made, changes, columns);
  markRenamed(made, changes, rows, columns);
  return made;
}

function fillOldCells(made: TreeChanges, row: number, before: Entry | null, columns: Columns): void {
  if (before === null) {
    return;
  }
  const old = cellsOf(before);
  const differing = (text: string, now: number | undefined): number => {
    const index = columns.strings.of(text);
    return index === now ? 0 : index;
  };
  made.oldShape[row] = differing(old.shape, columns.shape[row]);
  made.oldDtype[row] = differing(old.dtype, columns.dtype[row]);
  made.oldDevice[row] = differing(old.device, columns.device[row]);
}

function cellsOf(entry: Entry): { readonly shape: string; readonly dtype: string; readonly device: string } {
  return entry.kind === 'value'
    ? { shape: entry.repr, dtype: entry.type, device: '' }
    : { shape: `[${namedShape(entry).join(', ')}]`, dtype: entry.dtype, device: entry.device ?? '' };
}

/** A group is what all that is in it is. */
function markGroups(change: Uint8Array, { parent, count }: Rows): void {
  const met = new Uint8Array(count);
  // From the last row to the first: a group is reached after what is below it.
  for (let row = count - 1; row >= 0; row--) {
    const above = parent[row] ?? -1;
    if (above === -1) {
      continue;
    }
    const own = change[row] ?? RowChange.None;
    change[above] = met[above] === 0 || change[above] === own ? own : RowChange.None;
    met[above] = 1;
  }
}

/** An object that became another one, with the same in it. */
function markRetyped({ change, oldDtype }: TreeChanges, { oldTypes }: StateChanges, columns: Columns): void {
  if (oldTypes.size === 0) {
    return;
  }
  for (let row = 0; row < change.length; row++) {
    const type = oldTypes.get(columns.branch[row] ?? -1);
    if (type !== undefined) {
      oldDtype[row] = columns.tensors[row] === 0 ? columns.strings.of(type.slice(type.lastIndexOf('.') + 1)) : 0;
      change[row] = change[row] === RowChange.None ? RowChange.Modified : (change[row] ?? RowChange.None);
    }
  }
}
