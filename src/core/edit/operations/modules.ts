import { argumentsOf, asCall, asItems, asText, dictEntries } from '../../checkpoint/arguments';
import type { TensorEntry } from '../../checkpoint/checkpoint';
import { dtypes } from '../../checkpoint/dtypes';
import { keyOf } from '../../checkpoint/path';
import { isNode, PyTuple, type PyCall, type PyNode, type Value } from '../../pickle/values';
import { editError } from '../editError';
import { findPaths, PathTree } from '../find';
import { GraphEdits } from '../graphEdits';
import { moduleDict, modulesOf } from '../moduleDicts';
import type { RequiresGrad, TrainMode } from '../operations';
import { replaceNodes } from '../replaceNodes';
import { nextState, type EditState } from '../state';
import { isChosen } from '../tensorsIn';
import { withArguments } from '../tensorValues';
import type { Context } from './context';

/** Sets `requires_grad` of every parameter on the branches; outside modules of every floating tensor. */
export function requiresGrad(context: Context, { paths, value }: RequiresGrad): EditState {
  const { state, reader, checkpoint } = context;
  findPaths(reader, state.root, paths);
  const tree = PathTree.of(paths);
  const replacements = new Map<PyNode, Value>();
  for (const entry of checkpoint.entries) {
    if (entry.kind !== 'tensor' || entry.requiresGrad === value || !canTrain(entry) || !isChosen(tree, entry.path)) {
      continue;
    }
    const call = asCall(entry.node);
    const changed = call === null ? null : withGrad(call, value, context);
    if (call !== null && changed !== null) {
      replacements.set(call, changed);
    }
  }
  if (replacements.size === 0) {
    throw editError('edit-no-match', 'no-parameter', paths.map(keyOf));
  }
  return nextState(state, { root: replaceNodes(state.root, replacements) });
}

function canTrain({ role, dtype }: TensorEntry): boolean {
  const found = dtypes.get(dtype)?.class;
  return (role === 'parameter' || role === null) && (found === 'float' || found === 'complex');
}

/** Place of `requires_grad` among the arguments. */
const gradArguments: ReadonlyMap<string, number> = new Map([
  ['torch._utils._rebuild_parameter', 1],
  ['torch._utils._rebuild_parameter_with_state', 1],
  ['torch._utils._rebuild_tensor_v2', 4],
  ['torch._utils._rebuild_tensor_v3', 4],
  ['torch._utils._rebuild_meta_tensor_no_storage', 3],
  ['torch._utils._rebuild_wrapper_subclass', 7],
]);

function withGrad(call: PyCall, value: boolean, context: Context): PyCall | null {
  const { names } = context.reader;
  const name = names.callee(call.callee) ?? '';
  const args = argumentsOf(call);
  const index = gradArguments.get(name);
  if (index !== undefined) {
    return index < args.length ? withArguments(call, withItem(args, index, value)) : null;
  }
  const [inner, , innerArgs] = args;
  const items = name.startsWith('torch._tensor._rebuild_from_type') ? asItems(innerArgs) : null;
  const innerIndex = inner === undefined ? undefined : gradArguments.get(names.callee(inner) ?? '');
  if (items === null || innerIndex === undefined || innerIndex >= items.length) {
    return null;
  }
  return withArguments(call, withItem(args, 2, withItem(items, innerIndex, value)));
}

function withItem(items: readonly Value[], index: number, value: Value): PyTuple {
  return new PyTuple(items.map((item, at) => (at === index ? value : item)));
}

/** `module.train(training)` of every module on the branches. */
export function trainMode(context: Context, { paths, training }: TrainMode): EditState {
  const { state, reader, checkpoint } = context;
  // A module within one has no branch of its own.
  const named = findPaths(reader, state.root, paths).map(({ value }) => asCall(value));
  const tree = PathTree.of(paths);
  const below = checkpoint.branches
    .filter(({ role, path }) => role === 'module' && isChosen(tree, path))
    .map(({ node }) => asCall(node));
  const modules = new Set(
    [...named, ...below].filter((call): call is PyCall => call !== null && reader.isModule(call)),
  );
  const edits = new GraphEdits();
  for (const { call } of [...modules].flatMap((module) => modulesOf(module, reader))) {
    const dict = moduleDict(call, reader.names.callee(call.callee));
    const entries = dictEntries(dict) ?? [];
    const index = entries.findIndex((key, at) => at % 2 === 0 && asText(key) === 'training');
    if (isNode(dict) && index !== -1 && entries[index + 1] !== training) {
      edits.setValue({ owner: dict, list: 'entries', index }, training);
    }
  }
  if (edits.isEmpty) {
    throw editError('edit-no-match', 'no-module', paths.map(keyOf));
  }
  return nextState(state, { root: edits.apply(state.root, context.isPlainTensor) });
}
