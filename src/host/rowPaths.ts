import type { Branch, Checkpoint, Entry, Path } from '../core/checkpoint/checkpoint';
import { keyOf, pythonExpression } from '../core/checkpoint/path';
import { stringLiteral } from '../core/checkpoint/pythonText';
import { stepKindAt } from '../core/checkpoint/stepKinds';
import { decodeLabels, rowKey } from '../core/tree/rows';
import { RowChange, type TreeColumns } from '../core/tree/treeColumns';

/** Where a row stands in the checkpoint. */
export interface RowPath {
  /** Of the entry or branch; for a group that only dotted keys make, of the dict that holds these keys. */
  readonly path: Path;
  /** What the keys of such a group start with: `layer1.`; null for every other row. */
  readonly prefix: string | null;
}

/** What is shown of a file. */
export interface ShownRows {
  readonly checkpoint: Checkpoint;
  readonly tree: TreeColumns;
  /** Entries that edits have taken away; rows name them behind those of the checkpoint. */
  readonly removed?: readonly Entry[];
}

/** Rows of one opened file by what they show, made once and kept as long as the file is shown. */
export class RowIndex {
  readonly labels: readonly string[];
  readonly checkpoint: Checkpoint;
  readonly tree: TreeColumns;
  readonly #removed: readonly Entry[];
  /** Row of each entry that is there. */
  readonly rowOfEntry: Int32Array;
  /** Made when a path is first looked for: most files are only looked at. */
  #rowOfPath: ReadonlyMap<string, number> | undefined;
  readonly #branchOfPath: ReadonlyMap<string, Branch>;

  constructor({ checkpoint, tree, removed = [] }: ShownRows) {
    this.checkpoint = checkpoint;
    this.tree = tree;
    this.#removed = removed;
    this.labels = decodeLabels(tree);
    this.rowOfEntry = new Int32Array(checkpoint.entries.length).fill(-1);
    for (let row = 0; row < tree.count; row++) {
      const entry = tree.entry[row] ?? -1;
      if (entry >= 0 && entry < checkpoint.entries.length) {
        this.rowOfEntry[entry] = row;
      }
    }
    this.#branchOfPath = new Map(checkpoint.branches.map((branch) => [pathId(branch.path), branch]));
  }

  key(row: number): string {
    return rowKey(this.tree, this.labels, row);
  }

  /** What stands in a row, also of what was removed. */
  entry(row: number): Entry | undefined {
    const at = this.tree.entry[row] ?? -1;
    return this.checkpoint.entries[at] ?? this.#removed[at - this.checkpoint.entries.length];
  }

  /** All that the row shows was taken away by edits. */
  isRemoved(row: number): boolean {
    return this.tree.changes?.change[row] === RowChange.Removed;
  }

  branch(row: number): Branch | undefined {
    return this.checkpoint.branches[this.tree.branch[row] ?? -1];
  }

  branchAt(path: Path): Branch | undefined {
    return this.#branchOfPath.get(pathId(path));
  }

  /** Row of an entry or branch; undefined for what has none. */
  rowAt(path: Path): number | undefined {
    this.#rowOfPath ??= this.#rowsByPath();
    return this.#rowOfPath.get(pathId(path));
  }

  #rowsByPath(): ReadonlyMap<string, number> {
    const rows = new Map<string, number>();
    for (let row = 0; row < this.tree.count; row++) {
      const own = this.entry(row) ?? this.branch(row);
      if (own !== undefined && !this.isRemoved(row)) {
        rows.set(pathId(own.path), row);
      }
    }
    return rows;
  }

  path(row: number): RowPath {
    const own = this.entry(row) ?? this.branch(row);
    return own === undefined ? this.#foldedPath(row) : { path: own.path, prefix: null };
  }

  /** Python that reaches a row, given that the loaded object is called `ckpt`. */
  python(row: number): string {
    const { path, prefix } = this.path(row);
    const base = pythonExpression(path, 'ckpt', (depth) => stepKindAt((above) => this.branchAt(above), path, depth));
    if (prefix === null) {
      return base;
    }
    const dict = this.branchAt(path)?.role === 'module' ? `${base}.state_dict()` : base;
    return `{k: v for k, v in ${dict}.items() if k.startswith(${stringLiteral(prefix)})}`;
  }

  /** A group without an object of its own takes it from the first entry below: the element that its key ends within. */
  #foldedPath(row: number): RowPath {
    const key = this.key(row);
    const below = this.#firstBelow(row)?.path ?? [];
    let depth = 0;
    while (depth < below.length && keyOf(below.slice(0, depth + 1)).length <= key.length) {
      depth += 1;
    }
    const path = below.slice(0, depth);
    const rest = depth === 0 ? key : key.slice(keyOf(path).length + 1);
    return { path, prefix: rest === '' ? null : `${rest}.` };
  }

  /** The first entry of a group; one that is gone where all are. */
  #firstBelow(row: number): Entry | undefined {
    let gone: Entry | undefined;
    for (let below = row; below < (this.tree.end[row] ?? row); below++) {
      const entry = this.entry(below);
      if (entry !== undefined && !this.isRemoved(below)) {
        return entry;
      }
      gone ??= entry;
    }
    return gone;
  }
}

/** Paths are equal when their ids are. */
export function pathId(path: Path): string {
  return JSON.stringify(path);
}

const indexes = new WeakMap<TreeColumns, RowIndex>();

/** The index of one opened version; made when it is first asked for. */
export function rowIndex(shown: ShownRows): RowIndex {
  let index = indexes.get(shown.tree);
  if (index === undefined) {
    index = new RowIndex(shown);
    indexes.set(shown.tree, index);
  }
  return index;
}
