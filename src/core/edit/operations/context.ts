import type { Checkpoint } from '../../checkpoint/checkpoint';
import { isNode, NodeKind, type PyGlobal, type PyNode } from '../../pickle/values';
import { SlotReader } from '../slots';
import type { EditState } from '../state';

/** What the operations on one state share. */
export interface Context {
  readonly state: EditState;
  readonly checkpoint: Checkpoint;
  readonly reader: SlotReader;
  /** Whether a node is a plain tensor, in which no key and no value stands. */
  readonly isPlainTensor: (node: PyNode) => boolean;
}

/** Other files that an operation takes something from, by the name that it gives them. */
export type Resources = ReadonlyMap<string, Checkpoint>;

const plainRebuilds = new Set([
  'torch._utils._rebuild_tensor',
  'torch._utils._rebuild_tensor_v2',
  'torch._utils._rebuild_tensor_v3',
  'torch._utils._rebuild_parameter',
]);

export function contextOf(state: EditState): Context {
  const reader = new SlotReader(state);
  const plain = new Map<PyGlobal, boolean>();
  return {
    state,
    checkpoint: state.checkpoint,
    reader,
    isPlainTensor: (node) => {
      if (node.kind !== NodeKind.Call || !isNode(node.callee) || node.callee.kind !== NodeKind.Global) {
        return false;
      }
      const { callee } = node;
      let known = plain.get(callee);
      if (known === undefined) {
        known = plainRebuilds.has(reader.names.of(callee));
        plain.set(callee, known);
      }
      return known;
    },
  };
}
