import { asCall } from '../checkpoint/arguments';
import { isNode, NodeKind, PyCall, PyDict, PyList, PySet, type PyNode, type Value } from '../pickle/values';
import type { Context } from './operations/context';
import { mappingOf } from './operations/mappings';
import { replaceNodes } from './replaceNodes';

/**
 * The same value in dicts, lists and sets of its own: an edit of one does not reach the other. Tensors, modules and other
 * objects stay the objects that they are, so that storages are shared.
 */
export function copyContainers(value: Value, { reader, isPlainTensor }: Context): Value {
  const copies = new Map<PyNode, Value>();
  const waiting: Value[] = [value];
  const seen = new Set<Value>();
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const call = asCall(at);
    if (!isNode(at) || seen.has(at) || (call !== null && mappingOf(call, reader) === null)) {
      continue;
    }
    seen.add(at);
    const copy = shallowCopy(at);
    if (copy !== null) {
      copies.set(at, copy);
    }
    for (const child of reader.childrenOf(at)) {
      waiting.push(child.value);
    }
  }
  return replaceNodes(value, copies, isPlainTensor);
}

/** null for what cannot be changed, or is no container. */
function shallowCopy(node: PyNode): Value | null {
  switch (node.kind) {
    case NodeKind.List:
      return new PyList([...node.items]);
    case NodeKind.Set:
      return new PySet(node.type, [...node.items]);
    case NodeKind.Dict: {
      const dict = new PyDict([...node.entries]);
      dict.state = node.state;
      return dict;
    }
    case NodeKind.Call: {
      const call = new PyCall(node.form, node.callee, node.args, node.kwargs);
      call.items = node.items && [...node.items];
      call.entries = node.entries && [...node.entries];
      call.state = node.state;
      return call;
    }
    default:
      return null;
  }
}
