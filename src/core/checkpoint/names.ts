import { pythonName } from '../pickle/pythonNames';
import { isNode, NodeKind, type PyGlobal, type Value } from '../pickle/values';
import { argumentsOf, asCall, asGlobal, asItems, asText } from './arguments';

// Modules that moved without changing what they hold.
const movedModules: ReadonlyMap<string, string> = new Map([
  ['torch.tensor', 'torch._tensor'],
  ['numpy.core.multiarray', 'numpy._core.multiarray'],
  ['numpy.core.numeric', 'numpy._core.numeric'],
  ['numpy.core._internal', 'numpy._core._internal'],
  ['pathlib._local', 'pathlib'],
]);

/** Names of one pickle's globals, as Python 3 would import them. */
export class NameTable {
  private readonly names = new Map<PyGlobal, string>();

  /** @param protocol of the pickle: below 3, Python maps Python 2 names. */
  constructor(private readonly protocol: number) {}

  /** `torch._utils._rebuild_tensor_v2`. */
  of(global: PyGlobal): string {
    let name = this.names.get(global);
    if (name === undefined) {
      const { module, name: last } = pythonName(global, this.protocol);
      name = `${movedModules.get(module) ?? module}.${last}`;
      this.names.set(global, name);
    }
    return name;
  }

  /** The same, without `builtins.`: how Python shows a type. */
  shown(global: PyGlobal): string {
    const name = this.of(global);
    return name.startsWith('builtins.') ? name.slice('builtins.'.length) : name;
  }

  /**
   * Name of a callee: an import, a module class of a legacy file (a persistent id), or `getattr(Outer, 'Inner')`, as
   * protocols below 4 write a nested class. Null for anything else.
   */
  callee(value: Value): string | null {
    const global = asGlobal(value);
    return global === null ? this.nestedCallee(value) : this.of(global);
  }

  private nestedCallee(value: Value): string | null {
    const parts: string[] = [];
    for (let at = value; parts.length < maxNesting;) {
      const global = asGlobal(at) ?? moduleClass(at);
      if (global !== null) {
        return [this.of(global), ...parts].join('.');
      }
      const call = asCall(at);
      const [outer, name] = call === null ? [] : argumentsOf(call);
      const inner = asText(name);
      const getattr = call === null ? null : asGlobal(call.callee);
      if (outer === undefined || inner === null || getattr === null || this.of(getattr) !== 'builtins.getattr') {
        return null;
      }
      parts.unshift(inner);
      at = outer;
    }
    return null;
  }
}

/** Classes inside classes. */
const maxNesting = 32;

/** `('module', class, file, source)` of a legacy file; without the first in a 0.1 tar. */
function moduleClass(value: Value): PyGlobal | null {
  if (!isNode(value) || value.kind !== NodeKind.Persistent) {
    return null;
  }
  const id = asItems(value.id);
  return id === null ? null : asGlobal(asText(id[0]) === 'module' ? id[1] : id[0]);
}
