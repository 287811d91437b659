import { isNode, NodeKind, type Value } from '../pickle/values';

/** The name of the Python type that a value has or, of a call, would be made by; for messages. */
export function pythonType(value: Value): string {
  if (value === null) {
    return 'NoneType';
  }
  if (typeof value === 'boolean') {
    return 'bool';
  }
  if (!isNode(value)) {
    return 'int';
  }
  return nodeType(value.kind);
}

function nodeType(kind: NodeKind): string {
  switch (kind) {
    case NodeKind.Float:
      return 'float';
    case NodeKind.Str:
    case NodeKind.ByteString:
      return 'str';
    case NodeKind.Bytes:
      return 'bytes';
    case NodeKind.Tuple:
      return 'tuple';
    case NodeKind.List:
      return 'list';
    case NodeKind.Dict:
      return 'dict';
    case NodeKind.Set:
      return 'set';
    case NodeKind.Global:
      return 'type';
    case NodeKind.Call:
      return 'object';
    case NodeKind.Persistent:
      return 'torch.storage';
    case NodeKind.Extension:
      return 'copyreg extension';
  }
}
