import type { Branch, Checkpoint, Entry, Path, PathElement, TensorEntry } from '../../checkpoint/checkpoint';
import { pythonExpression } from '../../checkpoint/path';
import { stringLiteral } from '../../checkpoint/pythonText';
import { stepKindAt } from '../../checkpoint/stepKinds';
import { stepOf } from '../find';

/** Python for places of one state. */
export class Reach {
  private branches: ReadonlyMap<string, Branch> | undefined;

  /** @param root what the loaded object is called. */
  constructor(
    readonly checkpoint: Checkpoint,
    private readonly root: string,
  ) {}

  branchAt(path: Path): Branch | undefined {
    this.branches ??= new Map(this.checkpoint.branches.map((branch) => [idOf(branch.path), branch]));
    return this.branches.get(idOf(path));
  }

  /** What is at a path. A `.safetensors` has its metadata beside the tensors. */
  at(path: Path): string {
    const [first, ...rest] = path;
    return first === '.metadata' && this.checkpoint.container.kind === 'safetensors'
      ? pythonExpression(rest, 'metadata')
      : pythonExpression(path, this.root, (depth) => stepKindAt((above) => this.branchAt(above), path, depth));
  }

  /** The tensor itself: `state_dict()` of a module gives another one that shows the same numbers. */
  tensor({ path, role }: TensorEntry): string {
    const [module, name] = this.withinModule(path);
    if (module === null) {
      return this.at(path);
    }
    return `${this.at(module)}.get_${role === 'buffer' ? 'buffer' : 'parameter'}(${stringLiteral(name)})`;
  }

  /** The outermost module that a parameter or buffer is one of, and its name there; null for what is none. */
  withinModule(path: Path): readonly [module: Path | null, name: string] {
    const [above, name] = [path.slice(0, -1), path.at(-1)];
    const isNamed = typeof name === 'string' && !name.startsWith('.');
    return isNamed && this.branchAt(above)?.role === 'module' ? [above, name] : [null, ''];
  }

  /**
   * A statement that puts a value at a path; null where Python has none: an argument of a call, an item of a set. A tuple
   * is made anew, in what holds it.
   */
  assigned(path: Path, value: string): string | null {
    const element = path.at(-1);
    const above = path.slice(0, -1);
    if (element === undefined) {
      return `${this.root} = ${value}`;
    }
    if (isFixed(element)) {
      return null;
    }
    switch (this.branchAt(above)?.type) {
      case 'tuple': {
        const [tuple, index] = [this.at(above), Number(element)];
        const rest = `*${tuple}[${String(index + 1)}:]`;
        return this.assigned(
          above,
          index === 0 ? `(${value}, ${rest})` : `(*${tuple}[:${String(index)}], ${value}, ${rest})`,
        );
      }
      case 'set':
      case 'frozenset':
        return null;
      default:
        return `${this.at(path)} = ${value}`;
    }
  }

  /** Whether `tensors(…)` of the script finds an entry from there on: it looks into dicts, lists, tuples and modules. */
  isSearched({ path }: Entry, from: Path): boolean {
    for (let depth = from.length; depth < path.length; depth++) {
      const branch = this.branchAt(path.slice(0, depth));
      const isPlain = branch?.role === 'module' || (branch !== undefined && searchedTypes.has(branch.type));
      if (!isPlain || isAttribute(path[depth])) {
        return false;
      }
    }
    return true;
  }
}

const searchedTypes: ReadonlySet<string> = new Set([
  'dict',
  'collections.OrderedDict',
  'collections.defaultdict',
  'collections.Counter',
  'list',
  'tuple',
]);

function isAttribute(element: PathElement | undefined): boolean {
  return typeof element === 'string' && element.startsWith('.');
}

/** What an object was made from can be read, and not set. */
function isFixed(element: PathElement): boolean {
  return typeof element === 'string' && (/^\(\d+\)$/.test(element) || element === '.__setstate__');
}

/** A key as Python writes it. */
export function keyLiteral(element: PathElement): string {
  switch (typeof element) {
    case 'string':
      return stringLiteral(element);
    case 'number':
      return String(element);
    default:
      return element.repr;
  }
}

function idOf(path: Path): string {
  return JSON.stringify(path.map(stepOf));
}
