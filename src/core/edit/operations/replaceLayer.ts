import type { TensorEntry } from '../../checkpoint/checkpoint';
import { keyOf } from '../../checkpoint/path';
import type { DrawStream } from '../../init/drawStream';
import { initialisedParameters } from '../../init/initialisation';
import type { LayerTensor } from '../../init/layerParameters';
import { mixesGates } from '../../init/stackedGates';
import { PyStr, type Value } from '../../pickle/values';
import { editError } from '../editError';
import { cornerOf, FreshTensors, isFloating, lookOf, type TensorLook } from '../freshTensors';
import { GraphEdits } from '../graphEdits';
import { findLayer, layerTensors, type KeyedLayer, type LayerPlace } from '../layerGroups';
import { layerObject } from '../layerObject';
import { checkOrthogonal, checkSeed } from '../drawChecks';
import type { ReplaceLayer } from '../operations';
import { nextState, type EditState } from '../state';
import type { Context } from './context';

/** A tensor of the new layer, and what it is made of. */
export interface PlannedTensor {
  readonly tensor: LayerTensor;
  /** The one of the same name; null where the layer had none. */
  readonly before: TensorEntry | null;
  readonly look: TensorLook;
  /** Sizes of what both have and is kept; null where all of it is new. */
  readonly kept: readonly number[] | null;
}

export interface ReplacePlan {
  readonly place: LayerPlace;
  /** By their names in the layer; what stands below it in other layers too. */
  readonly before: ReadonlyMap<string, TensorEntry>;
  readonly tensors: readonly PlannedTensor[];
}

/** What replacing a layer would do. @throws EditError when it cannot be done. */
export function planReplaceLayer(context: Context, operation: ReplaceLayer): ReplacePlan {
  checkSeed(operation.seed);
  const place = findLayer(context, operation.path);
  const before = layerTensors(context, place.names);
  const parameters = initialisedParameters(operation.layer, operation.initialisation);
  for (const { shape, draw } of parameters) {
    checkOrthogonal(shape, draw);
  }
  const isObject = place.kind === 'module';
  const model = modelTensor(context, place, before);
  const tensors = parameters.map((tensor): PlannedTensor => {
    const same = before.get(tensor.name) ?? null;
    if (same !== null && tensor.dtype === undefined && !isFloating(same)) {
      throw editError('edit-unsupported', 'layer-not-float', [keyOf(same.path)], same.dtype);
    }
    const look = lookFor(tensor, same ?? model, isObject);
    const isKept = operation.keepOverlap === true && same !== null && same.dtype === look.dtype;
    if (isKept && operation.layer.kind !== 'RNN' && mixesGates(tensor.name, same.shape, tensor.shape)) {
      throw editError('edit-unsupported', 'stacked-gates', [keyOf(same.path)]);
    }
    return { tensor, before: same, look, kept: isKept ? cornerOf(tensor.shape, same) : null };
  });
  return { place, before, tensors };
}

/** A floating tensor of the layer, else of its model: what tells dtype and device of a tensor that the layer had not. */
function modelTensor(
  { checkpoint }: Context,
  { names }: LayerPlace,
  before: ReadonlyMap<string, TensorEntry>,
): TensorEntry | null {
  const own = [...before.values()].find(isFloating);
  const above = JSON.stringify(names.above);
  const isBeside = (entry: TensorEntry): boolean => JSON.stringify(entry.path.slice(0, -1)) === above;
  const beside = checkpoint.entries.find(
    (entry): entry is TensorEntry => entry.kind === 'tensor' && isFloating(entry) && isBeside(entry),
  );
  return own ?? beside ?? null;
}

function lookFor({ role, dtype }: LayerTensor, like: TensorEntry | null, isObject: boolean): TensorLook {
  const isParameter = isObject && role === 'parameter';
  const look =
    like === null
      ? { dtype: 'float32', device: 'cpu', requiresGrad: isParameter, isParameter }
      : lookOf(like, isParameter);
  const trains = role === 'parameter' && (look.requiresGrad || (isParameter && like?.role !== 'parameter'));
  return { ...look, requiresGrad: trains, ...(dtype !== undefined && { dtype }) };
}

/** `setattr(model, 'fc', nn.Linear(…))`, or the same of the keys of a state dict. */
export function replaceLayer(context: Context, operation: ReplaceLayer): EditState {
  const plan = planReplaceLayer(context, operation);
  const { state } = context;
  const steps = plan.tensors.map(({ tensor: { draw, shape } }) => ({ draw, shape }));
  const stream: DrawStream = { seed: operation.seed, steps };
  const fresh = new FreshTensors(state, stream);
  const made = new Map<string, Value>();
  for (const [step, { tensor, look, kept, before }] of plan.tensors.entries()) {
    made.set(tensor.name, fresh.tensor(step, look, kept === null ? undefined : (before ?? undefined)));
  }
  const edits = new GraphEdits();
  if (plan.place.kind === 'keys') {
    replaceKeys(plan.place, made, edits);
    return nextState(state, { root: edits.apply(state.root, context.isPlainTensor), contents: fresh.contents });
  }
  const object = layerObject(context.reader, plan.place.module, operation.layer, made);
  const { slot } = plan.place.found;
  if (slot === null) {
    return nextState(state, { root: object, contents: fresh.contents });
  }
  edits.setValue(slot, object);
  return nextState(state, { root: edits.apply(state.root, context.isPlainTensor), contents: fresh.contents });
}

/** The new keys stand where the first of the old ones stood. A key that stays is the same object. */
function replaceKeys(
  { dict, entries, own, names }: KeyedLayer,
  made: ReadonlyMap<string, Value>,
  edits: GraphEdits,
): void {
  const known = new Map<string, Value>();
  for (const index of own) {
    const key = entries[index] ?? null;
    if (key instanceof PyStr) {
      known.set(key.value, key);
    }
    edits.remove({ owner: dict, list: 'entries', index });
  }
  const values = [...made].flatMap(([name, value]): Value[] => {
    const key = names.prefix + name;
    return [known.get(key) ?? new PyStr(key), value];
  });
  if (values.length === 0 && own.length * 2 === entries.length) {
    throw editError('edit-empty', 'nothing-left');
  }
  edits.insert({ owner: dict, list: 'entries', index: own[0] ?? 0 }, values);
}
