import { keyOf } from '../checkpoint/path';
import type { StateChanges } from '../edit/changes';
import type { Columns } from './columns';
import type { Rows } from './layOut';
import { RowChange, type TreeChanges } from './treeColumns';

/**
 * Key that a row had: of a group what all below it had in common. `null` when there is none, `undefined` when nothing that
 * is still there tells.
 */
type OldKey = string | null | undefined;

/** Marks what has another key, each time at the topmost row that all of the change is below. */
export function markRenamed(made: TreeChanges, changes: StateChanges, rows: Rows, columns: Columns): void {
  if (![...changes.entries.values()].some(({ oldPath }) => oldPath !== null)) {
    return;
  }
  const { parent, labels, count } = rows;
  const keys = keysOf(rows);
  const old = oldKeys(made.change, keys, changes, rows, columns);
  for (let row = 0; row < count; row++) {
    const key = old[row];
    const above = parent[row] ?? -1;
    const prefix = above === -1 ? '' : (old[above] ?? keys[above] ?? '');
    if (typeof key !== 'string' || key === joined(prefix, labels[row] ?? '')) {
      continue;
    }
    made.oldKey[row] = columns.strings.of(
      prefix !== '' && key.startsWith(`${prefix}.`) ? key.slice(prefix.length + 1) : key,
    );
    if (made.change[row] === RowChange.None) {
      made.change[row] = RowChange.Renamed;
    }
  }
}

function keysOf({ parent, labels, count }: Rows): readonly string[] {
  const keys: string[] = [];
  for (let row = 0; row < count; row++) {
    const above = parent[row] ?? -1;
    keys.push(above === -1 ? (labels[row] ?? '') : `${keys[above] ?? ''}.${labels[row] ?? ''}`);
  }
  return keys;
}

function joined(prefix: string, label: string): string {
  return prefix === '' ? label : `${prefix}.${label}`;
}

function oldKeys(
  change: Uint8Array,
  keys: readonly string[],
  changes: StateChanges,
  { parent, labels, count }: Rows,
  columns: Columns,
): readonly OldKey[] {
  const old = new Array<OldKey>(count).fill(undefined);
  // From the last row to the first: a group is reached after what is below it.
  for (let row = count - 1; row >= 0; row--) {
    if (change[row] === RowChange.Removed) {
      continue;
    }
    const number = columns.entry[row] ?? -1;
    if (number !== -1) {
      const known = changes.entries.get(number);
      const path = known?.oldPath ?? null;
      old[row] = known?.kind === 'added' ? null : path === null ? keys[row] : keyOf(path);
    }
    const above = parent[row] ?? -1;
    const own = old[row];
    if (above === -1 || own === undefined) {
      continue;
    }
    const common = own === keys[row] ? keys[above] : own === null ? null : withoutTail(own, labels[row] ?? '');
    old[above] = old[above] === undefined || old[above] === common ? common : null;
  }
  return old;
}

/** The key without its last labels; null when it does not end so. */
function withoutTail(key: string, tail: string): string | null {
  if (key === tail) {
    return '';
  }
  const rest = key.endsWith(`.${tail}`) ? key.slice(0, -tail.length - 1) : '.';
  // A dot of its own before the name is an attribute's.
  return rest.endsWith('.') ? null : rest;
}
