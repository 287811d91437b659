import { asCall } from '../../checkpoint/arguments';
import type { TensorEntry } from '../../checkpoint/checkpoint';
import { keyOf, lastText } from '../../checkpoint/path';
import { countOf } from '../../init/distributions';
import { defaultDraw } from '../../init/defaultDraw';
import type { Draw } from '../../init/draw';
import { editError } from '../editError';
import { findPath } from '../find';
import { FreshTensors, isFloating, lookOf } from '../freshTensors';
import { GraphEdits } from '../graphEdits';
import { layerTensors } from '../layerGroups';
import { checkSeed } from '../drawChecks';
import type { Resize } from '../operations';
import { nextState, type EditState } from '../state';
import type { Context } from './context';

/** Dimensions of a tensor, as torch has them at most. */
const mostDimensions = 64;
/** Elements that a file could hold. */
const mostElements = 2 ** 48;

export interface ResizePlan {
  readonly entry: TensorEntry;
  readonly draw: Draw;
}

/** @throws EditError when the tensor cannot be given that shape. */
export function planResize(context: Context, { path, shape, seed }: Resize): ResizePlan {
  checkSeed(seed);
  const isShape = shape.length <= mostDimensions && shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  if (!isShape || countOf(shape) > mostElements) {
    throw editError('edit-invalid', 'bad-shape', [keyOf(path)], shape.join(', '));
  }
  const entry = floatingAt(context, path);
  if (entry.shape.length !== shape.length) {
    throw editError('edit-invalid', 'bad-shape', [keyOf(path)], shape.join(', '));
  }
  refuseLayerOfTorch(context, entry);
  const name = lastText(path);
  const dot = name.lastIndexOf('.');
  const module = dot < 0 ? '' : name.slice(0, dot);
  const beside = layerTensors(context, { above: path.slice(0, -1), prefix: name.slice(0, dot + 1) });
  return { entry, draw: defaultDraw(module, name.slice(dot + 1), shape, (other) => beside.get(other)?.shape) };
}

/** The floating tensor at a path. @throws EditError */
export function floatingAt({ checkpoint, reader, state }: Context, path: Resize['path']): TensorEntry {
  const wanted = JSON.stringify(path);
  const entry = checkpoint.entries.find((each) => JSON.stringify(each.path) === wanted);
  if (entry === undefined) {
    findPath(reader, state.root, path);
  }
  if (entry?.kind !== 'tensor') {
    throw editError('edit-unsupported', 'not-a-plain-tensor', [keyOf(path)]);
  }
  if (!isFloating(entry)) {
    throw editError('edit-unsupported', 'layer-not-float', [keyOf(path)], entry.dtype);
  }
  return entry;
}

/** A layer of torch keeps its sizes as attributes beside its weights. */
function refuseLayerOfTorch({ reader, state }: Context, { path }: TensorEntry): void {
  const above = path.slice(0, -1);
  const name = lastText(path);
  const outer = asCall(findPath(reader, state.root, above).value);
  if (outer === null || !reader.isModule(outer)) {
    return;
  }
  const dot = name.lastIndexOf('.');
  const owner = dot < 0 ? outer : asCall(findPath(reader, state.root, [...above, name.slice(0, dot)]).value);
  const type = owner === null ? '' : (reader.names.callee(owner.callee) ?? '');
  if (type.startsWith('torch.nn.modules.')) {
    throw editError('edit-unsupported', 'module-sizes', [keyOf(path)], type.slice(type.lastIndexOf('.') + 1));
  }
}

/** What both shapes have stays, the rest is drawn. */
export function resize(context: Context, operation: Resize): EditState {
  const { state, reader } = context;
  const { entry, draw } = planResize(context, operation);
  const found = findPath(reader, state.root, operation.path);
  if (found.slot === null) {
    throw editError('edit-unsupported', 'not-a-key', [keyOf(operation.path)]);
  }
  const fresh = new FreshTensors(state, { seed: operation.seed, steps: [{ draw, shape: operation.shape }] });
  const edits = new GraphEdits();
  edits.setValue(found.slot, fresh.tensor(0, lookOf(entry, isParameter(entry, context)), entry));
  return nextState(state, { root: edits.apply(state.root, context.isPlainTensor), contents: fresh.contents });
}

/** Whether the pickle makes it a `torch.nn.Parameter`. */
export function isParameter({ node }: TensorEntry, { reader }: Context): boolean {
  const call = asCall(node);
  return call !== null && /_rebuild_parameter|nn\.parameter\.Parameter$/.test(reader.names.callee(call.callee) ?? '');
}
