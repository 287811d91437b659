import { eachHeld } from '../../pickle/eachHeld';
import { argumentsOf, asItems, asText, dictEntries } from '../../checkpoint/arguments';
import type { Blocker } from '../../checkpoint/checkpoint';
import { objectKeys } from '../../checkpoint/dictKeys';
import {
  isNode,
  NodeKind,
  PyDict,
  PyList,
  PySet,
  PyStr,
  type PyCall,
  type PyNode,
  type Value,
} from '../../pickle/values';
import type { StorageContent } from '../../write/storageContent';
import { unusedKey } from '../contents';
import { editError } from '../editError';
import { PathTree } from '../find';
import { plainArray, plainScalar } from '../numpyPlain';
import type { PlainValues } from '../operations';
import { replaceNodes } from '../replaceNodes';
import { selectedPaths } from '../selection';
import { nextState, type EditState } from '../state';
import { isChosen } from '../tensorsIn';
import { storageElements, TensorValues } from '../tensorValues';
import type { Context } from './context';

/** What a value becomes, by Python's names. */
export interface Conversion {
  readonly from: string;
  readonly to: string;
  readonly count: number;
}

export interface PlainPlan {
  readonly conversions: readonly Conversion[];
  /** What `weights_only` would still refuse afterwards. */
  readonly left: readonly Blocker[];
}

/** What making the file plain would do. @throws EditError when there is nothing to do. */
export function planPlainValues(context: Context, operation: PlainValues): PlainPlan {
  const { conversions } = convert(context, operation);
  const counts = new Map<string, Conversion>();
  for (const { from, to } of conversions) {
    const id = `${from}\n${to}`;
    counts.set(id, { from, to, count: (counts.get(id)?.count ?? 0) + 1 });
  }
  return { conversions: [...counts.values()], left: plainValues(context, operation).checkpoint.weightsOnly.blockers };
}

/** Puts plain values in the place of what `weights_only` refuses, where there are some. */
export function plainValues(context: Context, operation: PlainValues): EditState {
  const { state } = context;
  const { replacements, contents } = convert(context, operation);
  return nextState(state, { root: replaceNodes(state.root, replacements), contents });
}

interface Converted {
  readonly replacements: ReadonlyMap<PyNode, Value>;
  readonly contents: ReadonlyMap<string, StorageContent>;
  readonly conversions: readonly { readonly from: string; readonly to: string }[];
}

function convert(context: Context, { selection }: PlainValues): Converted {
  const { state, checkpoint } = context;
  const contents = new Map(state.contents);
  const converter = new Converter(context, contents, unusedKey(state, contents));
  const tree = selection === undefined ? null : PathTree.of(selectedPaths(checkpoint, selection));
  const roots =
    tree === null
      ? [state.root]
      : [...checkpoint.entries, ...checkpoint.branches].flatMap(({ path, node }) =>
          isChosen(tree, path) ? [node] : [],
        );
  converter.run(roots);
  if (converter.replacements.size === 0) {
    throw editError('edit-no-match', 'nothing-to-convert');
  }
  return { replacements: converter.replacements, contents, conversions: converter.conversions };
}

class Converter {
  readonly replacements = new Map<PyNode, Value>();
  readonly conversions: { from: string; to: string }[] = [];
  private readonly values = new TensorValues();
  /** Keys of dicts: what becomes a dict or a set could be none any more. */
  private readonly keys = new Set<Value>();

  constructor(
    private readonly context: Context,
    private readonly contents: Map<string, StorageContent>,
    private readonly freshKey: () => string,
  ) {}

  run(roots: readonly Value[]): void {
    const nodes = this.nodesBelow(roots);
    for (const node of nodes) {
      const name = node.kind === NodeKind.Call ? this.context.reader.names.callee(node.callee) : null;
      if (node.kind === NodeKind.Call && name !== null) {
        this.convertCall(node, name);
      } else if (node.kind === NodeKind.Set && node.type === 'frozenset' && !this.keys.has(node)) {
        this.put(node, 'frozenset', 'set', new PySet('set', [...node.items]));
      }
    }
  }

  private nodesBelow(roots: readonly Value[]): readonly PyNode[] {
    const seen = new Set<PyNode>();
    const waiting: Value[] = roots.toReversed();
    for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
      if (!isNode(value) || seen.has(value)) {
        continue;
      }
      seen.add(value);
      const entries = value.kind === NodeKind.Dict || value.kind === NodeKind.Call ? (value.entries ?? []) : [];
      for (const key of objectKeys(entries)) {
        this.keys.add(key);
      }
      eachHeld(value, (held) => {
        if (isNode(held)) {
          waiting.push(held);
        }
      });
    }
    return [...seen];
  }

  private convertCall(call: PyCall, name: string): void {
    switch (name) {
      case 'numpy._core.multiarray.scalar': {
        const value = plainScalar(call, this.context.reader);
        if (value !== undefined) {
          this.put(call, 'numpy.generic', pythonType(value), value);
        }
        return;
      }
      case 'numpy._core.multiarray._reconstruct':
      case 'numpy._core.numeric._frombuffer':
        this.convertArray(call, name);
        return;
      case 'pathlib.PosixPath':
      case 'pathlib.PurePosixPath':
      case 'pathlib.Path':
        this.convertPath(call, name, '/');
        return;
      case 'pathlib.WindowsPath':
      case 'pathlib.PureWindowsPath':
        this.convertPath(call, name, '\\');
        return;
      case 'builtins.range':
        this.convertRange(call);
        return;
      default:
        if (!this.keys.has(call)) {
          this.convertContainer(call, name);
        }
    }
  }

  private convertContainer(call: PyCall, name: string): void {
    const [first] = argumentsOf(call);
    switch (name) {
      case 'argparse.Namespace':
      case 'types.SimpleNamespace': {
        const attributes = dictEntries(call.state);
        if (call.state === undefined || attributes !== null) {
          this.put(call, name, 'dict', new PyDict([...(attributes ?? [])]));
        }
        return;
      }
      case 'collections.defaultdict':
        this.put(call, name, 'dict', new PyDict([...(call.entries ?? [])]));
        return;
      case 'collections.deque':
        this.put(call, name, 'list', new PyList([...(asItems(first) ?? []), ...(call.items ?? [])]));
        return;
      case 'builtins.frozenset':
        this.put(call, 'frozenset', 'set', new PySet('set', [...(asItems(first) ?? [])]));
        return;
      default:
    }
  }

  private convertArray(call: PyCall, name: string): void {
    const array = plainArray(call, name, this.context.reader);
    if (array === null) {
      return;
    }
    const { dtype, shape, stride, bytes } = array;
    const key = this.freshKey();
    this.contents.set(key, { kind: 'bytes', data: bytes });
    const storage = this.values.storage(dtype, key, 'cpu', storageElements(dtype, bytes.length));
    this.put(call, 'numpy.ndarray', 'torch.Tensor', this.values.tensor(dtype, storage, 0, shape, stride));
  }

  private convertPath(call: PyCall, name: string, separator: string): void {
    const parts = argumentsOf(call).map((part) => asText(part));
    if (parts.includes(null)) {
      return;
    }
    const [first = '', ...rest] = parts.map((part) => part ?? '');
    const joined = first.endsWith(separator) ? first + rest.join(separator) : [first, ...rest].join(separator);
    this.put(call, name, 'str', new PyStr(joined === '' ? '.' : joined));
  }

  private convertRange(call: PyCall): void {
    const bounds = argumentsOf(call).filter((bound) => typeof bound === 'number');
    const [first = 0, second, step = 1] = bounds;
    const [start, stop] = second === undefined ? [0, first] : [first, second];
    const length = Math.max(Math.ceil((stop - start) / step), 0);
    if (bounds.length === argumentsOf(call).length && step !== 0 && length <= maxRange && !this.keys.has(call)) {
      this.put(call, 'range', 'list', new PyList(Array.from({ length }, (_, index) => start + index * step)));
    }
  }

  private put(node: PyNode, from: string, to: string, value: Value): void {
    this.replacements.set(node, value);
    this.conversions.push({ from, to });
  }
}

/** Items of a range that is written out as a list. */
const maxRange = 100_000;

function pythonType(value: Value): string {
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'number':
    case 'bigint':
      return 'int';
    default:
      return !isNode(value)
        ? 'None'
        : value.kind === NodeKind.Float
          ? 'float'
          : value.kind === NodeKind.Str
            ? 'str'
            : 'bytes';
  }
}
