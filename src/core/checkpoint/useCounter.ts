import { maxUsePaths, type GlobalUse } from '../audit/uses';
import { isNode, NodeKind, type PyGlobal, type PyNode, type Value } from '../pickle/values';
import type { Path } from './checkpoint';

interface Use {
  readonly paths: Path[];
  pathCount: number;
  uses: number;
  /** Path of the latest use: an entry may need a name more than once. */
  last: Path;
}

// Steps without a set of what was seen: enough for every ordinary tensor, and cheap to repeat in a cycle.
const smallScan = 64;

/** Counts which entries and branches need which imports. */
export class UseCounter {
  private readonly found = new Map<PyGlobal, Use>();
  /** Steps left: shared structure may be looked through once for each entry that holds it. */
  private budget: number;
  private readonly pending: Value[] = [];

  constructor(steps: number) {
    this.budget = steps;
  }

  get uses(): ReadonlyMap<PyGlobal, GlobalUse> {
    return this.found;
  }

  /** Whether something was left out. */
  get incomplete(): boolean {
    return this.budget < 0;
  }

  /** Notes every import that is in `value`, to the bottom, as needed at `path`. */
  scan(value: Value, path: Path): void {
    if (!isNode(value) || value.kind === NodeKind.Str || value.kind === NodeKind.Float) {
      return;
    }
    const { pending } = this;
    let steps = 0;
    let seen: Set<PyNode> | null = null;
    pending.push(value);
    while (pending.length > 0) {
      const at = pending.pop() ?? null;
      if (!isNode(at)) {
        continue;
      }
      if (at.kind === NodeKind.Global) {
        this.note(at, path);
        continue;
      }
      steps++;
      if (steps > smallScan) {
        seen ??= new Set();
        if (seen.has(at)) {
          continue;
        }
        seen.add(at);
      }
      if (this.budget-- < 0) {
        pending.length = 0;
        return;
      }
      pushParts(at, pending);
    }
  }

  private note(global: PyGlobal, path: Path): void {
    const known = this.found.get(global);
    if (known === undefined) {
      this.found.set(global, { paths: [path], pathCount: 1, uses: 1, last: path });
      return;
    }
    known.uses++;
    if (known.last !== path) {
      known.last = path;
      known.pathCount++;
      if (known.paths.length < maxUsePaths) {
        known.paths.push(path);
      }
    }
  }
}

function pushParts(node: PyNode, pending: Value[]): void {
  switch (node.kind) {
    case NodeKind.Tuple:
    case NodeKind.List:
    case NodeKind.Set:
      pushNodes(node.items, pending);
      return;
    case NodeKind.Dict:
      pushNodes(node.entries, pending);
      if (node.state !== undefined) {
        pending.push(node.state);
      }
      return;
    case NodeKind.Persistent:
      pending.push(node.id);
      return;
    case NodeKind.Call:
      // What is pushed last is looked at first.
      pending.push(node.state ?? null, node.kwargs ?? null);
      pushNodes(node.entries ?? [], pending);
      pushNodes(node.items ?? [], pending);
      pending.push(node.args, node.callee);
      return;
    default:
  }
}

function pushNodes(items: readonly Value[], pending: Value[]): void {
  for (let index = items.length - 1; index >= 0; index--) {
    const item = items[index] ?? null;
    if (isNode(item) && item.kind !== NodeKind.Str && item.kind !== NodeKind.Float) {
      pending.push(item);
    }
  }
}
