import {
  RowChange,
  RowKind,
  type SharedViews,
  type TreeChanges,
  type TreeColumns,
} from '../../src/core/tree/treeColumns';

/** An entry of a made tree. Without `shape` it is a value. */
export interface MadeEntry {
  /** Labels from the top down. */
  readonly path: readonly string[];
  readonly shape?: readonly number[];
  readonly value?: string;
  readonly dtype?: string;
  readonly device?: string;
  readonly flags?: number;
  readonly bytes?: number;
  readonly description?: string;
  /** What it shows of a storage that others use too. */
  readonly view?: { readonly storage: number; readonly start: number; readonly end: number };
}

/** What has become of a row, named by the labels of its path joined with `.`. */
export interface MadeChange {
  readonly change: RowChange;
  readonly oldKey?: string;
  readonly oldShape?: string;
  readonly oldDtype?: string;
  readonly oldDevice?: string;
}

export interface MadeOptions {
  readonly changes?: Readonly<Record<string, MadeChange>>;
  /** Of groups, by key. */
  readonly descriptions?: Readonly<Record<string, string>>;
}

interface MadeRow {
  readonly label: string;
  readonly parent: number;
  readonly entry: number;
}

/** Columns as `buildTree` makes them, one row for each label, without a checkpoint: for tests of the interface. */
export function makeColumns(entries: readonly MadeEntry[], options: MadeOptions = {}): TreeColumns {
  const rows = layOut(entries);
  const strings = [''];
  const known = new Map([['', 0]]);
  const textOf = (text: string): number => {
    const at = known.get(text) ?? strings.push(text) - 1;
    known.set(text, at);
    return at;
  };
  const count = rows.length;
  const columns = {
    count,
    labels: new TextEncoder().encode(rows.map(({ label }) => label).join('')),
    labelLength: Uint32Array.from(rows, ({ label }) => label.length),
    parent: Int32Array.from(rows, ({ parent }) => parent),
    end: Uint32Array.from(rows, (_, row) => row + 1),
    kind: new Uint8Array(count),
    flags: new Uint16Array(count),
    entry: Int32Array.from(rows, ({ entry }) => entry),
    branch: new Int32Array(count).fill(-1),
    tensors: new Uint32Array(count),
    elements: new Float64Array(count),
    bytes: new Float64Array(count),
    shape: new Uint32Array(count),
    dtype: new Uint32Array(count),
    device: new Uint32Array(count),
    description: new Uint32Array(count),
    strings,
  };
  const keys = rowKeys(rows);
  for (let row = count - 1; row >= 0; row--) {
    const entry = entries[rows[row]?.entry ?? -1];
    columns.kind[row] =
      entry === undefined ? RowKind.Group : entry.shape === undefined ? RowKind.Value : RowKind.Tensor;
    if (entry !== undefined) {
      const elements = entry.shape?.reduce((product, size) => product * size, 1) ?? 0;
      columns.flags[row] = entry.flags ?? 0;
      columns.tensors[row] = entry.shape === undefined ? 0 : 1;
      columns.elements[row] = elements;
      columns.bytes[row] = entry.bytes ?? elements * 4;
      columns.shape[row] = textOf(entry.shape === undefined ? (entry.value ?? '') : `[${entry.shape.join(', ')}]`);
      columns.dtype[row] = textOf(entry.dtype ?? (entry.shape === undefined ? 'int' : 'float32'));
      columns.device[row] = textOf(entry.device ?? (entry.shape === undefined ? '' : 'cpu'));
      columns.description[row] = textOf(entry.description ?? '');
    }
    const parent = rows[row]?.parent ?? -1;
    if (parent >= 0) {
      columns.end[parent] = Math.max(columns.end[parent] ?? 0, columns.end[row] ?? 0);
      columns.tensors[parent] = (columns.tensors[parent] ?? 0) + (columns.tensors[row] ?? 0);
      columns.elements[parent] = (columns.elements[parent] ?? 0) + (columns.elements[row] ?? 0);
      columns.bytes[parent] = (columns.bytes[parent] ?? 0) + (columns.bytes[row] ?? 0);
    }
  }
  keys.forEach((key, row) => {
    columns.description[row] = textOf(options.descriptions?.[key] ?? strings[columns.description[row] ?? 0] ?? '');
  });
  const shared = madeViews(entries, rows);
  if (options.changes === undefined) {
    return { ...columns, shared, changes: null };
  }
  const changes = madeChanges(keys, rows, options.changes, textOf);
  takeOffRemoved(columns, changes);
  return { ...columns, shared, changes };
}

/** Those that show the same bytes are aliases. */
function madeViews(entries: readonly MadeEntry[], rows: readonly MadeRow[]): SharedViews {
  const views = rows.flatMap(({ entry }, row) => {
    const view = entries[entry]?.view;
    return view === undefined ? [] : [{ row, ...view }];
  });
  const first = (view: (typeof views)[number]): number =>
    views.find(({ storage, start, end }) => storage === view.storage && start === view.start && end === view.end)
      ?.row ?? 0;
  return {
    row: Uint32Array.from(views, ({ row }) => row),
    alias: Uint32Array.from(views, first),
    storage: Uint32Array.from(views, ({ storage }) => storage),
    start: Float64Array.from(views, ({ start }) => start),
    end: Float64Array.from(views, ({ end }) => end),
  };
}

function rowKeys(rows: readonly MadeRow[]): string[] {
  const keys: string[] = [];
  for (const { label, parent } of rows) {
    keys.push(parent < 0 ? label : `${keys[parent] ?? ''}.${label}`);
  }
  return keys;
}

/** What is below a removed row is removed with it. */
function madeChanges(
  keys: readonly string[],
  rows: readonly MadeRow[],
  made: Readonly<Record<string, MadeChange>>,
  textOf: (text: string) => number,
): TreeChanges {
  const change = new Uint8Array(keys.length);
  const column = (name: 'oldKey' | 'oldShape' | 'oldDtype' | 'oldDevice'): Uint32Array =>
    Uint32Array.from(keys, (key) => textOf(made[key]?.[name] ?? ''));
  const removedRows = new Set<number>();
  let removed = 0;
  rows.forEach(({ parent, entry }, row) => {
    const kind = made[keys[row] ?? '']?.change ?? (removedRows.has(parent) ? RowChange.Removed : RowChange.None);
    change[row] = kind;
    if (kind === RowChange.Removed) {
      removedRows.add(row);
      removed += entry >= 0 ? 1 : 0;
    }
  });
  return {
    change,
    oldKey: column('oldKey'),
    oldShape: column('oldShape'),
    oldDtype: column('oldDtype'),
    oldDevice: column('oldDevice'),
    removed,
  };
}

/** Sums of groups that stay do not count what is removed below them. */
function takeOffRemoved(
  columns: Pick<TreeColumns, 'count' | 'parent' | 'tensors' | 'elements' | 'bytes'>,
  { change }: TreeChanges,
): void {
  for (let row = 0; row < columns.count; row++) {
    const parent = columns.parent[row] ?? -1;
    if (change[row] !== RowChange.Removed || change[parent] === RowChange.Removed) {
      continue;
    }
    for (let above = parent; above >= 0; above = columns.parent[above] ?? -1) {
      for (const sums of [columns.tensors, columns.elements, columns.bytes]) {
        sums[above] = (sums[above] ?? 0) - (sums[row] ?? 0);
      }
    }
  }
}

/** Entries whose paths share a start must stand together, as in a file. */
function layOut(entries: readonly MadeEntry[]): MadeRow[] {
  const rows: MadeRow[] = [];
  let open: number[] = [];
  let path: readonly string[] = [];
  entries.forEach((entry, at) => {
    let shared = 0;
    while (shared < entry.path.length - 1 && shared < path.length - 1 && path[shared] === entry.path[shared]) {
      shared++;
    }
    open = open.slice(0, shared);
    for (let depth = shared; depth < entry.path.length; depth++) {
      const leaf = depth === entry.path.length - 1;
      rows.push({ label: entry.path[depth] ?? '', parent: open.at(-1) ?? -1, entry: leaf ? at : -1 });
      open.push(rows.length - 1);
    }
    path = entry.path;
  });
  return rows;
}

/** `layers.{n}.{part}.weight` and `.bias`: `count` tensors, as a large model has them. */
export function largeTree(count: number): TreeColumns {
  const parts = ['attention.query', 'attention.key', 'attention.value', 'mlp.up', 'mlp.down'];
  const entries: MadeEntry[] = [];
  for (let layer = 0; entries.length < count; layer++) {
    for (const part of parts) {
      const path = ['model', 'layers', String(layer), ...part.split('.')];
      entries.push({ path: [...path, 'weight'], shape: [64, 64], dtype: 'bfloat16', device: 'cuda:0', bytes: 8192 });
      entries.push({ path: [...path, 'bias'], shape: [64] });
    }
  }
  return makeColumns(entries.slice(0, count));
}
