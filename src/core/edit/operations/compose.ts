import { eachHeld } from '../../pickle/eachHeld';
import { asCall, asItems, asText } from '../../checkpoint/arguments';
import type { Checkpoint } from '../../checkpoint/checkpoint';
import { keyOf } from '../../checkpoint/path';
import { pythonName, python2Name } from '../../pickle/pythonNames';
import {
  isNode,
  NodeKind,
  PyDict,
  PyGlobal,
  PyPersistent,
  PyStr,
  PyTuple,
  type PyNode,
  type Value,
} from '../../pickle/values';
import type { StorageContent } from '../../write/storageContent';
import { contentOf, unusedKey } from '../contents';
import { copyContainers } from '../copyContainers';
import { editError } from '../editError';
import { findPath } from '../find';
import { stateDictOf } from '../moduleDicts';
import type { AddFrom, Extract, Wrap } from '../operations';
import { portable } from '../portable';
import { parseLiteral } from '../pythonLiteral';
import { replaceNodes } from '../replaceNodes';
import { nextState, protocolOf, readOnlyReason, startState, type EditState } from '../state';
import { contextOf, type Context, type Resources } from './context';
import { insertAt } from './entries';

/** The file becomes what is at the path; of a module its state dict, as `module.state_dict()` gives it. */
export function extract(context: Context, { path }: Extract): EditState {
  return nextState(context.state, { root: extracted(context, path, true) });
}

function extracted({ state, reader }: Context, path: Extract['path'], asStateDict: boolean): Value {
  const { value } = findPath(reader, state.root, path);
  const call = asCall(value);
  if (call !== null && asStateDict && reader.isModule(call)) {
    return stateDictOf(call, reader);
  }
  const isTensor = call !== null && reader.isTensor(call);
  if (!isTensor && reader.childrenOf(value).length === 0) {
    throw editError('edit-unsupported', 'not-a-branch', [keyOf(path)]);
  }
  return value;
}

/** The file becomes a dict with what it was under a key, and values beside it. */
export function wrap({ state }: Context, { key, values = [] }: Wrap): EditState {
  const names = [key, ...values.map(({ name }) => name)];
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw editError('edit-collision', 'same-key', [twice]);
  }
  if (names.includes('')) {
    throw editError('edit-invalid', 'empty-key');
  }
  const entries: Value[] = [new PyStr(key), state.root];
  for (const { name, literal } of values) {
    entries.push(new PyStr(name), parseLiteral(literal));
  }
  return nextState(state, { root: new PyDict(entries) });
}

/** What is at a path of another file comes to stand in this one; its storages are read from there. */
export function addFrom(context: Context, operation: AddFrom, resources: Resources): EditState {
  const other = resourceNamed(resources, operation.resource);
  const { value, contents } = taken(context.state, other, operation);
  return nextState(insertAt(context, operation.path, value), { contents });
}

/** @throws EditError `no-resource` */
export function resourceNamed(resources: Resources, name: string): Checkpoint {
  const other = resources.get(name);
  if (other === undefined) {
    throw editError('edit-invalid', 'no-resource', [], name);
  }
  return other;
}

export interface Taken {
  readonly value: Value;
  readonly contents: ReadonlyMap<string, StorageContent>;
}

/** What is at a path of another file, as this one can hold it: its storages have keys of their own here. */
export function taken(
  state: EditState,
  other: Checkpoint,
  { from, asStateDict = false }: Pick<AddFrom, 'from' | 'asStateDict'>,
): Taken {
  const reason = readOnlyReason(other);
  if (reason !== null) {
    throw reason;
  }
  const otherContext = contextOf(portable(startState(other)));
  const root = extracted(otherContext, from, asStateDict);
  const contents = new Map(state.contents);
  const names = new Renaming(protocolOf(state.original), protocolOf(other));
  const keys = new Map<string, string>();
  const freshKey = unusedKey(state, contents);
  const replacements = new Map<PyNode, Value>();
  for (const node of nodesBelow(root)) {
    if (node.kind === NodeKind.Persistent) {
      const moved = ownStorage(node, (key) => {
        const known = keys.get(key) ?? freshKey();
        if (!keys.has(key)) {
          keys.set(key, known);
          contents.set(known, contentOf(otherContext.state, key));
        }
        return known;
      });
      replacements.set(node, moved);
    } else if (node.kind === NodeKind.Global) {
      const renamed = names.of(node);
      if (renamed !== node) {
        replacements.set(node, renamed);
      }
    } else if (node.kind === NodeKind.Bytes && !(node.data instanceof Uint8Array)) {
      throw editError('edit-unsupported', 'long-bytes-of-other-file', [keyOf(from)]);
    }
  }
  // What is taken twice does not become one object.
  return { value: replaceNodes(copyContainers(root, otherContext), replacements), contents };
}

/** The persistent id under a key of this file; what is no storage stays (classes of a legacy file). */
function ownStorage(node: PyPersistent, keyFor: (key: string) => string): PyPersistent {
  const items = asItems(node.id);
  const [mark = null, type = null, keyValue, device = null, elements = null, view] = items ?? [];
  const key = typeof keyValue === 'number' ? String(keyValue) : asText(keyValue);
  if (items === null || asText(mark) !== 'storage' || key === null) {
    return node;
  }
  if (asItems(view) !== null) {
    throw editError('edit-unsupported', 'storage-view-of-other-file', [key]);
  }
  return new PyPersistent(new PyTuple([mark, type, new PyStr(keyFor(key)), device, elements]));
}

/** Names of a pickle of one protocol as one of another has them: from 3 on they are Python 3's. */
class Renaming {
  private readonly known = new Map<PyGlobal, PyGlobal>();

  constructor(
    private readonly to: number,
    private readonly from: number,
  ) {}

  of(global: PyGlobal): PyGlobal {
    if (this.to >= 3 === this.from >= 3) {
      return global;
    }
    let renamed = this.known.get(global);
    if (renamed === undefined) {
      const python3 = pythonName(global, this.from);
      const [module, name] = this.to >= 3 ? [python3.module, python3.name] : python2Name(global);
      renamed = new PyGlobal(module, name);
      this.known.set(global, renamed);
    }
    return renamed;
  }
}

function nodesBelow(root: Value): readonly PyNode[] {
  const seen = new Set<PyNode>();
  const waiting: Value[] = [root];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (isNode(value) && !seen.has(value)) {
      seen.add(value);
      eachHeld(value, (held) => {
        if (isNode(held)) {
          waiting.push(held);
        }
      });
    }
  }
  return [...seen];
}
