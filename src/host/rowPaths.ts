import type { Branch, Checkpoint, Entry, Path, PathElement } from '../core/checkpoint/checkpoint';
import { keyOf, pythonExpression, type StepKind } from '../core/checkpoint/path';
import { stringLiteral } from '../core/checkpoint/pythonText';
import { PyCall, PyStr } from '../core/pickle/values';
import { decodeLabels, rowKey } from '../core/tree/rows';
import type { TreeColumns } from '../core/tree/treeColumns';

/** Where a row stands in the checkpoint. */
export interface RowPath {
  /** Of the entry or branch; for a group that only dotted keys make, of the dict that holds these keys. */
  readonly path: Path;
  /** What the keys of such a group start with: `layer1.`; null for every other row. */
  readonly prefix: string | null;
}

/** Rows of one opened file by what they show, made once and kept as long as the file is shown. */
export class RowIndex {
  readonly labels: readonly string[];
  /** Row of each entry. */
  readonly rowOfEntry: Int32Array;
  /** Made when a path is first looked for: most files are only looked at. */
  #rowOfPath: ReadonlyMap<string, number> | undefined;
  readonly #branchOfPath: ReadonlyMap<string, Branch>;

  constructor(
    readonly checkpoint: Checkpoint,
    readonly tree: TreeColumns,
  ) {
    this.labels = decodeLabels(tree);
    this.rowOfEntry = new Int32Array(checkpoint.entries.length).fill(-1);
    for (let row = 0; row < tree.count; row++) {
      const entry = tree.entry[row] ?? -1;
      if (entry >= 0) {
        this.rowOfEntry[entry] = row;
      }
    }
    this.#branchOfPath = new Map(checkpoint.branches.map((branch) => [pathId(branch.path), branch]));
  }

  key(row: number): string {
    return rowKey(this.tree, this.labels, row);
  }

  entry(row: number): Entry | undefined {
    return this.checkpoint.entries[this.tree.entry[row] ?? -1];
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
      if (own !== undefined) {
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
    const kindOf = (depth: number): StepKind | undefined => this.#stepKind(path.slice(0, depth), path[depth]);
    const base = pythonExpression(path, 'ckpt', kindOf);
    if (prefix === null) {
      return base;
    }
    const dict = this.branchAt(path)?.role === 'module' ? `${base}.state_dict()` : base;
    return `{k: v for k, v in ${dict}.items() if k.startswith(${stringLiteral(prefix)})}`;
  }

  /** A group without an object of its own takes it from the first entry below: the element that its key ends within. */
  #foldedPath(row: number): RowPath {
    const key = this.key(row);
    const end = this.tree.end[row] ?? row;
    let first = row;
    while (first < end && this.entry(first) === undefined) {
      first += 1;
    }
    const below = this.entry(first)?.path ?? [];
    let depth = 0;
    while (depth < below.length && keyOf(below.slice(0, depth + 1)).length <= key.length) {
      depth += 1;
    }
    const path = below.slice(0, depth);
    const rest = depth === 0 ? key : key.slice(keyOf(path).length + 1);
    return { path, prefix: rest === '' ? null : `${rest}.` };
  }

  #stepKind(path: Path, next: PathElement | undefined): StepKind | undefined {
    const branch = this.branchAt(path);
    if (branch === undefined) {
      return undefined;
    }
    if (branch.role === 'module') {
      return next !== undefined && this.branchAt([...path, next])?.role === 'module' ? 'submodule' : 'module';
    }
    switch (branch.type) {
      case 'dict':
        return 'mapping';
      case 'set':
      case 'frozenset':
        return 'set';
      default:
        // `._metadata` of an OrderedDict is an attribute, unless it has a key of that name.
        return hasKey(branch, next) ? 'mapping' : undefined;
    }
  }
}

function hasKey({ node }: Branch, key: PathElement | undefined): boolean {
  if (!(node instanceof PyCall) || node.entries === undefined) {
    return false;
  }
  return node.entries.some((each, at) => at % 2 === 0 && each instanceof PyStr && each.value === key);
}

/** Paths are equal when their ids are. */
export function pathId(path: Path): string {
  return JSON.stringify(path);
}

const indexes = new WeakMap<TreeColumns, RowIndex>();

/** The index of one opened version; made when it is first asked for. */
export function rowIndex(shown: { readonly checkpoint: Checkpoint; readonly tree: TreeColumns }): RowIndex {
  let index = indexes.get(shown.tree);
  if (index === undefined) {
    index = new RowIndex(shown.checkpoint, shown.tree);
    indexes.set(shown.tree, index);
  }
  return index;
}
