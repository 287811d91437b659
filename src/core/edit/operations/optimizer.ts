import { asItems, dictEntries, lookUp } from '../../checkpoint/arguments';
import { keyIdentity } from '../../checkpoint/dictKeys';
import { keyOf } from '../../checkpoint/path';
import { isNode, type PyNode, type Value } from '../../pickle/values';
import { editError } from '../editError';
import { findPath } from '../find';
import { GraphEdits } from '../graphEdits';
import type { OptimizerEdit } from '../operations';
import { nextState, type EditState } from '../state';
import type { Context } from './context';
import { mappingOf } from './mappings';
import { remove } from './select';

/** The parts of an optimizer's state dict. */
interface Parts {
  readonly state: PyNode;
  /** Keys and values in turn. */
  readonly stateEntries: readonly Value[];
  readonly groups: PyNode;
  readonly params: readonly {
    readonly node: PyNode;
    readonly items: readonly Value[];
    readonly names: PyNode | null;
  }[];
}

/** What the optimizer keeps of parameters that changed. */
export function optimizer(context: Context, operation: OptimizerEdit): EditState {
  const { state, reader } = context;
  const { path } = operation;
  if (operation.action === 'drop') {
    return remove(context, { kind: 'remove', selection: { paths: [path] } });
  }
  const parts = partsOf(findPath(reader, state.root, path).value, context);
  if (parts === null) {
    throw editError('edit-unsupported', 'optimizer-object', [keyOf(path)]);
  }
  const ids = parts.params.flatMap(({ items }) => items);
  const outside = operation.parameters.find((position) => position < 0 || position >= ids.length);
  if (outside !== undefined) {
    throw editError('edit-invalid', 'bad-index', [keyOf(path)], outside, ids.length);
  }
  if (operation.action === 'renumber' && new Set(operation.parameters).size >= ids.length) {
    return remove(context, { kind: 'remove', selection: { paths: [path] } });
  }
  const edits = new GraphEdits();
  const gone = new Set(operation.parameters.map((position) => keyIdentity(ids[position] ?? null)));
  removeState(parts, gone, edits);
  if (operation.action === 'renumber') {
    closeUp(parts, new Set(operation.parameters), edits);
  }
  if (edits.isEmpty) {
    throw editError('edit-no-match', 'no-parameter', [keyOf(path)]);
  }
  return nextState(state, { root: edits.apply(state.root, context.isPlainTensor) });
}

function partsOf(value: Value, { reader }: Context): Parts | null {
  const entries = mappingOf(value, reader);
  const state = entries === null ? undefined : lookUp(entries, 'state');
  const groups = entries === null ? undefined : lookUp(entries, 'param_groups');
  const stateEntries = state === undefined ? null : mappingOf(state, reader);
  const groupItems = asItems(groups);
  if (state === undefined || !isNode(state) || stateEntries === null) {
    return null;
  }
  if (groups === undefined || !isNode(groups) || groupItems === null) {
    return null;
  }
  const params = groupItems.flatMap((group) => {
    const own = dictEntries(group) ?? [];
    const node = lookUp(own, 'params');
    const names = lookUp(own, 'param_names');
    const items = asItems(node);
    return node === undefined || !isNode(node) || items === null
      ? []
      : [{ node, items, names: names !== undefined && isNode(names) ? names : null }];
  });
  return params.length === groupItems.length ? { state, stateEntries, groups, params } : null;
}

function removeState(
  { state, stateEntries }: Parts,
  gone: ReadonlySet<string | number | null>,
  edits: GraphEdits,
): void {
  for (let index = 0; index < stateEntries.length; index += 2) {
    const identity = keyIdentity(stateEntries[index] ?? null);
    if (identity !== null && gone.has(identity)) {
      edits.remove({ owner: state, list: 'entries', index });
    }
  }
}

/** Takes parameters out of the groups; the numbers of the others follow. A group that is left empty goes. */
function closeUp({ state, stateEntries, groups, params }: Parts, gone: ReadonlySet<number>, edits: GraphEdits): void {
  const renumbered = new Map<number, number>();
  let position = 0;
  params.forEach(({ node, items, names }, group) => {
    let left = 0;
    items.forEach((id, index) => {
      if (gone.has(position++)) {
        edits.remove({ owner: node, list: 'items', index });
        if (names !== null) {
          edits.remove({ owner: names, list: 'items', index });
        }
        return;
      }
      left++;
      if (typeof id === 'number') {
        renumbered.set(id, renumbered.size);
        edits.setValue({ owner: node, list: 'items', index }, renumbered.size - 1);
      }
    });
    if (left === 0 && items.length > 0) {
      edits.remove({ owner: groups, list: 'items', index: group });
    }
  });
  for (let index = 0; index < stateEntries.length; index += 2) {
    const key = stateEntries[index] ?? null;
    const number = typeof key === 'number' ? renumbered.get(key) : undefined;
    if (number !== undefined) {
      edits.setKey({ owner: state, list: 'entries', index }, number);
    }
  }
}
