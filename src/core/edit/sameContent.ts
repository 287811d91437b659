import type { Entry, TensorEntry, ValueEntry } from '../checkpoint/checkpoint';
import { isNode, NodeKind } from '../pickle/values';
import { haveOneOrigin, isSameShape, originOf } from './origin';

/** Characters up to which a value's text is whole (`ValueEntry.repr`). */
const wholeText = 199;

/** Whether two entries say the same, wherever they stand. */
export function isSameContent(a: Entry, b: Entry): boolean {
  if (a.kind === 'tensor') {
    return b.kind === 'tensor' && isSameTensor(a, b);
  }
  return b.kind === 'value' && isSameValue(a, b);
}

function isSameTensor(a: TensorEntry, b: TensorEntry): boolean {
  if (isNode(a.node) && a.node === b.node && a.storage?.record === b.storage?.record) {
    return true;
  }
  const isAlike =
    a.dtype === b.dtype &&
    a.device === b.device &&
    a.requiresGrad === b.requiresGrad &&
    a.layout === b.layout &&
    isSameShape(a.shape, b.shape) &&
    (a.notes === b.notes || a.notes.join() === b.notes.join());
  return isAlike && (a.storage === null ? b.storage === null : haveSameNumbers(a, b));
}

function haveSameNumbers(a: TensorEntry, b: TensorEntry): boolean {
  const one = originOf(a);
  const other = originOf(b);
  const isSameView =
    one.gathered || other.gathered || a.stride === b.stride || isSameShape(a.stride ?? [], b.stride ?? []);
  return haveOneOrigin(a, b) && one.casts === other.casts && isSameView;
}

function isSameValue(a: ValueEntry, b: ValueEntry): boolean {
  if (a.type !== b.type || a.repr !== b.repr) {
    return false;
  }
  return a.node === b.node || a.repr.length <= wholeText || isSameText(a, b);
}

/** Texts too long to be shown whole. */
function isSameText({ node: a }: ValueEntry, { node: b }: ValueEntry): boolean {
  return isNode(a) && isNode(b) && a.kind === NodeKind.Str && b.kind === NodeKind.Str && a.value === b.value;
}
